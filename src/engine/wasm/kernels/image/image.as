// The way in and out: bytes of pages → normalised planes, logits → probabilities.

import { sigmoid, storeUpTo } from "../../assembly/math";

@unmanaged
class ImportImage {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  bytes: usize;
  /** Pixels of a page, a multiple of 4. */
  plane: i32;
  output: usize;
  outputBatch: usize;
  scale0: f32;
  scale1: f32;
  scale2: f32;
  mean0: f32;
  mean1: f32;
  mean2: f32;
}

/** RGBX bytes → three planes of (byte − mean)·scale, rounded as in import-image.wgsl: bit for bit the same. One tile is one page. */
export function importImage(at: usize, tile: i32): void {
  const op = changetype<ImportImage>(at);
  let from = op.bytes + ((<usize>tile * op.plane) << 2);
  const planeBytes = <usize>op.plane << 2;
  let to = op.output + <usize>tile * op.outputBatch;
  const low = i32x4.splat(255);
  for (let i = 0; i < op.plane; i += 4) {
    const four = v128.load(from);
    storeChannel(to, v128.and(four, low), op.scale0, op.mean0);
    storeChannel(to + planeBytes, v128.and(i32x4.shr_u(four, 8), low), op.scale1, op.mean1);
    storeChannel(to + 2 * planeBytes, v128.and(i32x4.shr_u(four, 16), low), op.scale2, op.mean2);
    from += 16;
    to += 16;
  }
}

@inline
function storeChannel(to: usize, bytes: v128, scale: f32, mean: f32): void {
  const value = f32x4.convert_i32x4_s(bytes);
  v128.store(to, f32x4.mul(f32x4.sub(value, f32x4.splat(mean)), f32x4.splat(scale)));
}

@unmanaged
class ExportMap {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  input: usize;
  inputBatch: usize;
  plane: i32;
  output: usize;
}

/** One tile is one page. */
export function exportMap(at: usize, tile: i32): void {
  const op = changetype<ExportMap>(at);
  const from = op.input + <usize>tile * op.inputBatch;
  const to = op.output + ((<usize>tile * op.plane) << 2);
  for (let i = 0; i < op.plane; i += 4) {
    const offset = <usize>i << 2;
    storeUpTo(to + offset, sigmoid(v128.load(from + offset)), op.plane - i);
  }
}
