// Views into 64-bit memory: the plain reference that every device is compared with. Obvious, slow, no tricks.

import type { Slot, Store, View } from "../../../src/engine/plan/types.ts";

export interface Memory {
  readonly buffers: readonly Float64Array[];
  readonly stores: Readonly<Record<Store, Float64Array>>;
  /** Of the trainable store. */
  readonly gradients: Float64Array;
}

export interface Tensor {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  get(n: number, c: number, y: number, x: number): number;
  set(n: number, c: number, y: number, x: number, value: number): void;
  add(n: number, c: number, y: number, x: number, value: number): void;
}

export function tensorAt(memory: Memory, view: View): Tensor {
  const data = memory.buffers[view.buffer];
  if (data === undefined) throw new Error(`no buffer ${view.buffer}`);
  const { batch, channels, height, width } = view;
  const index = (n: number, c: number, y: number, x: number): number =>
    view.offset + n * view.batchStride + (c * height + y) * width + x;
  return {
    batch,
    channels,
    height,
    width,
    get: (n, c, y, x) => data[index(n, c, y, x)] ?? Number.NaN,
    set: (n, c, y, x, value) => {
      data[index(n, c, y, x)] = value;
    },
    add: (n, c, y, x, value) => {
      const i = index(n, c, y, x);
      data[i] = (data[i] ?? Number.NaN) + value;
    },
  };
}

export function slotAt(memory: Memory, { store, offset, size }: Slot): Float64Array {
  return memory.stores[store].subarray(offset, offset + size);
}

export function gradientAt(memory: Memory, { offset, size }: Slot): Float64Array {
  return memory.gradients.subarray(offset, offset + size);
}

export function eachElement(t: Tensor, visit: (n: number, c: number, y: number, x: number) => void): void {
  for (let n = 0; n < t.batch; n++)
    for (let c = 0; c < t.channels; c++)
      for (let y = 0; y < t.height; y++) for (let x = 0; x < t.width; x++) visit(n, c, y, x);
}

/** Sets every element from `value`, or adds to it. */
export function write(
  t: Tensor,
  accumulate: boolean,
  value: (n: number, c: number, y: number, x: number) => number,
): void {
  eachElement(t, (n, c, y, x) => {
    if (accumulate) t.add(n, c, y, x, value(n, c, y, x));
    else t.set(n, c, y, x, value(n, c, y, x));
  });
}
