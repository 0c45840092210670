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

/** As long as it is let, scored once at its end, the profiler off until it is switched. */
export function switchedConfig(config: Config, scoredPages: number, never: number): Config {
  return {
    ...config,
    train: { ...config.train, length: { unit: "steps", count: never } },
    evaluation: { every: { unit: "steps", count: never }, pages: scoredPages },
    features: { ...config.features, profiler: false },
  };
}
