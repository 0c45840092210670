// Pooling and its gradients: one tile is one channel of one page.

import { planeSum } from "../product/dot";
import { storeUpTo } from "../../assembly/math";

@unmanaged
class Pool {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  channels: i32;
  height: i32;
  width: i32;
  outputHeight: i32;
  outputWidth: i32;
  kernel: i32;
  stride: i32;
  padding: i32;
  accumulate: i32;
  input: usize;
  inputBatch: usize;
  /** Of the pooled image: values, or their gradient. */
  pooled: usize;
  pooledBatch: usize;
  inputGradient: usize;
  inputGradientBatch: usize;
}

@inline
function planeOf(base: usize, batch: usize, op: Pool, tile: i32, pixels: i32): usize {
  return base + <usize>(tile / op.channels) * batch + ((<usize>(tile % op.channels) * pixels) << 2);
}

/** Index of the first greatest value of a window in row-major order. */
@inline
function greatest(op: Pool, plane: usize, y: i32, x: i32): i32 {
  const top = y * op.stride - op.padding;
  const left = x * op.stride - op.padding;
  const endRow = min(top + op.kernel, op.height);
  const endColumn = min(left + op.kernel, op.width);
  let best = -1;
  let value: f32 = 0;
  for (let row = max(top, 0); row < endRow; row++) {
    for (let column = max(left, 0); column < endColumn; column++) {
      const index = row * op.width + column;
      const here = load<f32>(plane + (<usize>index << 2));
      if (best < 0 || here > value) {
        best = index;
        value = here;
      }
    }
  }
  return best;
}

export function maxPool(at: usize, tile: i32): void {
  const op = changetype<Pool>(at);
  const plane = planeOf(op.input, op.inputBatch, op, tile, op.height * op.width);
  let to = planeOf(op.pooled, op.pooledBatch, op, tile, op.outputHeight * op.outputWidth);
  for (let y = 0; y < op.outputHeight; y++) {
    for (let x = 0; x < op.outputWidth; x++) {
      store<f32>(to, load<f32>(plane + (<usize>greatest(op, plane, y, x) << 2)));
      to += 4;
    }
  }
}

export function maxPoolGradient(at: usize, tile: i32): void {
  const op = changetype<Pool>(at);
  const pixels = op.height * op.width;
  const plane = planeOf(op.input, op.inputBatch, op, tile, pixels);
  const dx = planeOf(op.inputGradient, op.inputGradientBatch, op, tile, pixels);
  let from = planeOf(op.pooled, op.pooledBatch, op, tile, op.outputHeight * op.outputWidth);
  if (!op.accumulate) {
    for (let i = 0; i < pixels; i += 4) storeUpTo(dx + (<usize>i << 2), f32x4.splat(0), pixels - i);
  }
  for (let y = 0; y < op.outputHeight; y++) {
    for (let x = 0; x < op.outputWidth; x++) {
      const to = dx + (<usize>greatest(op, plane, y, x) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(from));
      from += 4;
    }
  }
}

export function meanPool(at: usize, tile: i32): void {
  const op = changetype<Pool>(at);
  const pixels = op.height * op.width;
  const plane = planeOf(op.input, op.inputBatch, op, tile, pixels);
  store<f32>(planeOf(op.pooled, op.pooledBatch, op, tile, 1), <f32>(planeSum(plane, pixels) / <f64>pixels));
}

export function meanPoolGradient(at: usize, tile: i32): void {
  const op = changetype<Pool>(at);
  const pixels = op.height * op.width;
  const dx = planeOf(op.inputGradient, op.inputGradientBatch, op, tile, pixels);
  const share = f32x4.splat(load<f32>(planeOf(op.pooled, op.pooledBatch, op, tile, 1)) / <f32>pixels);
  for (let i = 0; i < pixels; i += 4) {
    const to = dx + (<usize>i << 2);
    storeUpTo(to, op.accumulate ? f32x4.add(share, v128.load(to)) : share, pixels - i);
  }
}
