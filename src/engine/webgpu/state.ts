// Parameters and optimiser state between named arrays and the flat stores on the GPU. Both are row-major in PyTorch's
// shapes, so this only cuts and joins.

import { PlaygroundError } from "../../core/index.ts";
import type { Weights } from "../../graph/index.ts";
import type { EngineState } from "../engine.ts";
import type { ParameterLayout, Slot, Store } from "../plan/types.ts";
import type { Resources } from "./resources.ts";

const STORES: readonly Store[] = ["trainable", "frozen", "statistics"];

/** Buffers that together are the engine's state; `moments` is 1 for SGD, 2 for AdamW. */
export function stateBuffers(moments: number): readonly string[] {
  return [...STORES, ...["firstMoments", "secondMoments"].slice(0, moments)];
}

/** One array for each store. Throws PlaygroundError "bad-file" naming a parameter that is missing or of another size. */
export function packWeights(
  weights: Weights,
  { slots, sizes }: ParameterLayout,
): Record<Store, Float32Array<ArrayBuffer>> {
  const packed = {
    trainable: new Float32Array(sizes.trainable),
    frozen: new Float32Array(sizes.frozen),
    statistics: new Float32Array(sizes.statistics),
  };
  for (const [name, slot] of slots)
    packed[slot.store].set(checked(name, weights.get(name), slot), slot.offset);
  return packed;
}

/** One array for each moment over the trainable store. */
export function packMoments(
  optimizer: EngineState["optimizer"],
  { slots, sizes }: ParameterLayout,
  moments: number,
): Float32Array<ArrayBuffer>[] {
  return Array.from({ length: moments }, (_, moment) => {
    const packed = new Float32Array(sizes.trainable);
    for (const [name, slot] of slots) {
      if (slot.store !== "trainable") continue;
      packed.set(checked(name, optimizer.get(name)?.[moment], slot), slot.offset);
    }
    return packed;
  });
}

function checked(name: string, values: Float32Array | undefined, slot: Slot): Float32Array {
  if (values?.length === slot.size) return values;
  const has = values === undefined ? "is missing" : `has ${values.length} values, not ${slot.size}`;
  throw new PlaygroundError({
    code: "bad-file",
    message: `Parameter "${name}" ${has}.`,
    what: name,
    doing: "loading weights",
  });
}

/** Cuts what was read from `stateBuffers`, in that order. */
export function unpackState(
  arrays: readonly Float32Array[],
  { slots }: ParameterLayout,
  moves: number,
): EngineState {
  const byStore = new Map(STORES.map((store, index) => [store, arrays[index] ?? new Float32Array()]));
  const moments = arrays.slice(STORES.length);
  const cut = (from: Float32Array | undefined, { offset, size }: Slot): Float32Array =>
    from?.slice(offset, offset + size) ?? new Float32Array();
  const weights = new Map<string, Float32Array>();
  const optimizer = new Map<string, readonly Float32Array[]>();
  for (const [name, slot] of slots) {
    weights.set(name, cut(byStore.get(slot.store), slot));
    if (slot.store === "trainable")
      optimizer.set(
        name,
        moments.map((moment) => cut(moment, slot)),
      );
  }
  return { weights, optimizer, moves };
}

/** Reads whole buffers, after everything that is queued. */
export async function readBuffers(
  device: GPUDevice,
  resources: Resources,
  names: readonly string[],
): Promise<Float32Array[]> {
  const sources = names.map((name) => resources.get(name));
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const staging = device.createBuffer({ label: "reading state", size, usage });
  try {
    const encoder = device.createCommandEncoder();
    let offset = 0;
    for (const source of sources) {
      encoder.copyBufferToBuffer(source, 0, staging, offset, source.size);
      offset += source.size;
    }
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const all = new Float32Array(staging.getMappedRange().slice(0));
    offset = 0;
    return sources.map((source) => {
      const from = offset / 4;
      offset += source.size;
      return all.slice(from, offset / 4);
    });
  } finally {
    staging.destroy();
  }
}
