// All threads' spans on one clock, in one ring: what the profiler panel draws, counts and exports.

import type { SpanBatch } from "./recorder.ts";
import { type SpanColumns, SpanRing } from "./span-ring.ts";
import { type KernelFacts, STAGES } from "./tracer.ts";

/** Kernels by their number; stages come before them. */
export type Kernels = ReadonlyMap<number, KernelFacts>;

/** Spans oldest first, with what their names mean. */
export interface SpanTable extends SpanColumns {
  readonly kernels: Kernels;
}

export class SpanStore {
  readonly #ring: SpanRing;
  readonly #kernels = new Map<number, KernelFacts>();
  /** Raised with every batch and every clearing. */
  revision = 0;
  /** Lost and dropped spans of all threads, by thread. */
  readonly #lost = new Map<string, { lost: number; dropped: number }>();

  constructor(capacity = 131_072) {
    this.#ring = new SpanRing(capacity);
  }

  get count(): number {
    return Math.min(this.#ring.written, this.#ring.capacity);
  }

  /** Spans lost to full rings, and stretches that ended before they began. */
  get missing(): { readonly lost: number; readonly dropped: number } {
    let lost = 0;
    let dropped = 0;
    for (const thread of this.#lost.values()) {
      lost += thread.lost;
      dropped += thread.dropped;
    }
    return { lost, dropped };
  }

  /** `offsetMs`: from the batch's clock to ours. `thread`: whose batch it is. */
  take(batch: SpanBatch, offsetMs: number, thread: string): void {
    for (const [index, kernel] of batch.kernels.entries())
      this.#kernels.set(batch.firstKernel + index, kernel);
    const { names, tracks, steps, starts, durations } = batch;
    for (let i = 0; i < names.length; i++) {
      const start = (starts[i] ?? 0) + offsetMs;
      this.#ring.write(names[i] ?? 0, tracks[i] ?? 0, steps[i] ?? 0, start, durations[i] ?? 0);
    }
    this.#lost.set(thread, { lost: batch.lost, dropped: batch.dropped });
    this.revision++;
  }

  table(): SpanTable {
    return { ...this.#ring.all(), kernels: new Map(this.#kernels) };
  }

  clear(): void {
    this.#ring.clear();
    this.#kernels.clear();
    this.#lost.clear();
    this.revision++;
  }
}

/** For people: the stage, or kernel and layer. */
export function spanName(kernels: Kernels, name: number): string {
  const stage = STAGES[name];
  if (stage !== undefined) return stage;
  const kernel = kernels.get(name);
  if (kernel === undefined) return "unknown kernel";
  return kernel.layer === "" ? kernel.kernel : `${kernel.kernel} · ${kernel.layer}`;
}
