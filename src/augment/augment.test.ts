import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { polygonIn, randomFrom, type Size } from "../core/index.ts";
import { applyTo, applyToPoint, invert, isSimilarity } from "../geometry/index.ts";
import {
  augmentationOf,
  evaluationPlacement,
  type PageToPlace,
  randomColorChange,
  trainPlacement,
} from "./index.ts";

const plain = { flip: 0, rotateDeg: 0, scaleMin: 1, scaleMax: 1, crop: false, color: 0 };

const anySize: fc.Arbitrary<Size<"upright">> = fc.record({
  widthPx: fc.integer({ min: 1, max: 3000 }),
  heightPx: fc.integer({ min: 1, max: 3000 }),
});
const anySettings = fc
  .record({
    flip: fc.double({ min: 0, max: 1, noNaN: true }),
    rotateDeg: fc.double({ min: 0, max: 180, noNaN: true }),
    scaleMin: fc.double({ min: 0.1, max: 8, noNaN: true }),
    scaleMax: fc.double({ min: 0.1, max: 8, noNaN: true }),
    crop: fc.boolean(),
    color: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map((s) => (s.scaleMin > s.scaleMax ? { ...s, scaleMin: s.scaleMax, scaleMax: s.scaleMin } : s));

/** A word inside the page, somewhere. */
function wordIn({ widthPx, heightPx }: Size<"upright">, left: number, top: number, part: number) {
  const w = widthPx * part;
  const h = heightPx * part;
  const x = (widthPx - w) * left;
  const y = (heightPx - h) * top;
  return polygonIn("upright", [x, y, x + w, y, x + w, y + h, x, y + h]);
}

describe("evaluationPlacement", () => {
  it("is the letterbox of the original: 960×1280 → 640 is scale 0.5, 80 px left, 0 px top", () => {
    const map = evaluationPlacement({ widthPx: 960, heightPx: 1280 }, 640);
    expect([map.a, map.d, map.e, map.f, Math.abs(map.b), Math.abs(map.c)]).toEqual([0.5, 0.5, 80, 0, 0, 0]);
    expect(applyToPoint(invert(map), 80, 0)).toEqual([0, 0]);
  });

  it("keeps the whole page in the square, centred to the pixel", () => {
    fc.assert(
      fc.property(anySize, fc.constantFrom(64, 160, 640), (size, side) => {
        const map = evaluationPlacement(size, side);
        const [left, top] = applyToPoint(map, 0, 0);
        const [right, bottom] = applyToPoint(map, size.widthPx, size.heightPx);
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(Math.max(right, bottom)).toBeLessThanOrEqual(side + 1e-6);
        expect(Math.max(right - left, bottom - top)).toBeCloseTo(side, 6);
        expect(Math.abs(left + right - side)).toBeLessThanOrEqual(2);
        expect(Math.abs(top + bottom - side)).toBeLessThanOrEqual(2);
        expect([left % 1, top % 1]).toEqual([0, 0]);
      }),
    );
  });
});

describe("trainPlacement", () => {
  const place = (page: PageToPlace, settings: typeof plain, ...seed: (string | number)[]) =>
    trainPlacement(page, settings, 320, randomFrom(...seed));

  it("without augmentation is the evaluation's", () => {
    fc.assert(
      fc.property(anySize, (size) => {
        const [trained, evaluated] = [place({ size, words: [] }, plain, 1), evaluationPlacement(size, 320)];
        for (const key of ["a", "b", "c", "d", "e", "f"] as const)
          expect(trained[key]).toBeCloseTo(evaluated[key], 9);
      }),
    );
  });

  it("has a way back, to 1e-6 px, and keeps angles", () => {
    fc.assert(
      fc.property(anySize, anySettings, fc.integer(), (size, settings, seed) => {
        const map = place({ size, words: [] }, settings, seed);
        const polygon = wordIn(size, 0.3, 0.6, 0.2);
        const back = applyTo(invert(map), applyTo(map, polygon));
        back.forEach((value, i) => {
          expect(Math.abs(value - (polygon[i] ?? Number.NaN))).toBeLessThanOrEqual(1e-6);
        });
        expect(isSimilarity(map)).toBe(true);
      }),
    );
  });

  it("flipped twice is where it was", () => {
    fc.assert(
      fc.property(anySize, fc.double({ min: 0, max: 1, noNaN: true }), (size, part) => {
        const flipped = place({ size, words: [] }, { ...plain, flip: 1 }, 3);
        const once = place({ size, words: [] }, plain, 3);
        const x = size.widthPx * part;
        expect(flipped.a).toBeCloseTo(-once.a, 12);
        const mirrored = applyToPoint(flipped, size.widthPx - x, 5);
        expect(mirrored[0]).toBeCloseTo(applyToPoint(once, x, 5)[0], 6);
        expect(mirrored[1]).toBeCloseTo(applyToPoint(once, x, 5)[1], 6);
      }),
    );
  });

  it("stays within its dials", () => {
    fc.assert(
      fc.property(anySize, anySettings, fc.integer(), (size, settings, seed) => {
        const map = place({ size, words: [] }, settings, seed);
        const scale = Math.hypot(map.a, map.b) / (320 / Math.max(size.widthPx, size.heightPx));
        expect(scale).toBeGreaterThanOrEqual(settings.scaleMin * (1 - 1e-9));
        expect(scale).toBeLessThanOrEqual(settings.scaleMax * (1 + 1e-9));
        const angle = Math.abs(Math.atan2(-map.c, map.d)) * (180 / Math.PI);
        expect(angle).toBeLessThanOrEqual(settings.rotateDeg + 1e-9);
      }),
    );
  });

  it("a crop keeps a whole word in view when the window holds one, and some of it always", () => {
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        anySize,
        anySettings,
        part,
        part,
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        fc.integer(),
        (size, settings, left, top, part, seed) => {
          const word = wordIn(size, left, top, part);
          const seen = applyTo(place({ size, words: [word] }, { ...settings, crop: true }, seed), word);
          for (const axis of [0, 1]) {
            const values = [...seen].filter((_, i) => i % 2 === axis);
            const [low, high] = [Math.min(...values), Math.max(...values)];
            if (high - low <= 320) {
              expect(low).toBeGreaterThanOrEqual(-1e-6);
              expect(high).toBeLessThanOrEqual(320 + 1e-6);
            } else {
              expect(low).toBeLessThanOrEqual(1e-6);
              expect(high).toBeGreaterThanOrEqual(320 - 1e-6);
            }
          }
        },
      ),
    );
  });

  it("a crop shows no more black than it must", () => {
    const size = { widthPx: 800, heightPx: 600 };
    for (let seed = 0; seed < 200; seed++) {
      const map = place({ size, words: [] }, { ...plain, scaleMin: 2, scaleMax: 2, crop: true }, seed);
      const [left, top] = applyToPoint(map, 0, 0);
      const [right, bottom] = applyToPoint(map, 800, 600);
      expect(Math.max(left, top)).toBeLessThanOrEqual(1e-9);
      expect(Math.min(right, bottom)).toBeGreaterThanOrEqual(320 - 1e-9);
    }
  });
});

describe("augmentationOf", () => {
  const size = { widthPx: 800, heightPx: 600 };
  const words = [{ polygon: wordIn(size, 0.5, 0.5, 0.1), ignore: false, text: null }];
  const wild = { flip: 0.5, rotateDeg: 10, scaleMin: 0.5, scaleMax: 2, crop: true, color: 1 };
  const of = (id: string, seed: number, epoch: number, settings = wild) =>
    augmentationOf({ id, size, words }, settings, 320, seed, epoch);

  it("follows from seed, page and epoch alone", () => {
    expect(of("a", 1, 0)).toEqual(of("a", 1, 0));
    expect(of("a", 1, 0)).not.toEqual(of("a", 1, 1));
    expect(of("a", 1, 0)).not.toEqual(of("a", 2, 0));
    expect(of("a", 1, 0)).not.toEqual(of("b", 1, 0));
  });

  it("one dial does not reshuffle the others", () => {
    const turned = of("a", 1, 0);
    const alsoFlipped = of("a", 1, 0, { ...wild, flip: 1, color: 0 });
    expect(Math.hypot(alsoFlipped.placement.a, alsoFlipped.placement.b)).toBeCloseTo(
      Math.hypot(turned.placement.a, turned.placement.b),
      12,
    );
  });

  it("changes colours within their strength, and not at all at 0", () => {
    expect(randomColorChange(0, randomFrom(1))).toBeNull();
    for (let seed = 0; seed < 100; seed++) {
      const change = randomColorChange(0.5, randomFrom(seed));
      expect(change?.saturation).toBeGreaterThanOrEqual(0.7);
      expect(change?.saturation).toBeLessThanOrEqual(1.3);
      expect(change?.gain).toBeGreaterThanOrEqual(0.49);
      expect(change?.gain).toBeLessThanOrEqual(1.69);
    }
  });
});
