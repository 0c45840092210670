// The GPU's clock for the phases of a step: a pair of timestamps around each. Only where the adapter has timestamps; single
// kernels are kernel-clock.ts.

import type { Resources } from "./resources.ts";

export const PHASES = ["forward", "backward", "optimiser"] as const;

/** 32-bit words that the timestamps of a step take. */
export const TIMESTAMP_WORDS = PHASES.length * 2 * 2;

/** Two timestamps for each phase. */
export class PhaseClock {
  private readonly queries: GPUQuerySet;
  private readonly resolved: GPUBuffer;

  constructor(device: GPUDevice, resources: Resources) {
    this.queries = device.createQuerySet({ type: "timestamp", count: PHASES.length * 2 });
    const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
    this.resolved = resources.create("timestamps", TIMESTAMP_WORDS, usage);
  }

  /** `part`: of a phase that takes two passes. */
  writes(phase: number, part: "whole" | "first" | "last" = "whole"): GPUComputePassTimestampWrites {
    return {
      querySet: this.queries,
      ...(part !== "last" && { beginningOfPassWriteIndex: phase * 2 }),
      ...(part !== "first" && { endOfPassWriteIndex: phase * 2 + 1 }),
    };
  }

  /** Appends the copy of a step's timestamps to `target`. */
  resolve(encoder: GPUCommandEncoder, target: GPUBuffer, offsetBytes: number): void {
    encoder.resolveQuerySet(this.queries, 0, PHASES.length * 2, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, target, offsetBytes, TIMESTAMP_WORDS * 4);
  }

  dispose(): void {
    this.queries.destroy();
  }
}
