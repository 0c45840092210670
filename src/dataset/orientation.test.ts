import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { polygonIn } from "../core/index.ts";
import { orientPolygon, uprightSize } from "./orientation.ts";
import type { Orientation } from "./types.ts";

const ORIENTATIONS: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
const stored = { widthPx: 200, heightPx: 320 };

/** Where the stored corners (0,0) and (w,0) land, from the meaning of the tag: "row 0 is …, column 0 is …". */
const CORNERS: Readonly<Record<Orientation, readonly [number, number, number, number]>> = {
  1: [0, 0, 200, 0],
  2: [200, 0, 0, 0],
  3: [200, 320, 0, 320],
  4: [0, 320, 200, 320],
  5: [0, 0, 0, 200],
  6: [320, 0, 320, 200],
  7: [320, 200, 320, 0],
  8: [0, 200, 0, 0],
};

describe("orientPolygon", () => {
  it.each(ORIENTATIONS)("orientation %i puts the top row where EXIF says", (orientation) => {
    const placed = orientPolygon(polygonIn("stored", [0, 0, 200, 0]), orientation, stored);
    expect([...placed]).toEqual(CORNERS[orientation]);
  });

  it("keeps points inside and distances exact", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ORIENTATIONS),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 320 })), {
          minLength: 2,
        }),
        (orientation, points) => {
          const flat = orientPolygon(polygonIn("stored", points.flat()), orientation, stored);
          const size = uprightSize(stored, orientation);
          for (const [i, [u, v]] of points.entries()) {
            const [x = -1, y = -1] = flat.subarray(2 * i);
            expect(x >= 0 && y >= 0 && x <= size.widthPx && y <= size.heightPx).toBe(true);
            const [u0 = 0, v0 = 0] = points[0] ?? [];
            const [x0 = 0, y0 = 0] = flat;
            expect((x - x0) ** 2 + (y - y0) ** 2).toBe((u - u0) ** 2 + (v - v0) ** 2);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("and the inverse orientation come back within a millionth of a pixel", () => {
    const coordinate = fc.double({ min: -50, max: 400, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...ORIENTATIONS),
        fc.array(coordinate, { minLength: 8, maxLength: 8 }),
        (turn, flat) => {
          const back: Orientation = turn === 6 ? 8 : turn === 8 ? 6 : turn;
          const upright = orientPolygon(polygonIn("stored", flat), turn, stored);
          const { widthPx, heightPx } = uprightSize(stored, turn);
          const again = orientPolygon(polygonIn("stored", upright), back, { widthPx, heightPx });
          for (const [at, value] of flat.entries())
            expect(Math.abs((again[at] ?? 0) - value)).toBeLessThan(1e-6);
        },
      ),
    );
  });
});
