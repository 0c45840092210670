// Values that come back from the GPU without holding it up: a few MAP_READ buffers in rotation, one for each step in
// flight. Nothing is created while training runs.

import { PlaygroundError } from "../../core/index.ts";
import type { Resources } from "./resources.ts";

export interface ReadSlot {
  readonly buffer: GPUBuffer;
}

export class ReadRing {
  private readonly free: ReadSlot[];
  private readonly waiting: (() => void)[] = [];

  constructor(name: string, words: number, slots: number, resources: Resources) {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    this.free = Array.from({ length: slots }, (_, index) => ({
      buffer: resources.create(`${name} ${index}`, words, usage),
    }));
  }

  /** A slot for the command buffer that is being encoded. Throws when all are in flight. */
  take(): ReadSlot {
    const slot = this.free.shift();
    if (slot === undefined) {
      throw new PlaygroundError({
        code: "internal",
        message: "A step was queued before the engine had accepted another.",
        doing: "queueing a step",
      });
    }
    return slot;
  }

  /** Settles as soon as a slot is free. */
  async ready(): Promise<void> {
    if (this.free.length > 0) return;
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** A copy of what the GPU wrote into the slot, which is free again afterwards. */
  async read(slot: ReadSlot): Promise<ArrayBuffer> {
    try {
      await slot.buffer.mapAsync(GPUMapMode.READ);
      const copy = slot.buffer.getMappedRange().slice(0);
      slot.buffer.unmap();
      return copy;
    } finally {
      this.free.push(slot);
      this.waiting.shift()?.();
    }
  }
}
