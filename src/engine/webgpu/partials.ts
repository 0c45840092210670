// Space for gradients before they are added up: each kernel that sums over pixels writes one or more partial copies of
// its slot, and one kernel adds all of them, in order, so that the result does not depend on timing.

import { SLOT_ALIGNMENT } from "../plan/parameters.ts";
import type { Slot } from "../plan/types.ts";

/** In floats. Copy s of the slot starts at offset + s·stride. */
export interface Partial {
  readonly offset: number;
  readonly stride: number;
  readonly size: number;
}

/** Words for each block of SLOT_ALIGNMENT parameters: first partial value, stride of the copies, copies. */
export const TABLE_WORDS = 4;

export class PartialSpace {
  private next = 0;
  private readonly table: Uint32Array<ArrayBuffer>;

  /** `size` of the trainable store, in floats. Parameters that nobody writes keep zero copies. */
  constructor(size: number) {
    this.table = new Uint32Array(Math.max(1, size / SLOT_ALIGNMENT) * TABLE_WORDS);
  }

  /** Room for `copies` partial gradients of a slot. */
  reserve(slot: Slot, copies: number): Partial {
    const stride = Math.ceil(slot.size / SLOT_ALIGNMENT) * SLOT_ALIGNMENT;
    const partial = { offset: this.next, stride, size: stride * copies };
    const first = slot.offset / SLOT_ALIGNMENT;
    for (let block = 0; block < stride / SLOT_ALIGNMENT; block++) {
      const row = [partial.offset + block * SLOT_ALIGNMENT, stride, copies];
      this.table.set(row, (first + block) * TABLE_WORDS);
    }
    this.next += partial.size;
    return partial;
  }

  get sizeWords(): number {
    return Math.max(this.next, SLOT_ALIGNMENT);
  }

  get tableWords(): Uint32Array<ArrayBuffer> {
    return this.table;
  }
}
