// What the kernels' encoders ask for: addresses of tensors and parameters, and shared space for what lives only while one
// operation runs. How large the shared space must be is only known once every operation was encoded, so encoding happens
// twice: first with a space that measures.

import type { Slot, Store, View } from "../plan/types.ts";
import type { Arena } from "./arena.ts";
import type { Record } from "./program.ts";

/** Shared by all operations, one after the other. */
export interface SharedSpace {
  /** Two areas for images laid out for a kernel, and one for packed weights of a whole program. */
  readonly planes: number;
  readonly rows: number;
  readonly packed: number;
}

export interface Addresses {
  readonly buffers: readonly number[];
  readonly stores: Readonly<globalThis.Record<Store, number>>;
  readonly gradients: number;
}

export class Space {
  /** Bytes needed of each shared area. */
  readonly needed = { planes: 0, rows: 0, packed: 0 };
  /** Packing of weights, which comes before everything else. */
  readonly preparation: Record[] = [];
  private readonly addresses: Addresses;
  private readonly shared: SharedSpace;
  private readonly arena: Arena;

  constructor(addresses: Addresses, shared: SharedSpace, arena: Arena) {
    this.addresses = addresses;
    this.shared = shared;
    this.arena = arena;
  }

  at(view: View): number {
    return (this.addresses.buffers[view.buffer] ?? 0) + view.offset * 4;
  }

  slot({ store, offset }: Slot): number {
    return this.addresses.stores[store] + offset * 4;
  }

  gradient({ offset }: Slot): number {
    return this.addresses.gradients + offset * 4;
  }

  /** 0 where there is no slot. */
  optional(slot: Slot | undefined, of: "slot" | "gradient" = "slot"): number {
    return slot === undefined ? 0 : this[of](slot);
  }

  area(name: "planes" | "rows", bytes: number): number {
    this.needed[name] = Math.max(this.needed[name], bytes);
    return this.shared[name];
  }

  /** Lasts for the whole program. */
  packed(bytes: number): number {
    const address = this.shared.packed + this.needed.packed;
    this.needed.packed += Math.ceil(bytes / 64) * 64;
    return address;
  }

  table(values: readonly number[]): number {
    return this.arena.table(values);
  }
}

/** Bytes from one page to the next. */
export function pageBytes(view: View): number {
  return view.batchStride * 4;
}

export function planeBytes(view: View): number {
  return view.height * view.width * 4;
}
