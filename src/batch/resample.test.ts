import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluationPlacement } from "../augment/index.ts";
import { randomFrom } from "../core/index.ts";
import type { Pixels } from "../dataset/index.ts";
import { applyToPoint, identity, invert, similarity } from "../geometry/index.ts";
import { resample } from "./index.ts";

type Paint = (x: number, y: number) => readonly [number, number, number];

function picture(widthPx: number, heightPx: number, paint: Paint): Pixels {
  const rgba = new Uint8ClampedArray(widthPx * heightPx * 4);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) rgba.set([...paint(x, y), 255], (y * widthPx + x) * 4);
  }
  return { rgba, size: { widthPx, heightPx } };
}

function noise(widthPx: number, heightPx: number): Pixels {
  const random = randomFrom("noise", widthPx, heightPx);
  return picture(widthPx, heightPx, () => [random.int(256), random.int(256), random.int(256)]);
}

const rgbAt = (image: Uint8Array, sizePx: number, x: number, y: number): number[] => [
  ...image.subarray((y * sizePx + x) * 4, (y * sizePx + x) * 4 + 3),
];

describe("resample", () => {
  it("at the identity copies every pixel", () => {
    const pixels = noise(32, 32);
    expect(resample(pixels, identity(), 32)).toEqual(Uint8Array.from(pixels.rgba));
  });

  it("mirrors exactly", () => {
    const pixels = noise(16, 16);
    const flip = similarity<"upright", "input">({
      scale: 1,
      rotateRad: 0,
      flip: true,
      from: [8, 8],
      to: [8, 8],
    });
    const image = resample(pixels, flip, 16);
    for (let x = 0; x < 16; x++) {
      expect(rgbAt(image, 16, x, 5)).toEqual([
        ...pixels.rgba.subarray((5 * 16 + 15 - x) * 4, (5 * 16 + 15 - x) * 4 + 3),
      ]);
    }
  });

  it("letterboxes 960×1280 into 640 with black beside the page and nowhere else", () => {
    const pixels = picture(960, 1280, () => [200, 100, 50]);
    const image = resample(pixels, evaluationPlacement(pixels.size, 640), 640);
    expect([79, 80, 559, 560].map((x) => rgbAt(image, 640, x, 0)[0])).toEqual([0, 200, 200, 0]);
    expect(rgbAt(image, 640, 300, 639)).toEqual([200, 100, 50]);
  });

  it.each([2, 3, 5, 8])("shrunk by %i is the mean of its boxes", (factor) => {
    const side = 12 * factor;
    const pixels = noise(side, side);
    const image = resample(pixels, evaluationPlacement(pixels.size, 12), 12);
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 12; x++) {
        let sum = 0;
        for (let j = 0; j < factor; j++) {
          for (let i = 0; i < factor; i++)
            sum += pixels.rgba[((y * factor + j) * side + x * factor + i) * 4] ?? 0;
        }
        expect(Math.abs((rgbAt(image, 12, x, y)[0] ?? 0) - sum / factor ** 2)).toBeLessThanOrEqual(0.51);
      }
    }
  });

  it("puts a ramp where the placement says, at any angle and scale", () => {
    const pixels = picture(200, 200, (x, y) => [x + 0.5, y + 0.5, 77]);
    const anyMap = fc.record({
      scale: fc.double({ min: 0.3, max: 3, noNaN: true }),
      rotateRad: fc.double({ min: -3, max: 3, noNaN: true }),
      flip: fc.boolean(),
      x: fc.double({ min: 60, max: 140, noNaN: true }),
      y: fc.double({ min: 60, max: 140, noNaN: true }),
    });
    fc.assert(
      fc.property(anyMap, ({ scale, rotateRad, flip, x, y }) => {
        const map = similarity<"upright", "input">({ scale, rotateRad, flip, from: [x, y], to: [32, 32] });
        const image = resample(pixels, map, 64);
        const back = invert(map);
        for (const [i, j] of [
          [32, 32],
          [20, 40],
          [45, 25],
          [3, 60],
        ] as const) {
          const [u, v] = applyToPoint(back, i + 0.5, j + 0.5);
          if (u < 4 || v < 4 || u > 196 || v > 196) continue;
          const [red, green, blue] = rgbAt(image, 64, i, j);
          // The picture's bytes are rounded, so is the answer.
          expect(Math.abs((red ?? 0) - u)).toBeLessThanOrEqual(1.05);
          expect(Math.abs((green ?? 0) - v)).toBeLessThanOrEqual(1.05);
          expect(blue).toBe(77);
        }
      }),
    );
  });

  it("is page inside and black outside, for pages of any size", () => {
    const anySize = fc.integer({ min: 1, max: 70 });
    fc.assert(
      fc.property(anySize, anySize, (width, height) => {
        const pixels = picture(width, height, () => [255, 255, 255]);
        const map = evaluationPlacement(pixels.size, 32);
        const image = resample(pixels, map, 32);
        const back = invert(map);
        const wrong: string[] = [];
        for (let y = 0; y < 32; y++) {
          for (let x = 0; x < 32; x++) {
            const [u, v] = applyToPoint(back, x + 0.5, y + 0.5);
            if ([u, v, u - width, v - height].some((d) => Math.abs(d) < 1e-6)) continue;
            const value = u > 0 && v > 0 && u < width && v < height ? 255 : 0;
            if (rgbAt(image, 32, x, y).some((got) => got !== value)) wrong.push(`${x},${y}`);
          }
        }
        expect(wrong).toEqual([]);
      }),
    );
  });

  it("changes colours in the same pass, the page's and not the black around it", () => {
    const pixels = picture(20, 10, () => [200, 100, 50]);
    const change = { gain: 0.5, offset: 30, saturation: 0 };
    const image = resample(pixels, evaluationPlacement(pixels.size, 20), 20, change);
    const grey = Math.round(0.5 * (0.299 * 200 + 0.587 * 100 + 0.114 * 50) + 30);
    expect(rgbAt(image, 20, 10, 10)).toEqual([grey, grey, grey]);
    expect(rgbAt(image, 20, 10, 0)).toEqual([0, 0, 0]);
    const bright = resample(pixels, evaluationPlacement(pixels.size, 20), 20, {
      gain: 9,
      offset: 0,
      saturation: 1,
    });
    expect(rgbAt(bright, 20, 10, 10)).toEqual([255, 255, 255]);
  });
});
