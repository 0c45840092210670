// Parameters and optimiser state between named arrays and the flat stores on the GPU. Both are row-major in PyTorch's
// shapes, so this only cuts and joins.

import { PlaygroundError } from "../../core/index.ts";
import type { Weights } from "../../graph/index.ts";
import { isAveraging } from "../average.ts";
import type { EngineSettings, EngineState } from "../engine.ts";
import type { ParameterLayout, Slot, Store } from "../plan/types.ts";
import { averageName, type Resources } from "./resources.ts";

export const STORES: readonly Store[] = ["trainable", "frozen", "statistics"];

/** Stores that change while training runs, so that they may have an average. */
const AVERAGED = ["trainable", "statistics"] as const satisfies readonly Store[];

type Kept = Pick<EngineSettings, "optimizer" | "averageDecay">;

/** Buffers that together are the engine's state. */
export function stateBuffers(settings: Kept): readonly string[] {
  return [...STORES, ...momentNames(settings), ...(isAveraging(settings) ? AVERAGED.map(averageName) : [])];
}

export function momentNames({ optimizer }: Pick<Kept, "optimizer">): readonly string[] {
  return optimizer.kind === "adamw" ? ["firstMoments", "secondMoments"] : ["firstMoments"];
}

/** What to write into `stateBuffers`, in that order. Throws PlaygroundError "bad-file" as `packWeights` does. */
export function packState(
  state: EngineState,
  layout: ParameterLayout,
  settings: Kept,
): Float32Array<ArrayBuffer>[] {
  const weights = packWeights(state.weights, layout);
  const moments = momentNames(settings).map((_, index) =>
    state.optimizer.size === 0
      ? new Float32Array(layout.sizes.trainable)
      : packMoment(state.optimizer, layout, index),
  );
  const average = state.average === undefined ? weights : packWeights(state.average, layout);
  const averages = isAveraging(settings) ? AVERAGED.map((store) => average[store]) : [];
  return [...STORES.map((store) => weights[store]), ...moments, ...averages];
}

/** One array for each store. Throws PlaygroundError "bad-file" naming a parameter that is missing or of another size. */
function packWeights(
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

/** One moment over the trainable store. */
function packMoment(
  optimizer: EngineState["optimizer"],
  { slots, sizes }: ParameterLayout,
  moment: number,
): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(sizes.trainable);
  for (const [name, slot] of slots) {
    if (slot.store !== "trainable") continue;
    packed.set(checked(name, optimizer.get(name)?.[moment], slot), slot.offset);
  }
  return packed;
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
  settings: Kept,
  moves: number,
): EngineState {
  const byName = new Map(stateBuffers(settings).map((name, index) => [name, arrays[index]]));
  const cut = (name: string, { offset, size }: Slot): Float32Array =>
    byName.get(name)?.slice(offset, offset + size) ?? new Float32Array();
  const weights = new Map<string, Float32Array>();
  const average = new Map<string, Float32Array>();
  const optimizer = new Map<string, readonly Float32Array[]>();
  for (const [name, slot] of slots) {
    weights.set(name, cut(slot.store, slot));
    average.set(name, cut(slot.store === "frozen" ? slot.store : averageName(slot.store), slot));
    if (slot.store !== "trainable") continue;
    optimizer.set(
      name,
      momentNames(settings).map((moment) => cut(moment, slot)),
    );
  }
  return { weights, optimizer, moves, ...(isAveraging(settings) ? { average } : {}) };
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
