import { expect, it } from "vitest";
import { randomFrom } from "../../core/index.ts";
import { blur, expose, gainAt, makeLight, placeSurface } from "./photograph.ts";
import { makeWarp, type Quad } from "./warp.ts";

const block = (width: number, height: number, value: (x: number, y: number) => number) => {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    data.fill(value(i % width, Math.floor(i / width)), 4 * i, 4 * i + 3);
    data[4 * i + 3] = 255;
  }
  return { data, width, height };
};

it("a blur of sigma s spreads an edge by s and keeps the rest", () => {
  for (const sigma of [0.6, 1, 1.5]) {
    const picture = block(41, 41, (x) => (x < 20 ? 0 : 200));
    blur(picture, sigma);
    let variance = 0;
    for (let x = 1; x < 41; x++) {
      const slope =
        ((picture.data[(20 * 41 + x) * 4] ?? 0) - (picture.data[(20 * 41 + x - 1) * 4] ?? 0)) / 200;
      variance += slope * (x - 20) ** 2;
    }
    expect(Math.sqrt(variance)).toBeCloseTo(sigma, 0.8);
    expect(picture.data[(20 * 41 + 2) * 4]).toBe(0);
    expect(picture.data[(20 * 41 + 38) * 4]).toBe(200);
    expect(picture.data[(20 * 41 + 38) * 4 + 3]).toBe(255);
  }
});

it("a surface laid straight into the picture keeps its pixels, and the rest is untouched", () => {
  const picture = block(60, 40, () => 7);
  const surface = block(30, 20, (x, y) => x * 5 + y);
  const quad: Quad = [10, 8, 40, 8, 40, 28, 10, 28];
  placeSurface(picture, surface, makeWarp(quad, 30, 20, { px: 0, phase: 0 }), quad);
  for (const [x, y] of [
    [1, 1],
    [15, 10],
    [28, 18],
  ] as const) {
    expect(picture.data[((y + 8) * 60 + x + 10) * 4]).toBe(x * 5 + y);
  }
  expect(picture.data[(4 * 60 + 20) * 4]).toBe(7);
  expect(picture.data[(20 * 60 + 50) * 4]).toBe(7);
});

it("noise has the stated sigma and light the stated gain", () => {
  const random = randomFrom("photograph test");
  const light = makeLight(random, 128, 128, 0.5);
  const picture = block(128, 128, () => 100);
  expose(picture, light, 10, random);
  let sum = 0;
  let squares = 0;
  for (let y = 0; y < 128; y++) {
    for (let x = 0; x < 128; x++) {
      const difference = (picture.data[(y * 128 + x) * 4 + 1] ?? 0) - 100 * gainAt(light, x, y);
      sum += difference;
      squares += difference * difference;
    }
  }
  expect(Math.abs(sum / 128 ** 2)).toBeLessThan(1);
  expect(Math.sqrt(squares / 128 ** 2)).toBeGreaterThan(9);
  expect(Math.sqrt(squares / 128 ** 2)).toBeLessThan(11.5);
});
