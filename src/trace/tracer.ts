// What a room sees of the profiler: a Tracer to report spans to. A room cannot tell whether anybody listens.

/**
 * The stages of a training step, in the order in which data passes them; then what happens beside steps. "queue" is the time from
 * submitting a step to a graphics card until it was done: what a fence tells where there are no timestamps; "load" is reading what a key or a decoder needs before decoding: a browser reads a
 * file while it decodes it, so there "decode" is both; "store" is from asking the browser's storage until it
 * answered.
 */
export const STAGES = [
  "wait",
  "load",
  "decode",
  "augment",
  "targets",
  "upload",
  "forward",
  "backward",
  "optimiser",
  "step",
  "readback",
  "postprocess",
  "score",
  "collect",
  "predict",
  "evaluate",
  "events",
  "draw",
  "queue",
  "store",
  "long task",
] as const;

export type Stage = (typeof STAGES)[number];

/** Where a span happened. Loader number i (from 0) has the track FIRST_LOADER_TRACK + i. */
export const TRACKS = { main: 0, trainer: 1, gpu: 2, transfers: 3, storage: 4 } as const;
export const FIRST_LOADER_TRACK = 5;
export type TrackId = number;

/** For people. */
export function trackName(track: TrackId): string {
  if (track === TRACKS.main) return "Main thread";
  if (track === TRACKS.trainer) return "Trainer";
  if (track === TRACKS.gpu) return "GPU queue";
  if (track === TRACKS.transfers) return "Transfers";
  if (track === TRACKS.storage) return "Storage";
  return `Loader ${track - FIRST_LOADER_TRACK + 1}`;
}

/** What is known of a kernel before it runs. */
export interface KernelFacts {
  /** "conv". */
  readonly kernel: string;
  /** The layer of the graph it works for; "" where there is none. */
  readonly layer: string;
  readonly phase: "forward" | "backward" | "optimiser";
  /** Floating point operations of one call (a multiply-add is two); 0 where the graph does not know. */
  readonly flops: number;
  /** Bytes that must be read and written at least once; 0 where the graph does not know. */
  readonly bytes: number;
}

/** Takes stretches that were measured elsewhere. */
export interface SpanSink {
  /**
   * Reports a stretch that was measured elsewhere (a GPU timestamp pair, a loader's own clock), in milliseconds of this
   * thread's `performance.now()`. Without a track: transfers for uploads and read-backs,
   * storage for "store", else this thread.
   */
  record(stage: Stage, startMs: number, durationMs: number, track?: TrackId): void;
  /** One call of a kernel, on the GPU queue unless another track is named. */
  recordKernel(id: number, startMs: number, durationMs: number, track?: TrackId): void;
  /** Whether spans are kept at all: where not, they need not be worked out. */
  wantsSpans(): boolean;
  /** Whether times of single kernels are wanted; taking them slows a step down. */
  wantsKernels(): boolean;
}

export interface Tracer extends SpanSink {
  /** Runs `work` and reports how long it took. */
  span<T>(stage: Stage, work: () => T): T;
  /** As `span`, until the promise settles. */
  spanAsync<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
  /** Gives a kernel the number it is recorded by. Asked once for each kernel, never in a step. */
  define(kernel: KernelFacts): number;
  /**
   * For what becomes known only after the step that is going on (GPU timestamps): takes spans as they are wanted now, and as
   * that step's, whenever they come. One small object a step.
   */
  late(): SpanSink;
}

/** Runs the work and reports nothing. */
export const silentTracer: Tracer = {
  span: (_stage, work) => work(),
  spanAsync: (_stage, work) => work(),
  record: () => undefined,
  define: () => 0,
  recordKernel: () => undefined,
  wantsSpans: () => false,
  wantsKernels: () => false,
  late: () => silentTracer,
};
