// A page's pixels drawn into the input square by an affine placement, colours changed in the same pass.
// Shrinking averages whole boxes first (no aliasing), then interpolates bilinearly at pixel centres; outside the page it is
// black, as the padding of the original project. Pure and exact: the same input gives the same bytes everywhere.

import type { ColorChange } from "../augment/index.ts";
import type { Affine } from "../core/index.ts";
import type { Pixels } from "../dataset/index.ts";
import { invert } from "../geometry/index.ts";

/** S·S·4 bytes RGBX (X is 255 inside the page, 0 outside). `color` null leaves colours as they are. */
export function resample(
  pixels: Pixels,
  placement: Affine<"upright", "input">,
  sizePx: number,
  color: ColorChange | null = null,
): Uint8Array<ArrayBuffer> {
  const back = invert(placement);
  const stretch = Math.sqrt(Math.abs(back.a * back.d - back.b * back.c));
  const box = Math.max(1, Math.floor(stretch + 1e-6));
  const source = box === 1 ? sourceOf(pixels) : boxAverage(pixels, box);
  const out = new Uint8Array(sizePx * sizePx * 4);
  // From the centre of an input pixel to coordinates in which source pixel k has its centre at k.
  const [ux, uy, vx, vy] = [back.a / box, back.c / box, back.b / box, back.d / box];
  for (let row = 0; row < sizePx; row++) {
    const u0 = ux * 0.5 + uy * (row + 0.5) + back.e / box;
    const v0 = vx * 0.5 + vy * (row + 0.5) + back.f / box;
    const [first, last] = insideRange(u0, ux, v0, vx, source, sizePx);
    drawRow(source, out, row * sizePx, first, last, u0 - 0.5, ux, v0 - 0.5, vx);
    if (color !== null) recolor(out, (row * sizePx + first) * 4, (row * sizePx + last) * 4, color);
  }
  return out;
}

interface Source {
  readonly rgba: Uint8Array<ArrayBuffer> | Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  /** Exact extent in source pixels; below `width` where the last box is not full. */
  readonly extentX: number;
  readonly extentY: number;
}

function sourceOf({ rgba, size }: Pixels): Source {
  const { widthPx: width, heightPx: height } = size;
  return { rgba, width, height, extentX: width, extentY: height };
}

/** Means of box×box pixels; boxes at the right and lower edge average what is left of them. */
function boxAverage({ rgba, size }: Pixels, box: number): Source {
  const width = Math.ceil(size.widthPx / box);
  const height = Math.ceil(size.heightPx / box);
  const out = new Uint8Array(width * height * 4);
  const sums = new Uint32Array(width * 3);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    const top = y * box;
    const rows = Math.min(box, size.heightPx - top);
    for (let row = top; row < top + rows; row++)
      addRow(rgba, row * size.widthPx * 4, size.widthPx, box, sums);
    for (let x = 0, s = 0, o = y * width * 4; x < width; x++, s += 3, o += 4) {
      const count = rows * Math.min(box, size.widthPx - x * box);
      const half = count >> 1;
      out[o] = ((sums[s] as number) + half) / count;
      out[o + 1] = ((sums[s + 1] as number) + half) / count;
      out[o + 2] = ((sums[s + 2] as number) + half) / count;
    }
  }
  return { rgba: out, width, height, extentX: size.widthPx / box, extentY: size.heightPx / box };
}

function addRow(
  rgba: Uint8ClampedArray,
  start: number,
  widthPx: number,
  box: number,
  sums: Uint32Array,
): void {
  let p = start;
  for (let left = 0, s = 0; left < widthPx; left += box, s += 3) {
    const end = start + Math.min(left + box, widthPx) * 4;
    let red = 0;
    let green = 0;
    let blue = 0;
    for (; p < end; p += 4) {
      red += rgba[p] as number;
      green += rgba[p + 1] as number;
      blue += rgba[p + 2] as number;
    }
    sums[s] = (sums[s] as number) + red;
    sums[s + 1] = (sums[s + 1] as number) + green;
    sums[s + 2] = (sums[s + 2] as number) + blue;
  }
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

/** Bilinear in 8-bit weights; neighbours beyond the page's edge repeat its edge. */
function drawRow(
  { rgba, width, height }: Source,
  out: Uint8Array,
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
  let o = (outStart + first) * 4;
  for (let i = first; i < last; i++, o += 4) {
    const u = Math.min(maxX, Math.max(0, u0 + i * du));
    const v = Math.min(maxY, Math.max(0, v0 + i * dv));
    const x = u | 0;
    const y = v | 0;
    const fx = ((u - x) * 256 + 0.5) | 0;
    const fy = ((v - y) * 256 + 0.5) | 0;
    const p = (y * width + x) * 4;
    const right = x < maxX ? 4 : 0;
    const below = y < maxY ? width * 4 : 0;
    const w11 = fx * fy;
    const w10 = (fx << 8) - w11;
    const w01 = (fy << 8) - w11;
    const w00 = 65536 - w10 - w01 - w11;
    for (let c = 0; c < 3; c++) {
      const q = p + c;
      out[o + c] =
        ((rgba[q] as number) * w00 +
          (rgba[q + right] as number) * w10 +
          (rgba[q + below] as number) * w01 +
          (rgba[q + right + below] as number) * w11 +
          32768) >>>
        16;
    }
    out[o + 3] = 255;
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
