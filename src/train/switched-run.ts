// A run whose profiler is switched while it goes on, for measuring what it costs. Its events take the way they take to a page, so
// that sending them is paid for here as there.

import type { DepthAt, SwitchedRun } from "../assess/index.ts";
import { PlaygroundError } from "../core/index.ts";
import type { Config } from "../config/index.ts";
import { createEmitter, type SendEvent } from "./emitter.ts";
import { type RunTools, TrainingRun } from "./run.ts";
import type { StartRequest } from "./types.ts";

const DEPTHS = { 0: "counters", 1: "phases", 2: "kernels" } as const;

export interface SwitchedTools extends Pick<RunTools, "factories" | "openPool" | "loadModel"> {
  readonly wasHidden: () => boolean;
  /** The run can be stopped from outside as soon as there is one. */
  readonly onRun: (run: TrainingRun) => void;
}

export async function runSwitched(
  request: Omit<StartRequest, "runId" | "until">,
  depthAt: DepthAt,
  { wasHidden, onRun, ...tools }: SwitchedTools,
): Promise<SwitchedRun> {
  const losses: number[] = [];
  let failure: PlaygroundError | undefined;
  const { port1, port2 } = new MessageChannel();
  port2.onmessage = () => undefined;
  const listen: SendEvent = (event, transfer) => {
    if (event.kind === "losses") for (const { step, total } of event.points) losses[step - 1] = total;
    if (event.kind === "state" && event.state.kind === "failed")
      failure = new PlaygroundError(event.state.error);
    port1.postMessage(event, [...transfer]);
  };
  wasHidden();
  let last = performance.now();
  try {
    const run: TrainingRun = new TrainingRun(
      { ...request, runId: "lab", until: "train" },
      {
        ...tools,
        emitter: createEmitter("lab", listen),
        stepEnded: (step, spanCount) => {
          const now = performance.now();
          const depth = depthAt(step, now - last, spanCount);
          if (depth === null) run.stop();
          else if (depth === "off") void run.set({ profiler: false });
          else void run.set({ profiler: true, profilerDepth: DEPTHS[depth] });
          last = performance.now();
        },
      },
    );
    onRun(run);
    await run.ended;
  } finally {
    port1.close();
    port2.close();
  }
  if (failure !== undefined) throw failure;
  return { losses, wasHidden: wasHidden() };
}

/** A set that fits into memory beside everything else, yet does not repeat itself every few steps. */
const MOST_BATCHES = 16;
const MOST_BYTES = 128 * 2 ** 20;

/**
 * As long as it is let, scored once at its end, the profiler off until it is switched. Samples come from memory, always the same of a
 * page: a step that waits for its loaders hides what happens meanwhile and is as noisy as they are, so here it waits for nobody, and
 * what is added to it shows in full.
 */
export function switchedConfig(config: Config, scoredPages: number, never: number): Config {
  const { batchSize } = config.train;
  // RGBX, thresholds, flags.
  const sampleBytes = 6 * config.model.inputSizePx ** 2;
  const batches = Math.min(MOST_BATCHES, Math.max(1, Math.floor(MOST_BYTES / (sampleBytes * batchSize))));
  const most = batches * batchSize;
  const { limitPages } = config.train;
  return {
    ...config,
    train: {
      ...config.train,
      limitPages: limitPages === "all" ? most : Math.min(limitPages, most),
      length: { unit: "steps", count: never },
    },
    augment: { ...config.augment, flip: 0, rotateDeg: 0, scaleMin: 1, scaleMax: 1, crop: false, color: 0 },
    evaluation: { every: { unit: "steps", count: never }, pages: scoredPages },
    features: {
      ...config.features,
      profiler: false,
      ...{ polygonCache: false, imageCache: false, mapCache: false, sampleCache: true },
      sampleCacheBytes: "unlimited",
      cacheAuto: false,
      cachePersistent: false,
    },
  };
}
