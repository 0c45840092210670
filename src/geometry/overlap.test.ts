import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overlapArea, regionOf } from "./overlap.ts";
import { areaPx2 } from "./polygon.ts";
import { isSimplePolygon } from "./simple.ts";

const square = [0, 0, 10, 0, 10, 10, 0, 10];
const shared = (a: readonly number[], b: readonly number[], ...holes: readonly number[][]): number =>
  overlapArea(regionOf(a), regionOf(b), holes.map(regionOf));

describe("overlapArea", () => {
  it("is exact on integer boxes and exactly 0 on touching ones", () => {
    expect(shared(square, [3, -5, 20, -5, 20, 7, 3, 7])).toBe(49);
    expect(shared(square, [10, 0, 20, 0, 20, 10, 10, 10])).toBe(0);
    expect(shared(square, [10, 10, 20, 10, 20, 20, 10, 20])).toBe(0);
    // A slanted border shared in part: its ends are not corners of the other.
    expect(shared([0, 0, 30, 10, 0, 10], [3, 1, 27, 9, 27, -9])).toBe(0);
  });

  it("is exact where slanted outlines share whole corners, so that one half is not a little more", () => {
    const word = [711, 735, 753, 827, 718, 843, 676, 751];
    for (const scale of [1, 0.25, 8]) {
      const of = (xy: readonly number[]) => xy.map((value) => value * scale);
      const half = of([711, 735, 732, 781, 697, 797, 676, 751]);
      expect(shared(of(word), half)).toBe(areaPx2(half));
      expect(shared(of(word), half) / areaPx2(of(word))).toBe(0.5);
    }
  });

  it("handles concave, self-crossing and repeated outlines", () => {
    const l = [0, 0, 10, 0, 10, 4, 4, 4, 4, 10, 0, 10];
    expect(shared(l, square)).toBe(64);
    expect(shared(l, [5, 5, 9, 5, 9, 9, 5, 9])).toBe(0);
    const bowtie = [0, 0, 10, 10, 10, 0, 0, 10];
    expect(shared(bowtie, square)).toBe(50);
    expect(shared([0, 0, 0, 0, 10, 0, 10, 10, 10, 10, 0, 10, 0, 0], square)).toBe(100);
  });

  it("takes holes away", () => {
    const hole = [2, 2, 8, 2, 8, 8, 2, 8];
    expect(shared(square, square, hole)).toBe(64);
    expect(shared(square, square, hole, [0, 0, 5, 0, 5, 10, 0, 10])).toBe(100 - 50 - 18);
  });

  it("is 0 for what is no polygon", () => {
    for (const none of [[], [1, 1], [0, 0, 9, 9], [0, 0, Number.NaN, 1, 2, 5], [0, 0, Infinity, 0, 5, 5]])
      expect(shared(none, square)).toBe(0);
  });

  it("agrees with counting points on a fine grid", () => {
    const polygon = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 6, maxLength: 14 });
    const even = polygon.map((xy) => (xy.length % 2 === 0 ? xy : xy.slice(1)));
    fc.assert(
      fc.property(even, even, (a, b) => {
        let inside = 0;
        const steps = 120;
        for (let i = 0; i < steps; i++) {
          for (let j = 0; j < steps; j++) {
            const x = (12 * (i + 0.5)) / steps;
            const y = (12 * (j + 0.5)) / steps;
            if (contains(a, x, y) && contains(b, x, y)) inside++;
          }
        }
        const cell = (12 / steps) ** 2;
        expect(Math.abs(shared(a, b) - inside * cell)).toBeLessThan(2);
        expect(shared(b, a)).toBeCloseTo(shared(a, b), 10);
      }),
      { numRuns: 60 },
    );
  });
});

function contains(xy: readonly number[], x: number, y: number): boolean {
  let isInside = false;
  for (let i = 0, j = xy.length - 2; i < xy.length; j = i, i += 2) {
    const [xi = 0, yi = 0, xj = 0, yj = 0] = [xy[i], xy[i + 1], xy[j], xy[j + 1]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) isInside = !isInside;
  }
  return isInside;
}

describe("isSimplePolygon", () => {
  it("accepts rings, closed or not, with repeated neighbours and points along an edge", () => {
    expect(isSimplePolygon(square)).toBe(true);
    expect(isSimplePolygon([...square, 0, 0])).toBe(true);
    expect(isSimplePolygon([0, 0, 5, 0, 5, 0, 10, 0, 10, 10])).toBe(true);
  });

  it.each([
    ["bow tie", [0, 0, 10, 10, 10, 0, 0, 10]],
    ["spike", [0, 0, 10, 0, 20, 0, 10, 0, 10, 10]],
    ["line", [0, 0, 5, 5, 10, 10]],
    ["corner on an edge", [0, 0, 10, 0, 10, 10, 5, 0, 0, 10]],
    ["two corners in one place", [0, 0, 5, 5, 10, 0, 10, 10, 5, 5, 0, 10]],
    ["two points", [0, 0, 1, 1]],
    ["one point, four times", [3, 3, 3, 3, 3, 3, 3, 3]],
    ["NaN", [0, 0, 1, 0, Number.NaN, 1]],
  ])("refuses a %s", (_, xy) => {
    expect(isSimplePolygon(xy)).toBe(false);
  });

  it("decides exactly where rounding would not tell", () => {
    // 0.1 + 0.2 ≠ 0.3: the corner lies beside the line by one unit in the last place, or on it.
    expect(isSimplePolygon([0, 0, 0.1, 0.1, 0.3, 0.3])).toBe(false);
    expect(isSimplePolygon([0, 0, 0.1, 0.1, 0.3, 0.1 + 0.2])).toBe(true);
  });
});

it("areaPx2 ignores direction and where a ring starts", () => {
  expect(areaPx2(square)).toBe(100);
  expect(areaPx2([0, 10, 10, 10, 10, 0, 0, 0])).toBe(100);
  expect(areaPx2([1, 2])).toBe(0);
});
