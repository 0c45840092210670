// Parameters and optimiser state between named arrays and the flat stores in linear memory. Both are row-major in PyTorch's
// shapes, so this only cuts and joins.

import { PlaygroundError } from "../../core/index.ts";
import type { EngineState } from "../engine.ts";
import type { Slot } from "../plan/types.ts";
import type { Compiled } from "./compile.ts";

/**
 * Writes all weights, and the optimiser's state or zeros where there is none; an average that is not given begins at the weights.
 * Throws PlaygroundError "bad-file".
 */
export function writeState(state: EngineState, compiled: Compiled, memory: ArrayBufferLike): void {
  const { parameters, addresses, optimizer, predicted } = compiled;
  // Nothing is written before everything was found to fit.
  for (const isChecking of [true, false]) {
    for (const [name, slot] of parameters.slots) {
      const values = checked(name, state.weights.get(name), slot);
      const average = state.average === undefined ? values : checked(name, state.average.get(name), slot);
      if (!isChecking) {
        floats(memory, predicted[slot.store], slot).set(average);
        floats(memory, addresses.stores[slot.store], slot).set(values);
      }
      if (slot.store !== "trainable") continue;
      for (const [index, address] of optimizer.moments.entries()) {
        const moment = state.optimizer.get(name)?.[index];
        const to = floats(memory, address, slot);
        if (state.optimizer.size > 0) {
          const fitting = checked(name, moment, slot);
          if (!isChecking) to.set(fitting);
        } else if (!isChecking) to.fill(0);
      }
    }
  }
}

export function readState(compiled: Compiled, memory: ArrayBufferLike, moves: number): EngineState {
  const { parameters, addresses, optimizer, predicted } = compiled;
  const weights = new Map<string, Float32Array>();
  const average = new Map<string, Float32Array>();
  const moments = new Map<string, readonly Float32Array[]>();
  for (const [name, slot] of parameters.slots) {
    weights.set(name, floats(memory, addresses.stores[slot.store], slot).slice());
    average.set(name, floats(memory, predicted[slot.store], slot).slice());
    if (slot.store !== "trainable") continue;
    const each = optimizer.moments.map((address) => floats(memory, address, slot).slice());
    moments.set(name, each);
  }
  const isAveraging = predicted !== addresses.stores;
  return { weights, optimizer: moments, moves, ...(isAveraging ? { average } : {}) };
}

function floats(memory: ArrayBufferLike, address: number, { offset, size }: Slot): Float32Array {
  return new Float32Array(memory, address + offset * 4, size);
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
