import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Affine, FLAG_SHRINK_MASK, FLAG_TEXT, FLAG_THRESHOLD_MASK, polygonIn } from "../core/index.ts";
import { affine, applyTo, identity, similarity } from "../geometry/index.ts";
import { buildPageGeometry } from "./page-geometry.ts";
import { renderFloatTargets, renderTargets } from "./render.ts";

const params = {
  variant: "db",
  shrinkRatio: 0.4,
  thresholdMin: 0.3,
  thresholdMax: 0.7,
  minTextSizePx: 8,
} as const;
const page = { widthPx: 400, heightPx: 400 };
const SIDE = 400;

const word = fc
  .record({
    width: fc.integer({ min: 60, max: 120 }),
    height: fc.integer({ min: 24, max: 50 }),
    turn: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
  })
  .map(({ width, height, turn }) => {
    const at = similarity<"upright", "upright">({
      scale: 1,
      rotateRad: turn,
      flip: false,
      from: [0, 0],
      to: [200, 200],
    });
    const [w, h] = [width / 2, height / 2];
    return { polygon: applyTo(at, polygonIn("upright", [-w, -h, w, -h, w, h, -w, h])), ignore: false };
  });

const placement = fc
  .record({
    scale: fc.double({ min: 0.5, max: 1.5, noNaN: true }),
    rotateRad: fc.double({ min: -3, max: 3, noNaN: true }),
    flip: fc.boolean(),
  })
  .map((parts) => similarity<"upright", "input">({ ...parts, from: [200, 200], to: [200, 200] }));

describe("renderTargets", () => {
  it("gives the same maps whether the offset is made before or after placing, up to whole-pixel rounding", () => {
    // Corners are cut to whole pixels (up to 1 px) and Clipper rounds (0.5 px): once at upright scale s·1.5 px, once at input
    // scale 1.5 px, plus the rounding of the placed outline. So a mask may differ in a rim of that width along its outline.
    fc.assert(
      fc.property(word, placement, (one, place) => {
        const before = buildPageGeometry([one], page, params);
        const moved = { ...one, polygon: polygonIn("upright", applyTo(place, one.polygon)) };
        const after = buildPageGeometry([moved], page, params);
        const a = renderTargets(before, place, SIDE, params);
        const b = renderTargets(after, identity(), SIDE, params);
        const rimPx = 1.5 * Math.hypot(place.a, place.b) + 2;
        expect(farthestDifference(a.flags, b.flags, FLAG_TEXT)).toBeLessThanOrEqual(rimPx);
        expect(farthestDifference(a.flags, b.flags, FLAG_THRESHOLD_MASK)).toBeLessThanOrEqual(rimPx);
        // The border's distance is taken from the exact outline in both. Only the box in which it is drawn is rounded, which
        // matters in the outermost rim of the band, where the strength is at most rim / D.
        const distancePx = (before.distancesPx[0] as number) * Math.hypot(place.a, place.b);
        const faint = (255 * rimPx) / distancePx;
        const off = a.thresholds.filter((byte, i) => {
          const other = b.thresholds[i] as number;
          if (Math.abs(byte - other) <= 1 || Math.max(byte, other) <= faint) return false;
          return !isUndecided(moved.polygon, i % SIDE, Math.floor(i / SIDE));
        });
        expect(off.length).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it("quantises the very maps that verification sees", () => {
    const geometry = buildPageGeometry(
      [{ polygon: polygonIn("upright", [40, 40, 160, 44, 158, 90, 42, 88]), ignore: false }],
      page,
      params,
    );
    const bytes = renderTargets(geometry, identity(), SIDE, params);
    const floats = renderFloatTargets(geometry, identity(), { widthPx: SIDE, heightPx: SIDE }, params);
    expect(isSame(floats.flags, bytes.flags)).toBe(true);
    bytes.thresholds.forEach((byte, i) => {
      const value = 0.3 + (0.4 * byte) / 255;
      if (Math.abs(value - (floats.thresholds[i] as number)) > 0.4 / 255 / 2 + 1e-6)
        expect.fail(`pixel ${i}`);
    });
  });

  it("decides on the size of a word after placing it", () => {
    const geometry = buildPageGeometry(
      [{ polygon: polygonIn("upright", [40, 40, 160, 40, 160, 52, 40, 52]), ignore: false }],
      page,
      params,
    );
    const half: Affine<"upright", "input"> = affine({ a: 0.5, b: 0, c: 0, d: 0.5, e: 0, f: 0 });
    const whole = renderTargets(geometry, identity(), SIDE, params);
    const small = renderTargets(geometry, half, SIDE, params);
    expect(whole.flags.some((flags) => flags & FLAG_TEXT)).toBe(true);
    expect(small.flags.some((flags) => flags & FLAG_TEXT)).toBe(false);
    expect(small.flags.some((flags) => (flags & FLAG_SHRINK_MASK) === 0)).toBe(true);
  });

  it("clamps a word that leaves the square as the reference clamps its corners", () => {
    const polygon = polygonIn("upright", [300, 100, 380, 100, 380, 140, 300, 140]);
    const shift: Affine<"upright", "input"> = affine({ a: 1, b: 0, c: 0, d: 1, e: 60, f: 0 });
    const placed = renderTargets(
      buildPageGeometry([{ polygon, ignore: false }], page, params),
      shift,
      SIDE,
      params,
    );
    const clamped = polygonIn("upright", [360, 100, 399, 100, 399, 140, 360, 140]);
    const expected = renderTargets(
      buildPageGeometry([{ polygon: clamped, ignore: false }], page, params),
      identity(),
      SIDE,
      params,
    );
    expect(isSame(placed.flags, expected.flags) && isSame(placed.thresholds, expected.thresholds)).toBe(true);
  });

  it("draws a word beyond the far edge as the references' negative indices do, one before the near edge not at all", () => {
    const original = { ...params, variant: "original" } as const;
    const size = { widthPx: 31, heightPx: 40 };
    const drawn = (x: number) => {
      const polygon = polygonIn("upright", [x, 10, x + 24, 10, x + 24, 26, x, 26]);
      const geometry = buildPageGeometry([{ polygon, ignore: false }], size, original);
      const { thresholds } = renderFloatTargets(geometry, identity(), size, original);
      return [...thresholds].flatMap((value, i) => (value > 0.31 ? [i % size.widthPx] : []));
    };
    // 24 × 16 px: D = 4.03, so the band spans x − 4 … x + 28.
    expect(new Set(drawn(40))).toEqual(new Set([30]));
    expect(drawn(35)).toEqual([]);
    expect(drawn(-60)).toEqual([]);
    expect(drawn(90)).toEqual([]);
  });

  it("refuses a placement that is no similarity", () => {
    const geometry = buildPageGeometry([], page, params);
    expect(() =>
      renderTargets(geometry, affine({ a: 1, b: 0, c: 0, d: 2, e: 0, f: 0 }), SIDE, params),
    ).toThrow(/uniform scale/);
  });
});

/** The references' distance jumps at the circle over an edge, and may fail on the edge: a pixel there can go either way. */
function isUndecided(outline: Float64Array, x: number, y: number): boolean {
  for (let i = 0; i < outline.length; i += 2) {
    const j = (i + 2) % outline.length;
    const [px, py, qx, qy] = [outline[i], outline[i + 1], outline[j], outline[j + 1]] as [
      number,
      number,
      number,
      number,
    ];
    const squared = (px - qx) ** 2 + (py - qy) ** 2;
    const off = (x - px) ** 2 + (y - py) ** 2 + (x - qx) ** 2 + (y - qy) ** 2 - squared;
    const cross = (x - px) * (qy - py) - (y - py) * (qx - px);
    if (Math.abs(off) < 1e-3 || cross * cross < 1e-6 * squared) return true;
  }
  return false;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The greatest distance (in steps to the side, up, down or across) of a differing pixel from one that has the other value in `b`. */
function farthestDifference(a: Uint8Array, b: Uint8Array, bit: number): number {
  let farthest = 0;
  for (let i = 0; i < a.length; i++) {
    const got = (a[i] as number) & bit;
    if (got === ((b[i] as number) & bit)) continue;
    let steps = 1;
    while (steps < 12 && !ringHas(b, i, steps, bit, got)) steps++;
    farthest = Math.max(farthest, steps);
  }
  return farthest;
}

function ringHas(map: Uint8Array, index: number, steps: number, bit: number, value: number): boolean {
  const x = index % SIDE;
  const y = Math.floor(index / SIDE);
  for (let dy = -steps; dy <= steps; dy++) {
    for (let dx = -steps; dx <= steps; dx++) {
      if (x + dx < 0 || y + dy < 0 || x + dx >= SIDE || y + dy >= SIDE) continue;
      if (((map[(y + dy) * SIDE + x + dx] as number) & bit) === value) return true;
    }
  }
  return false;
}
