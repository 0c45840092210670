import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlaygroundError, polygonIn } from "../core/index.ts";
import {
  affine,
  applyTo,
  areaPx2,
  compose,
  convexHull,
  emptyBitmap,
  fillPolygon,
  findContours,
  identity,
  invert,
  isSimilarity,
  meanInside,
  offsetPolygon,
  perimeterPx,
  signedAreaPx2,
  similarity,
  similarityScale,
  simplifyClosed,
  smallestRectangle,
} from "./index.ts";

const coordinate = fc.double({ min: -5000, max: 5000, noNaN: true });
const anySimilarity = fc
  .record({
    scale: fc.double({ min: 0.05, max: 20, noNaN: true }),
    rotateRad: fc.double({ min: -7, max: 7, noNaN: true }),
    flip: fc.boolean(),
    from: fc.tuple(coordinate, coordinate),
    to: fc.tuple(coordinate, coordinate),
  })
  .map((parts) => ({ parts, map: similarity<"upright", "input">(parts) }));

describe("affine maps", () => {
  it("come back within a millionth of a pixel", () => {
    fc.assert(
      fc.property(anySimilarity, fc.array(coordinate, { minLength: 6, maxLength: 6 }), ({ map }, flat) => {
        const polygon = polygonIn("upright", flat);
        const back = applyTo(invert(map), applyTo(map, polygon));
        const both = applyTo(compose(map, invert(map)), polygon);
        polygon.forEach((value, i) => {
          expect(Math.abs((back[i] as number) - value)).toBeLessThan(1e-6);
          expect(Math.abs((both[i] as number) - value)).toBeLessThan(1e-6);
        });
      }),
    );
  });

  it("measure their scale and keep angles", () => {
    fc.assert(
      fc.property(anySimilarity, ({ parts, map }) => {
        expect(similarityScale(map) / parts.scale).toBeCloseTo(1, 9);
        expect(isSimilarity(map)).toBe(true);
        const [x, y] = applyTo(map, polygonIn("upright", [...parts.from, 0, 0, 1, 1]));
        expect(Math.hypot((x as number) - parts.to[0], (y as number) - parts.to[1])).toBeLessThan(1e-6);
      }),
    );
    expect(isSimilarity(affine({ a: 1, b: 0, c: 0, d: 1.1, e: 0, f: 0 }))).toBe(false);
  });

  it("that flatten the plane have no way back", () => {
    expect(() => invert(affine({ a: 1, b: 2, c: 2, d: 4, e: 0, f: 0 }))).toThrow(PlaygroundError);
    expect(invert(identity<"upright", "input">())).toMatchObject({ a: 1, d: 1, e: 0 });
  });
});

describe("polygons", () => {
  it("have area, winding and length", () => {
    const clockwise = Float64Array.of(0, 0, 100, 0, 100, 20, 0, 20);
    expect(signedAreaPx2(clockwise)).toBe(2000);
    expect(signedAreaPx2(Float64Array.of(0, 20, 100, 20, 100, 0, 0, 0))).toBe(-2000);
    expect(areaPx2(Float64Array.of(0, 0, 4, 4, 4, 0, 0, 4))).toBe(0);
    expect(perimeterPx(clockwise)).toBe(240);
  });

  it("shrink and grow as pyclipper does", () => {
    const box = Float64Array.of(12, 13, 82, 13, 82, 45, 12, 45);
    expect(offsetPolygon(box, -9.223529411764705).map((path) => [...path])).toEqual([
      [73, 36, 21, 36, 21, 22, 73, 22],
    ]);
    // Arcs below 2 px have fewer steps than clipper-lib's own offset would give them.
    const small = offsetPolygon(Float64Array.of(10, 10, 30, 10, 30, 14, 10, 14), 1.4);
    expect(small.map((path) => [...path])).toEqual([
      [31, 10, 31, 14, 30, 15, 10, 15, 9, 14, 9, 10, 10, 9, 30, 9],
    ]);
    // A sliver along a neighbouring edge is joined and dropped, which clipper-lib's own union misses.
    const sliver = offsetPolygon(Float64Array.of(4, 2, 0, -3, 7, 6, 5, 3), -0.452335681889014);
    expect(sliver.map((path) => [...path])).toEqual([[7, 6, 4, 2, 5, 3]]);
    expect(offsetPolygon(box, -20)).toEqual([]);
  });

  it("cannot be offset when a corner is no number", () => {
    expect(() => offsetPolygon(Float64Array.of(0, 0, Number.NaN, 1, 2, 2), 3)).toThrow(
      /its coordinate is NaN/,
    );
    expect(() => offsetPolygon(Float64Array.of(0, 0, 1e9, 1, 2, 2), 3)).toThrow(PlaygroundError);
  });
});

function picture(rows: readonly string[]) {
  const widthPx = rows[0]?.length ?? 0;
  const bitmap = emptyBitmap(widthPx, rows.length);
  rows.forEach((row, y) => {
    for (let x = 0; x < widthPx; x++) bitmap.cells[(y + 1) * (widthPx + 2) + x + 1] = row[x] === "#" ? 1 : 0;
  });
  return bitmap;
}

describe("fillPolygon", () => {
  const size = { widthPx: 8, heightPx: 5 };

  it("sets and clears only the bits asked for, outline included", () => {
    const data = new Uint8Array(40).fill(4);
    fillPolygon({ data, ...size }, Int32Array.of(1, 1, 5, 1, 5, 3, 1, 3), 1, 4);
    const rows = Array.from({ length: 5 }, (_, y) => data.slice(8 * y, 8 * y + 8).join(""));
    expect(rows).toEqual(["44444444", "41111144", "41111144", "41111144", "44444444"]);
  });

  it("leaves out what lies outside", () => {
    const data = new Uint8Array(40);
    fillPolygon({ data, ...size }, Int32Array.of(-50, -50, 90, -50, 90, 90, -50, 90), 1);
    expect(data.every((byte) => byte === 1)).toBe(true);
    fillPolygon({ data, ...size }, Int32Array.of(20, 20, 30, 20, 30, 30), 2);
    expect(data.every((byte) => byte === 1)).toBe(true);
  });
});

describe("contours", () => {
  it("list holes too, the lowest first", () => {
    const found = findContours(picture(["#####", "#...#", "#...#", "#####", ".....", "..#.."]));
    expect(found.map(({ xy, isHole }) => [isHole, [...xy]])).toEqual([
      [false, [2, 5]],
      [true, [0, 1, 1, 0, 3, 0, 4, 1, 4, 2, 3, 3, 1, 3, 0, 2]],
      [false, [0, 0, 0, 3, 4, 3, 4, 0]],
    ]);
  });

  it("cover every pixel that has background above it or beside it", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[#.]{12}$/), { minLength: 8, maxLength: 8 }), (rows) => {
        const bitmap = picture(rows);
        const before = Int8Array.from(bitmap.cells);
        const outer = findContours(bitmap).filter(({ isHole }) => !isHole);
        const data = new Uint8Array(12 * 8);
        for (const { xy } of outer) fillPolygon({ data, widthPx: 12, heightPx: 8 }, xy, 1);
        for (let i = 0; i < data.length; i++) {
          const cell = before[(Math.floor(i / 12) + 1) * 14 + (i % 12) + 1];
          if (cell === 1) expect(data[i]).toBe(1);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("hull, rectangle and simplification", () => {
  const points = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 6, maxLength: 24 }).map((flat) => {
    return Int32Array.from(flat.slice(0, flat.length - (flat.length % 2)));
  });

  it("the hull encloses every point and turns one way", () => {
    fc.assert(
      fc.property(points, (xy) => {
        const hull = convexHull(xy);
        const n = hull.length;
        if (n < 6) return;
        for (let i = 0; i < n; i += 2) {
          const [ax, ay, bx, by] = [hull[i], hull[i + 1], hull[(i + 2) % n], hull[(i + 3) % n]] as [
            number,
            number,
            number,
            number,
          ];
          for (let p = 0; p < xy.length; p += 2) {
            const side = (bx - ax) * ((xy[p + 1] as number) - ay) - (by - ay) * ((xy[p] as number) - ax);
            expect(Math.sign(side) * Math.sign(signedAreaPx2(hull))).toBeGreaterThanOrEqual(0);
          }
        }
      }),
    );
  });

  it("the rectangle is no larger than the upright box and not smaller than the hull", () => {
    fc.assert(
      fc.property(points, (xy) => {
        const found = smallestRectangle(xy);
        const xs = xy.filter((_, i) => i % 2 === 0);
        const ys = xy.filter((_, i) => i % 2 === 1);
        const box = (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
        const area = (found?.widthPx ?? 0) * (found?.heightPx ?? 0);
        expect(area).toBeLessThanOrEqual(box * 1.0001 + 0.01);
        expect(area).toBeGreaterThanOrEqual(areaPx2(convexHull(xy)) * 0.9999 - 0.01);
      }),
    );
    expect(smallestRectangle(new Int32Array(0))).toBeNull();
  });

  it("the rectangle's corners are OpenCV's to the last bit: Clipper cuts them to whole pixels", () => {
    const outline = [75, 7, 75, 9, 74, 10, 74, 13, 73, 14, 73, 16, 82, 16, 82, 14, 83, 13, 83, 10, 84, 9];
    const found = smallestRectangle(Int32Array.of(...outline, 83, 8, 80, 8, 79, 7));
    expect([...(found?.corners.slice(0, 4) ?? [])]).toEqual([
      72.5294189453125, 15.88235092163086, 75, 5.999999523162842,
    ]);
  });

  it("simplification keeps corners and drops what lies between", () => {
    const staircase = Int32Array.of(0, 0, 5, 0, 10, 0, 10, 5, 10, 10, 5, 11, 0, 10);
    expect([...simplifyClosed(staircase, 1.5)].length).toBe(8);
    expect([...simplifyClosed(staircase, 0.1)].length).toBe(10);
    expect([...simplifyClosed(Int32Array.of(3, 3), 1)]).toEqual([3, 3]);
  });

  it("the mean inside counts the pixels of the polygon and no others", () => {
    const map = Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 1 : 0));
    const size = { widthPx: 8, heightPx: 8 };
    expect(meanInside(map, size, Float64Array.of(0, 0, 3, 0, 3, 7, 0, 7))).toBe(1);
    expect(meanInside(map, size, Float64Array.of(0, 0, 7, 0, 7, 7, 0, 7))).toBe(0.5);
    expect(
      meanInside(
        Uint8Array.from(map, (v) => v * 255),
        size,
        Float64Array.of(-4, 0, 3, 0, 3, 7, -4, 7),
      ),
    ).toBe(1);
  });
});
