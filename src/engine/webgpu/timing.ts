// GPU clocks: when each phase of a step ran, and on request each kernel. Nothing is measured where the adapter has no
// timestamps.

import type { Program } from "./program.ts";
import type { Resources } from "./resources.ts";

export const PHASES = ["forward", "backward", "optimiser"] as const;

export interface KernelTime {
  readonly kernel: string;
  readonly milliseconds: number;
}

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

  writes(phase: number): GPUComputePassTimestampWrites {
    return {
      querySet: this.queries,
      beginningOfPassWriteIndex: phase * 2,
      endOfPassWriteIndex: phase * 2 + 1,
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

/** Runs every dispatch in a pass of its own, with its own timestamps; slower than a step as a whole. */
export async function timeKernels(device: GPUDevice, program: Program): Promise<readonly KernelTime[]> {
  const { dispatches } = program;
  const queries = device.createQuerySet({ type: "timestamp", count: dispatches.length * 2 });
  const size = dispatches.length * 16;
  const resolved = device.createBuffer({
    size,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  try {
    const encoder = device.createCommandEncoder();
    for (const [index, { pipeline, bindGroup, workgroups }] of dispatches.entries()) {
      const timestampWrites = {
        querySet: queries,
        beginningOfPassWriteIndex: index * 2,
        endOfPassWriteIndex: index * 2 + 1,
      };
      const pass = encoder.beginComputePass({ timestampWrites });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...workgroups);
      pass.end();
    }
    encoder.resolveQuerySet(queries, 0, dispatches.length * 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const times = new BigUint64Array(staging.getMappedRange());
    return dispatches.map(({ kernel }, index) => ({
      kernel,
      milliseconds: Number((times[index * 2 + 1] ?? 0n) - (times[index * 2] ?? 0n)) / 1e6,
    }));
  } finally {
    staging.destroy();
    resolved.destroy();
    queries.destroy();
  }
}
