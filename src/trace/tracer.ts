// What a room sees of the profiler: a Tracer to report spans to. A room cannot tell whether anybody listens.

/** The stages of a training step, in the order in which data passes them. */
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
] as const;

export type Stage = (typeof STAGES)[number];

/** One measured stretch of work; times in milliseconds of the thread's `performance.now()`. */
export interface Span {
  readonly stage: Stage;
  readonly startMs: number;
  readonly durationMs: number;
}

export interface Tracer {
  /** Runs `work` and reports how long it took. */
  span<T>(stage: Stage, work: () => T): T;
  /** As `span`, until the promise settles. */
  spanAsync<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
  /** Reports a stretch that was measured elsewhere (a GPU timestamp pair, a loader's own clock). */
  record(stage: Stage, startMs: number, durationMs: number): void;
}

/** Runs the work and reports nothing. */
export const silentTracer: Tracer = {
  span: (_stage, work) => work(),
  spanAsync: (_stage, work) => work(),
  record: () => undefined,
};
