// What the screen knows of the profiler: revisions and small facts. The spans themselves lie beside the store.

import type { SpansEvent } from "../protocol/index.ts";

export interface ThreadHeap {
  /** "page", "trainer", … */
  readonly thread: string;
  readonly bytes: number;
  /** Greatest size that was measured since the page was opened. */
  readonly peakBytes: number;
}

export interface ProfilerSlice {
  /** Raised whenever spans came or went. */
  readonly revision: number;
  readonly recording: SpansEvent["recording"];
  readonly recorded: SpansEvent["recorded"];
  readonly clocks: SpansEvent["clocks"];
  readonly memory: SpansEvent["memory"];
  /** Greatest sum of `memory` seen in the run. */
  readonly peakBytes: number;
  /** Null until it was measured. */
  readonly heaps: readonly ThreadHeap[] | null;
  readonly isMeasuringHeaps: boolean;
}

export const initialProfiler: ProfilerSlice = {
  revision: 0,
  recording: null,
  recorded: null,
  clocks: [],
  memory: [],
  peakBytes: 0,
  heaps: null,
  isMeasuringHeaps: false,
};

export function withSpans(profiler: ProfilerSlice, event: SpansEvent): ProfilerSlice {
  const { recording, recorded, clocks, memory } = event;
  const bytes = memory.reduce((sum, part) => sum + part.bytes, 0);
  return {
    ...profiler,
    revision: profiler.revision + 1,
    recording,
    recorded,
    clocks,
    memory,
    peakBytes: Math.max(profiler.peakBytes, bytes),
  };
}

/** A new run: what was measured of the machine stays. */
export function resetProfiler({ revision, heaps }: ProfilerSlice): ProfilerSlice {
  return { ...initialProfiler, revision: revision + 1, heaps };
}

/** Sizes just measured, each with the greatest it ever had. A thread that is gone keeps its peak no longer. */
export function withHeaps(
  known: ProfilerSlice["heaps"],
  measured: readonly Omit<ThreadHeap, "peakBytes">[],
): readonly ThreadHeap[] {
  return measured.map(({ thread, bytes }) => {
    const before = known?.find((heap) => heap.thread === thread)?.peakBytes ?? 0;
    return { thread, bytes, peakBytes: Math.max(before, bytes) };
  });
}
