// A page's pixels drawn into the input square by an affine placement, colours changed in the same pass.
// Shrinking averages whole boxes first (no aliasing), then interpolates bilinearly at pixel centres; outside the page it is
// black, as the padding of the original project. Pure and exact: the same input gives the same bytes everywhere.

import type { ColorChange } from "../augment/index.ts";
import { type Affine, bytesIn } from "../core/index.ts";
import type { Pixels } from "../dataset/index.ts";
import { invert } from "../geometry/index.ts";

/** S·S·4 bytes RGBX (X is 255 inside the page, 0 outside), in `into` where that has the length. `color` null leaves colours as they are. */
export function resample(
  pixels: Pixels,
  placement: Affine<"upright", "input">,
  sizePx: number,
  color: ColorChange | null = null,
  into?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const back = invert(placement);
  const stretch = Math.sqrt(Math.abs(back.a * back.d - back.b * back.c));
  const box = Math.min(MAX_BOX, Math.max(1, Math.floor(stretch + 1e-6)));
  const source = box === 1 ? sourceOf(pixels) : boxAverage(pixels, box);
  const out = bytesIn(into, sizePx * sizePx * 4);
  const words = new Uint32Array(out.buffer);
  // From the centre of an input pixel to coordinates in which source pixel k has its centre at k.
  const [ux, uy, vx, vy] = [back.a / box, back.c / box, back.b / box, back.d / box];
  for (let row = 0; row < sizePx; row++) {
    const u0 = ux * 0.5 + uy * (row + 0.5) + back.e / box;
    const v0 = vx * 0.5 + vy * (row + 0.5) + back.f / box;
    const [first, last] = insideRange(u0, ux, v0, vx, source, sizePx);
    const start = row * sizePx;
    words.fill(0, start, start + first);
    words.fill(0, start + last, start + sizePx);
    drawRow(source, words, start, first, last, u0 - 0.5, ux, v0 - 0.5, vx);
    if (color !== null) recolor(out, (start + first) * 4, (start + last) * 4, color);
  }
  return out;
}

interface Source {
  /** Pixels as words, red in the lowest byte (every machine with WebGPU is little-endian). */
  readonly words: Uint32Array;
  readonly width: number;
  readonly height: number;
  /** Exact extent in source pixels; below `width` where the last box is not full. */
  readonly extentX: number;
  readonly extentY: number;
}

/** A lane of 16 bits holds the sum of 256 bytes; pages that shrink more are sampled more sparsely. */
const MAX_BOX = 256;

/** Red and blue of a word side by side in 16-bit lanes, so that one addition or product serves both. */
const RED_BLUE = 0x00ff00ff;

function sourceOf({ rgba, size }: Pixels): Source {
  const { widthPx: width, heightPx: height } = size;
  return { words: wordsOf(rgba), width, height, extentX: width, extentY: height };
}

function wordsOf(rgba: Uint8ClampedArray<ArrayBuffer>): Uint32Array {
  const aligned = rgba.byteOffset % 4 === 0 ? rgba : rgba.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/** Of the page in hand; grown when needed. */
let boxMeans = new Uint32Array(0);

function boxes(count: number): Uint32Array {
  if (boxMeans.length < count) boxMeans = new Uint32Array(count);
  return boxMeans;
}

/** Means of box×box pixels; boxes at the right and lower edge average what is left of them. */
function boxAverage({ rgba, size }: Pixels, box: number): Source {
  const width = Math.ceil(size.widthPx / box);
  const height = Math.ceil(size.heightPx / box);
  const pixels = wordsOf(rgba);
  if (box === 2 && size.widthPx % 2 === 0 && size.heightPx % 2 === 0) {
    return {
      words: halve(pixels, size.widthPx, size.heightPx),
      width,
      height,
      extentX: width,
      extentY: height,
    };
  }
  const words = boxes(width * height);
  const sums = new Uint32Array(width * 3);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    const top = y * box;
    const rows = Math.min(box, size.heightPx - top);
    for (let row = top; row < top + rows; row++) addRow(pixels, row * size.widthPx, size.widthPx, box, sums);
    for (let x = 0, s = 0; x < width; x++, s += 3) {
      const count = rows * Math.min(box, size.widthPx - x * box);
      const half = count >> 1;
      const red = (((sums[s] as number) + half) / count) | 0;
      const green = (((sums[s + 1] as number) + half) / count) | 0;
      const blue = (((sums[s + 2] as number) + half) / count) | 0;
      words[y * width + x] = red | (green << 8) | (blue << 16);
    }
  }
  return { words, width, height, extentX: size.widthPx / box, extentY: size.heightPx / box };
}

/** Adds one row of pixels to its boxes' sums. */
function addRow(pixels: Uint32Array, start: number, widthPx: number, box: number, sums: Uint32Array): void {
  const rowEnd = start + widthPx;
  for (let p = start, s = 0; p < rowEnd; s += 3) {
    const boxEnd = Math.min(p + box, rowEnd);
    let redBlue = 0;
    let green = 0;
    for (; p < boxEnd; p++) {
      const word = pixels[p] as number;
      redBlue = (redBlue + (word & RED_BLUE)) | 0;
      green += (word >>> 8) & 255;
    }
    sums[s] = (sums[s] as number) + (redBlue & 0xffff);
    sums[s + 1] = (sums[s + 1] as number) + green;
    sums[s + 2] = (sums[s + 2] as number) + (redBlue >>> 16);
  }
}

/** The most common box, four pixels at once: the sums of both lanes, halves up, divided by shifting. */
function halve(pixels: Uint32Array, width: number, height: number): Uint32Array {
  const words = boxes((width * height) / 4);
  for (let y = 0, o = 0; y < height; y += 2) {
    const rowEnd = (y + 1) * width;
    for (let p = y * width; p < rowEnd; p += 2, o++) {
      const a = pixels[p] as number;
      const b = pixels[p + 1] as number;
      const c = pixels[p + width] as number;
      const d = pixels[p + width + 1] as number;
      const redBlue = (a & RED_BLUE) + (b & RED_BLUE) + (c & RED_BLUE) + (d & RED_BLUE) + 0x00020002;
      const green = ((a >>> 8) & 255) + ((b >>> 8) & 255) + ((c >>> 8) & 255) + ((d >>> 8) & 255) + 2;
      words[o] = ((redBlue >>> 2) & RED_BLUE) | ((green << 6) & 0xff00);
    }
  }
  return words;
}

/** The pixels [first, last) of a row whose centres lie on the page: 0 ≤ u < extentX and 0 ≤ v < extentY. */
function insideRange(
  u0: number,
  du: number,
  v0: number,
  dv: number,
  source: Source,
  sizePx: number,
): [number, number] {
  const [firstU, lastU] = solve(u0, du, source.extentX, sizePx);
  const [firstV, lastV] = solve(v0, dv, source.extentY, sizePx);
  const first = Math.max(firstU, firstV);
  return [first, Math.max(first, Math.min(lastU, lastV))];
}

/** Whole numbers i in [0, count) with 0 ≤ start + i·step < extent, as [first, last). */
function solve(start: number, step: number, extent: number, count: number): [number, number] {
  if (Math.abs(step) < 1e-12) return start >= 0 && start < extent ? [0, count] : [0, 0];
  const atZero = -start / step;
  const atEnd = (extent - start) / step;
  const first = step > 0 ? Math.ceil(atZero) : Math.floor(atEnd) + 1;
  const last = step > 0 ? Math.ceil(atEnd) : Math.floor(atZero) + 1;
  return [Math.min(count, Math.max(0, first)), Math.min(count, Math.max(0, last))];
}

/** Bilinear with weights in 1/256; neighbours beyond the page's edge repeat its edge. */
function drawRow(
  { words, width, height }: Source,
  out: Uint32Array,
  outStart: number,
  first: number,
  last: number,
  u0: number,
  du: number,
  v0: number,
  dv: number,
): void {
  const maxX = width - 1;
  const maxY = height - 1;
  for (let i = first; i < last; i++) {
    const u = Math.min(maxX, Math.max(0, u0 + i * du));
    const v = Math.min(maxY, Math.max(0, v0 + i * dv));
    const x = u | 0;
    const y = v | 0;
    const fx = ((u - x) * 256 + 0.5) | 0;
    const fy = ((v - y) * 256 + 0.5) | 0;
    const p = y * width + x;
    const right = x < maxX ? 1 : 0;
    const below = y < maxY ? width : 0;
    const w11 = (fx * fy + 128) >> 8;
    const w10 = fx - w11;
    const w01 = fy - w11;
    const w00 = 256 - fx - w01;
    const p00 = words[p] as number;
    const p10 = words[p + right] as number;
    const p01 = words[p + below] as number;
    const p11 = words[p + right + below] as number;
    const left = (Math.imul(p00 & RED_BLUE, w00) + Math.imul(p01 & RED_BLUE, w01)) | 0;
    const redBlue = (left + ((Math.imul(p10 & RED_BLUE, w10) + Math.imul(p11 & RED_BLUE, w11)) | 0)) | 0;
    const green =
      ((p00 >>> 8) & 255) * w00 +
      ((p10 >>> 8) & 255) * w10 +
      ((p01 >>> 8) & 255) * w01 +
      ((p11 >>> 8) & 255) * w11;
    out[outStart + i] = (((redBlue + 0x00800080) >>> 8) & RED_BLUE) | ((green + 128) & 0xff00) | 0xff000000;
  }
}

function recolor(
  out: Uint8Array,
  start: number,
  end: number,
  { gain, offset, saturation }: ColorChange,
): void {
  for (let o = start; o < end; o += 4) {
    const red = out[o] as number;
    const green = out[o + 1] as number;
    const blue = out[o + 2] as number;
    const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    out[o] = toByte(gain * (luma + saturation * (red - luma)) + offset);
    out[o + 1] = toByte(gain * (luma + saturation * (green - luma)) + offset);
    out[o + 2] = toByte(gain * (luma + saturation * (blue - luma)) + offset);
  }
}

function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}
