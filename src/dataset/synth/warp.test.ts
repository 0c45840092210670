import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeWarp, project, projectOutline, type Quad, rollAt } from "./warp.ts";

const jitter = fc.tuple(...Array.from({ length: 8 }, () => fc.double({ min: -30, max: 30, noNaN: true })));
const quadOf = (by: readonly number[]): Quad => {
  const corners = [100, 100, 400, 100, 400, 300, 100, 300].map((value, i) => value + (by[i] ?? 0));
  return corners as unknown as Quad;
};

describe("makeWarp", () => {
  it("puts the corners of the surface on the corners of the quadrilateral", () => {
    fc.assert(
      fc.property(jitter, (by) => {
        const quad = quadOf(by);
        const warp = makeWarp(quad, 320, 200, { px: 0, phase: 0 });
        const corners = [
          project(warp, 0, 0),
          project(warp, 320, 0),
          project(warp, 320, 200),
          project(warp, 0, 200),
        ].flat();
        corners.forEach((value, i) => {
          expect(value).toBeCloseTo(quad[i] ?? Number.NaN, 6);
        });
      }),
      { numRuns: 50 },
    );
  });

  it("goes back from the picture to the surface", () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(jitter, unit, unit, unit, (by, s, t, phase) => {
        const warp = makeWarp(quadOf(by), 320, 200, { px: 9, phase });
        const [x, y] = project(warp, s * 320, t * 200);
        const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = warp.toFlat;
        const w = g * x + h * y + i;
        expect((a * x + b * y + c) / w).toBeCloseTo(s * 320, 6);
        expect((d * x + e * y + f) / w - rollAt(warp, s * 320)).toBeCloseTo(t * 200, 6);
      }),
      { numRuns: 50 },
    );
  });
});

describe("projectOutline", () => {
  const outline = [20, 50, 300, 50, 300, 80, 20, 80];
  const quad = quadOf([5, -8, 3, 9, -6, 2, 7, -4]);

  it("keeps four points on a board", () => {
    expect(projectOutline(makeWarp(quad, 320, 200, { px: 0, phase: 0 }), outline, 0.3)).toHaveLength(8);
  });

  it("follows a rolled sheet within the tolerance", () => {
    const warp = makeWarp(quad, 320, 200, { px: 8, phase: 0.4 });
    const bent = projectOutline(warp, outline, 0.3);
    expect(bent.length).toBeGreaterThan(8);
    for (let x = 20; x <= 300; x += 2) expect(distanceTo(bent, project(warp, x, 50))).toBeLessThan(0.6);
  });
});

function distanceTo(xy: readonly number[], [px, py]: readonly [number, number]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < xy.length; i += 2) {
    const j = (i + 2) % xy.length;
    const [ax, ay, bx, by] = [xy[i] ?? 0, xy[i + 1] ?? 0, xy[j] ?? 0, xy[j + 1] ?? 0];
    const along = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
    const t = Math.min(1, Math.max(0, along));
    least = Math.min(least, Math.hypot(px - ax - t * (bx - ax), py - ay - t * (by - ay)));
  }
  return least;
}
