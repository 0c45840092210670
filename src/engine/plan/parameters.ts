// Puts all parameters into flat stores, so that an optimiser move is one pass over one array.
// Parameters that run as one (both heads' layers) lie side by side in the given order.

import { PlaygroundError } from "../../core/index.ts";
import { type Graph, type Parameter, sizeOf } from "../../graph/index.ts";
import type { ParameterLayout, Slot, Store } from "./types.ts";

/** Every slot starts at a multiple of this many floats (256 bytes, what devices ask of a binding's offset). */
export const SLOT_ALIGNMENT = 64;

/** `joined` lists names that must be adjacent. Throws PlaygroundError "internal" when that cannot be. */
export function layOut(graph: Graph, joined: readonly (readonly string[])[]): ParameterLayout {
  const groups = new Map<string, readonly string[]>();
  for (const names of joined) for (const name of names) groups.set(name, names);
  const byName = new Map(graph.parameters.map((parameter) => [parameter.name, parameter]));
  const slots = new Map<string, Slot>();
  const sizes: Record<Store, number> = { trainable: 0, frozen: 0, statistics: 0 };
  for (const parameter of graph.parameters) {
    if (slots.has(parameter.name)) continue;
    const store = storeOf(parameter);
    for (const name of groups.get(parameter.name) ?? [parameter.name]) {
      const member = byName.get(name);
      if (member === undefined || storeOf(member) !== store) throw misplaced(name);
      const size = sizeOf(member);
      slots.set(name, { store, offset: sizes[store], size });
      sizes[store] += size;
    }
    sizes[store] = Math.ceil(sizes[store] / SLOT_ALIGNMENT) * SLOT_ALIGNMENT;
  }
  return { slots, sizes };
}

/** One slot over adjacent parameters. */
export function joinedSlot(layout: ParameterLayout, names: readonly string[]): Slot {
  const parts = names.map((name) => {
    const slot = layout.slots.get(name);
    if (slot === undefined) throw misplaced(name);
    return slot;
  });
  const [first] = parts;
  if (first === undefined) throw misplaced("");
  let size = 0;
  for (const part of parts) {
    if (part.store !== first.store || part.offset !== first.offset + size) throw misplaced(names.join(", "));
    size += part.size;
  }
  return { store: first.store, offset: first.offset, size };
}

function storeOf(parameter: Parameter): Store {
  if (parameter.role === "runningMean" || parameter.role === "runningVariance") return "statistics";
  return parameter.trainable ? "trainable" : "frozen";
}

function misplaced(name: string): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: `Parameter "${name}" is not where the plan expects it.`,
    what: name,
    doing: "planning the training step",
  });
}
