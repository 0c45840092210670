// The engine's GPU memory: created once, kept until the engine is disposed, counted.

import { PlaygroundError } from "../../core/index.ts";
import type { EngineMemory } from "../engine.ts";
import type { Store } from "../plan/types.ts";
import type { BufferRef } from "./kernel.ts";

const BYTES = 4;

export class Resources {
  private readonly device: GPUDevice;
  private readonly buffers = new Map<string, GPUBuffer>();
  /** Bytes of each: asked for often, so they are added up as buffers are made. */
  private readonly purposes = new Map<string, number>();
  private bytes = 0;

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** A buffer of so many 32-bit words. Throws PlaygroundError "out-of-memory" when a device cannot hold it. */
  create(name: string, words: number, usage: number): GPUBuffer {
    const size = Math.max(16, Math.ceil(words / 4) * 4 * BYTES);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    if (size > Math.min(maxBufferSize, maxStorageBufferBindingSize)) {
      throw new PlaygroundError({
        code: "out-of-memory",
        message: `One array of this network needs ${(size / 2 ** 20).toFixed(0)} MiB, more than this graphics device allows.`,
        what: name,
        doing: "preparing the training step",
        next: "Choose a smaller batch or input size.",
      });
    }
    const buffer = this.device.createBuffer({ label: name, size, usage });
    this.buffers.set(name, buffer);
    const purpose = purposeOf(name);
    this.purposes.set(purpose, (this.purposes.get(purpose) ?? 0) + size);
    this.bytes += size;
    return buffer;
  }

  /** Frees a buffer that nothing queued will use again; one that is not there is fine. */
  release(name: string): void {
    const buffer = this.buffers.get(name);
    if (buffer === undefined) return;
    const purpose = purposeOf(name);
    this.purposes.set(purpose, (this.purposes.get(purpose) ?? 0) - buffer.size);
    this.bytes -= buffer.size;
    this.buffers.delete(name);
    buffer.destroy();
  }

  replace(name: string, words: number, usage: number): GPUBuffer {
    this.release(name);
    return this.create(name, words, usage);
  }

  get(name: string): GPUBuffer {
    const buffer = this.buffers.get(name);
    if (buffer === undefined) throw new Error(`the engine has no buffer "${name}"`);
    return buffer;
  }

  /** The part of a buffer that a kernel binds. */
  bindingOf(ref: BufferRef): GPUBufferBinding {
    if (ref.of === "tensor") return { buffer: this.get(tensorName(ref.index)) };
    if (ref.of === "store") {
      const buffer = this.get(ref.isAverage === true ? averageName(ref.store) : ref.store);
      if (ref.slot === undefined) return { buffer };
      return { buffer, offset: ref.slot.offset * BYTES, size: ref.slot.size * BYTES };
    }
    const buffer = this.get(ref.name);
    if (ref.size === undefined) return { buffer };
    return { buffer, offset: (ref.offset ?? 0) * BYTES, size: ref.size * BYTES };
  }

  get memory(): EngineMemory {
    return {
      bytes: this.bytes,
      objects: this.buffers.size,
      purposes: [...this.purposes].map(([purpose, bytes]) => ({ purpose, bytes })),
    };
  }

  dispose(): void {
    for (const buffer of this.buffers.values()) buffer.destroy();
    this.buffers.clear();
    this.purposes.clear();
    this.bytes = 0;
  }
}

function purposeOf(name: string): string {
  if (/^frozen features /.test(name)) return "kept frozen features";
  if (/^tensor /.test(name)) return "activations and their gradients";
  if (/moment|velocity/i.test(name)) return "optimiser state";
  if (/gradients|partial/i.test(name)) return "weight gradients";
  if (/^(average of )?(trainable|frozen|statistics)$/.test(name)) return "weights";
  if (/^(images|flags|thresholds|probabilities|predicted)$/.test(name)) return "batches and maps";
  return "sizes, reports, clocks";
}

export function averageName(store: Store): string {
  return `average of ${store}`;
}

export function tensorName(index: number): string {
  return `tensor ${index}`;
}
