// Turns flat drawings into a photograph, on typed arrays: perspective placement, uneven light, blur, sensor noise.
// Each pass is a plain function of its inputs, so the same seed gives the same bytes. Geometry is never changed here
// except by `placeSurface`, whose map is the very one that moves the word outlines.

import { type Random, randomFrom } from "../../core/index.ts";
import type { PixelBlock, Rgb } from "./canvas.ts";
import { type Quad, rollAt, type Warp } from "./warp.ts";

/** Draws an opaque flat surface into the picture, bilinear, with a soft edge. `quad` bounds the area to visit. */
export function placeSurface(picture: PixelBlock, surface: PixelBlock, warp: Warp, quad: Quad): void {
  const roll = Math.abs(warp.rollPx) * 2 + 2;
  const xs = quad.filter((_, i) => i % 2 === 0);
  const ys = quad.filter((_, i) => i % 2 === 1);
  const left = Math.max(0, Math.floor(Math.min(...xs) - roll));
  const right = Math.min(picture.width, Math.ceil(Math.max(...xs) + roll));
  const top = Math.max(0, Math.floor(Math.min(...ys) - roll));
  const bottom = Math.min(picture.height, Math.ceil(Math.max(...ys) + roll));
  const { width, height, data: from } = surface;
  const to = picture.data;
  const shift = Float32Array.from({ length: width + 2 }, (_, x) => rollAt(warp, x));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = warp.toFlat;
  const stride = width * 4;
  const lastX = width - 1;
  const lastY = height - 1;
  for (let y = top; y < bottom; y++) {
    const py = y + 0.5;
    for (let x = left; x < right; x++) {
      const px = x + 0.5;
      const w = 1 / (g * px + h * py + i);
      const u = (a * px + b * py + c) * w;
      if (u < -0.5 || u > width + 0.5) continue;
      const v = (d * px + e * py + f) * w - (shift[(u + 0.5) | 0] ?? 0);
      if (v < -0.5 || v > height + 0.5) continue;
      const fx = Math.min(lastX, Math.max(0, u - 0.5));
      const fy = Math.min(lastY, Math.max(0, v - 0.5));
      const x0 = fx | 0;
      const y0 = fy | 0;
      const tx = fx - x0;
      const ty = fy - y0;
      const p00 = (y0 * width + x0) * 4;
      const p01 = x0 < lastX ? p00 + 4 : p00;
      const down = y0 < lastY ? stride : 0;
      const p10 = p00 + down;
      const p11 = p01 + down;
      const w11 = tx * ty;
      const w01 = tx - w11;
      const w10 = ty - w11;
      const w00 = 1 - tx - w10;
      const red = at(from, p00) * w00 + at(from, p01) * w01 + at(from, p10) * w10 + at(from, p11) * w11;
      const green =
        at(from, p00 + 1) * w00 + at(from, p01 + 1) * w01 + at(from, p10 + 1) * w10 + at(from, p11 + 1) * w11;
      const blue =
        at(from, p00 + 2) * w00 + at(from, p01 + 2) * w01 + at(from, p10 + 2) * w10 + at(from, p11 + 2) * w11;
      const o = (y * picture.width + x) * 4;
      const cover = Math.min(u + 0.5, width + 0.5 - u, v + 0.5, height + 0.5 - v);
      const keep = cover < 1 ? 1 - cover : 0;
      to[o] = red + (at(to, o) - red) * keep;
      to[o + 1] = green + (at(to, o + 1) - green) * keep;
      to[o + 2] = blue + (at(to, o + 2) - blue) * keep;
    }
  }
}

/** The index is in range by construction. */
function at(values: Uint8ClampedArray, index: number): number {
  return values[index] as number;
}

/** Brightness over the picture, on a coarse grid. */
export interface Light {
  readonly columns: number;
  readonly rows: number;
  readonly cellPx: number;
  /** (rows + 1)·(columns + 1) factors around 1. */
  readonly gains: Float32Array;
  /** Colour cast. */
  readonly tint: Rgb;
}

/** A slope, a vignette, slow mottling and, on hard pages, the edge of a cast shadow or the glare of a lamp. */
export function makeLight(random: Random, widthPx: number, heightPx: number, difficulty: number): Light {
  const cellPx = Math.max(8, Math.round(Math.max(widthPx, heightPx) / 20));
  const columns = Math.ceil(widthPx / cellPx);
  const rows = Math.ceil(heightPx / cellPx);
  const slope = random.range(0.04, 0.1 + 0.45 * difficulty);
  const direction = random.range(0, 2 * Math.PI);
  const vignette = random.range(0, 0.1 + 0.35 * difficulty);
  const hasShadow = random.chance(0.1 + 0.55 * difficulty);
  const shadow = hasShadow ? random.range(0.15, 0.25 + 0.4 * difficulty) : 0;
  const shadowDirection = random.range(0, 2 * Math.PI);
  const shadowAt = random.range(-0.3, 0.3);
  const shadowEdge = random.range(0.02, 0.12);
  const glare = random.chance(0.4 * difficulty) ? random.range(0.2, 0.5) : 0;
  const glareX = random.range(-0.4, 0.4);
  const glareY = random.range(-0.4, 0.4);
  const exposure = 1 + random.normal() * 0.08 * (0.4 + difficulty);
  const gains = new Float32Array((rows + 1) * (columns + 1));
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      const x = (column * cellPx) / widthPx - 0.5;
      const y = (row * cellPx) / heightPx - 0.5;
      let gain = exposure + slope * (x * Math.cos(direction) + y * Math.sin(direction));
      gain -= vignette * 2 * (x * x + y * y);
      const across = x * Math.cos(shadowDirection) + y * Math.sin(shadowDirection) - shadowAt;
      gain *= 1 - shadow / (1 + Math.exp(-across / shadowEdge));
      gain += glare * Math.exp(-((x - glareX) ** 2 + (y - glareY) ** 2) / 0.02);
      gain += random.normal() * 0.012;
      gains[row * (columns + 1) + column] = Math.max(0.2, gain);
    }
  }
  const warm = random.normal() * (0.01 + 0.05 * difficulty);
  return { columns, rows, cellPx, gains, tint: [1 + warm, 1, 1 - warm] };
}

export function gainAt(light: Light, x: number, y: number): number {
  const column = Math.min(light.columns, Math.max(0, Math.round(x / light.cellPx)));
  const row = Math.min(light.rows, Math.max(0, Math.round(y / light.cellPx)));
  return light.gains[row * (light.columns + 1) + column] ?? 1;
}

const NOISE_SIZE = 1 << 16;
let noiseTable: Int8Array | null = null;

/** Standard normal numbers times 32, drawn once. */
function noise(): Int8Array {
  if (noiseTable === null) {
    const random = randomFrom("synth", "sensor noise");
    noiseTable = Int8Array.from({ length: NOISE_SIZE }, () =>
      Math.max(-127, Math.min(127, Math.round(random.normal() * 32))),
    );
  }
  return noiseTable;
}

/** Light, then sensor noise of `sigma` grey levels, mostly in luma, a little in each channel. In place. */
export function expose(picture: PixelBlock, light: Light, sigma: number, random: Random): void {
  const { data, width, height } = picture;
  const table = noise();
  const { gains, cellPx, columns } = light;
  const [red, green, blue] = light.tint;
  const scale = sigma / 32;
  for (let y = 0; y < height; y++) {
    const gridY = y / cellPx;
    const row = gridY | 0;
    const ty = gridY - row;
    const g0 = row * (columns + 1);
    let n = random.int(NOISE_SIZE);
    let o = y * width * 4;
    for (let x = 0; x < width; x++) {
      const gridX = x / cellPx;
      const column = gridX | 0;
      const tx = gridX - column;
      const g = g0 + column;
      const above = (gains[g] as number) * (1 - tx) + (gains[g + 1] as number) * tx;
      const below = (gains[g + columns + 1] as number) * (1 - tx) + (gains[g + columns + 2] as number) * tx;
      const gain = above + (below - above) * ty;
      const grey = (table[n & (NOISE_SIZE - 1)] as number) * scale;
      const tinge = (table[(n + 7919) & (NOISE_SIZE - 1)] as number) * scale * 0.4;
      n++;
      data[o] = (data[o] as number) * gain * red + grey + tinge;
      data[o + 1] = (data[o + 1] as number) * gain * green + grey;
      data[o + 2] = (data[o + 2] as number) * gain * blue + grey - tinge;
      o += 4;
    }
  }
}

/** Gaussian of `sigmaPx` as repeated three-tap passes, each of variance at most 2/3. In place. */
export function blur(picture: PixelBlock, sigmaPx: number): void {
  const variance = sigmaPx * sigmaPx;
  if (variance < 0.06) return;
  const passes = Math.ceil(variance / (2 / 3));
  const side = variance / passes / 2;
  const { data, width, height } = picture;
  const buffer = new Uint8ClampedArray(data.length);
  for (let pass = 0; pass < passes; pass++) {
    blurRows(data, buffer, width * 4, height, side);
    blurColumns(buffer, data, width * 4, height, side);
  }
}

function blurRows(
  from: Uint8ClampedArray,
  to: Uint8ClampedArray,
  stride: number,
  height: number,
  side: number,
): void {
  const centre = 1 - 2 * side;
  for (let row = 0; row < height * stride; row += stride) {
    const last = row + stride - 4;
    for (let k = row; k < row + 4; k++) {
      to[k] = (from[k] as number) * (1 - side) + (from[k + 4] as number) * side;
    }
    for (let k = row + 4; k < last; k++) {
      to[k] = (from[k] as number) * centre + ((from[k - 4] as number) + (from[k + 4] as number)) * side;
    }
    for (let k = last; k < last + 4; k++) {
      to[k] = (from[k] as number) * (1 - side) + (from[k - 4] as number) * side;
    }
  }
}

function blurColumns(
  from: Uint8ClampedArray,
  to: Uint8ClampedArray,
  stride: number,
  height: number,
  side: number,
): void {
  const centre = 1 - 2 * side;
  for (let y = 0; y < height; y++) {
    const row = y * stride;
    const up = y > 0 ? -stride : 0;
    const down = y < height - 1 ? stride : 0;
    for (let k = row; k < row + stride; k++) {
      to[k] = (from[k] as number) * centre + ((from[k + up] as number) + (from[k + down] as number)) * side;
    }
  }
}
