import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFlat, readPoints } from "./read-polygon.ts";

function errorOf(points: unknown): string {
  const read = readPoints(points);
  return read.ok ? "read" : read.error;
}

describe("readPoints", () => {
  it("keeps any number of points from three, as they are", () => {
    const read = readPoints([
      [1, 2],
      [30.5, 2],
      [30.5, 20],
      [1, 20],
      [-3, 11],
    ]);
    expect(read.ok && [...read.value.xy]).toEqual([1, 2, 30.5, 2, 30.5, 20, 1, 20, -3, 11]);
  });

  it("drops repeated neighbours and a closing point", () => {
    const read = readPoints([
      [1, 2],
      [1, 2],
      [30, 2],
      [30, 20],
      [30, 20],
      [1, 2],
    ]);
    expect(read.ok && [...read.value.xy]).toEqual([1, 2, 30, 2, 30, 20]);
  });

  it.each([
    [null, "found null"],
    [undefined, "found missing"],
    ["1,2", "found a string"],
    [[], "0 distinct points"],
    [[[1, 1]], "1 distinct"],
    [
      [
        [1, 1],
        [1, 1],
        [5, 5],
        [5, 5],
      ],
      "2 distinct",
    ],
    [
      [
        [1, 1],
        [5, 5],
        [9, 9],
      ],
      "no area",
    ],
    [
      [
        [0.1, 0.1],
        [0.2, 0.2],
        [0.3, 0.3],
        [0.7, 0.7],
      ],
      "no area",
    ],
    [
      [
        [1, 1],
        [5, 5, 5],
        [9, 1],
      ],
      "point 2 should be [x, y]",
    ],
    [[[1, 1], { x: 5, y: 5 }, [9, 1]], "point 2 should be [x, y] and is an object"],
    [
      [
        [1, 1],
        [5, null],
        [9, 1],
      ],
      "y of point 2 is null",
    ],
    [
      [
        [1, 1],
        ["5", 5],
        [9, 1],
      ],
      'x of point 2 is "5"',
    ],
    [
      [
        [1, 1],
        [Number.NaN, 5],
        [9, 1],
      ],
      "x of point 2 is NaN",
    ],
    [
      [
        [1, 1],
        [5, 1e300],
        [9, 1],
      ],
      "beyond any picture",
    ],
  ])("refuses %j", (points, says) => {
    expect(errorOf(points)).toContain(says);
  });

  it("sees edges that cross and not those that merely turn back", () => {
    const crosses = (points: number[][]) => {
      const read = readPoints(points);
      return read.ok && read.value.crossesItself;
    };
    expect(
      crosses([
        [10, 10],
        [60, 45],
        [60, 10],
        [10, 40],
      ]),
    ).toBe(true);
    expect(
      crosses([
        [0, 0],
        [50, 0],
        [50, 30],
        [25, 5],
        [0, 30],
      ]),
    ).toBe(false);
    expect(
      crosses([
        [0, 0],
        [10, 0],
        [10, 10],
        [0, 10],
      ]),
    ).toBe(false);
  });

  it("takes 20 000 points at once", () => {
    const circle = Array.from({ length: 20_000 }, (_, i) => [
      100 * Math.cos(i / 3183.1),
      100 * Math.sin(i / 3183.1),
    ]);
    expect(readPoints(circle).ok).toBe(true);
  });

  it("never lets anything but finite numbers through", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.array(fc.array(fc.anything(), { maxLength: 3 }))), (points) => {
        for (const read of [readPoints(points), readFlat(points)])
          if (read.ok) expect(read.value.xy.length >= 6 && read.value.xy.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
