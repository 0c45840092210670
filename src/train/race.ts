// Two engines, one network, the same first weights and the same batches, a step each in turn: which is faster, by what ratio, and
// whether they learn the same. Each pair of steps is one observation; who goes first alternates, so that drift favours nobody.

import { type Estimate, estimate } from "../assess/index.ts";
import { collectBatch, type Sample } from "../batch/index.ts";
import { learningRateAt, plannedSteps } from "../config/index.ts";
import { PlaygroundError, randomFrom, type TrainBatch } from "../core/index.ts";
import type { Engine, EngineFactory, EngineId, EngineInfo } from "../engine/index.ts";
import { silentTracer } from "../trace/index.ts";
import { buildEngine } from "./build-engine.ts";
import { startModel } from "./start-model.ts";
import { createEmitter } from "./emitter.ts";
import type { RunTools } from "./run.ts";
import type { StartRequest } from "./types.ts";

export interface RaceRequest extends Pick<StartRequest, "resolved" | "dataset" | "modelFile"> {
  /** Two different engines. */
  readonly engines: readonly [EngineId, EngineId];
  /** Counted steps of each; three more before them warm up. */
  readonly steps: number;
}

export interface RaceStep {
  /** From 1, the warm-up included. */
  readonly step: number;
  /** Steps of each in all, the warm-up included. */
  readonly of: number;
  readonly isWarmUp: boolean;
  /** From handing over the batch to having its loss, of each engine. */
  readonly stepMs: readonly [number, number];
  /** Total loss of each engine. */
  readonly losses: readonly [number, number];
}

export interface RaceOutcome {
  readonly racers: readonly [EngineInfo, EngineInfo];
  readonly steps: readonly RaceStep[];
  /** Time of the first over time of the second, geometric mean over the pairs with its 95 % interval. */
  readonly ratio: Estimate;
  /** Largest relative difference of the two losses at any step. */
  readonly lossDifference: number;
}

export interface RaceTools extends Pick<RunTools, "factories" | "openPool" | "loadModel"> {
  readonly onProgress: (doing: string, done: number, total: number) => void;
  /** The steps since the last call, in order; at most ten calls a second, and one at the end. */
  readonly onSteps: (steps: readonly RaceStep[]) => void;
  readonly isStopped: () => boolean;
  readonly now: () => number;
}

export const RACE_WARM_UP = 3;
const TELL_EVERY_MS = 100;

/**
 * Ends early, with what was measured, when `isStopped`. Throws PlaygroundError when an engine cannot run here, and "cancelled" when
 * it was stopped before both were built.
 */
export async function race(request: RaceRequest, tools: RaceTools): Promise<RaceOutcome> {
  const { config } = request.resolved;
  const built: Engine[] = [];
  try {
    for (const kind of request.engines) {
      built.push(await build(kind, request, tools));
      if (tools.isStopped()) {
        throw new PlaygroundError({ code: "cancelled", message: "The race was stopped before it began." });
      }
    }
    const [first, second] = built as [Engine, Engine];
    const emitter = createEmitter("race", () => undefined);
    const pool = await tools.openPool({ ...request, runId: "race", until: "train" }, emitter);
    const steps: RaceStep[] = [];
    let told = 0;
    let toldMs = Number.NEGATIVE_INFINITY;
    const tell = (): void => {
      if (told < steps.length) tools.onSteps(steps.slice(told));
      told = steps.length;
      toldMs = tools.now();
    };
    try {
      const failed = Promise.race([first.failed, second.failed]);
      failed.catch(() => undefined);
      const total = RACE_WARM_UP + request.steps;
      const planned = Math.max(total, plannedSteps(config, request.dataset.train.length));
      let batch: TrainBatch | undefined;
      while (steps.length < total && !tools.isStopped()) {
        const samples: Sample[] = [];
        while (samples.length < config.train.batchSize) samples.push(await pool.next());
        batch = collectBatch(samples, config.model.inputSizePx, batch);
        pool.giveBack(samples);
        const rate = learningRateAt(config, steps.length, planned);
        const results: Timed[] = [];
        const isSecondFirst = steps.length % 2 === 1;
        for (const which of isSecondFirst ? [1, 0] : [0, 1]) {
          const engine = which === 0 ? first : second;
          results[which] = await Promise.race([timed(engine, batch, rate, tools.now), failed]);
        }
        const [a, b] = results as [Timed, Timed];
        const step: RaceStep = {
          step: steps.length + 1,
          of: total,
          isWarmUp: steps.length < RACE_WARM_UP,
          stepMs: [a.ms, b.ms],
          losses: [a.loss, b.loss],
        };
        steps.push(step);
        if (tools.now() - toldMs >= TELL_EVERY_MS) tell();
      }
    } finally {
      tell();
      pool.close();
    }
    return { racers: [first.info, second.info], steps, ...summarise(steps, config.train.seed) };
  } finally {
    for (const engine of built) engine.dispose();
  }
}

/** Ratio of times over the counted pairs, and how far the losses lie apart over all. */
export function summarise(
  steps: readonly RaceStep[],
  seed: number,
): Pick<RaceOutcome, "ratio" | "lossDifference"> {
  const logs = steps
    .filter(({ isWarmUp }) => !isWarmUp)
    .map(({ stepMs: [first, second] }) => Math.log(first / second));
  const { mean, median, ciLow, ciHigh, n } = estimate(logs, randomFrom(seed, "race"));
  const lossDifference = Math.max(
    0,
    ...steps.map(({ losses: [first, second] }) => Math.abs(first - second) / Math.abs(second)),
  );
  return {
    ratio: {
      mean: Math.exp(mean),
      median: Math.exp(median),
      ciLow: Math.exp(ciLow),
      ciHigh: Math.exp(ciHigh),
      n,
    },
    lossDifference,
  };
}

interface Timed {
  readonly ms: number;
  readonly loss: number;
}

async function timed(
  engine: Engine,
  batch: TrainBatch,
  learningRate: number,
  now: () => number,
): Promise<Timed> {
  const start = now();
  const { total } = await engine.step(batch, learningRate).loss;
  return { ms: now() - start, loss: total };
}

async function build(
  kind: EngineId,
  { resolved, modelFile }: RaceRequest,
  tools: RaceTools,
): Promise<Engine> {
  const config = { ...resolved.config, engine: { ...resolved.config.engine, kind } };
  const factories: readonly EngineFactory[] = tools.factories;
  if (!factories.some(({ id }) => id === kind))
    throw new PlaygroundError({ code: "internal", message: `There is no engine "${kind}".` });
  const model = await startModel(config, tools.loadModel, modelFile);
  const progress = (done: number, total: number): void => tools.onProgress(`Building ${kind}`, done, total);
  const { engine } = await buildEngine(config, factories, silentTracer, progress, model);
  return engine;
}
