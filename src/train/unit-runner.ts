// The lab's Runner over the real loop: every unit is a TrainingRun like any other, with the same first weights and batches.
// It pauses at the borders of stretches, where caches are emptied or kept and counters are read.

import type {
  Arm,
  CacheMove,
  CostRunner,
  CounterMove,
  OriginalRun,
  Runner,
  RunnerFacts,
  UnitResult,
} from "../assess/index.ts";
import { CACHE_SWITCHES, type CacheSwitch, type Config, configFrom, leavesOf } from "../config/index.ts";
import { PlaygroundError } from "../core/index.ts";
import type { Dataset } from "../dataset/index.ts";
import type { EngineFactory } from "../engine/index.ts";
import type { CacheCounters } from "../targets/index.ts";
import { silentTracer } from "../trace/index.ts";
import { buildEngine } from "./build-engine.ts";
import { createEmitter } from "./emitter.ts";
import { keepEngine } from "./keep-engine.ts";
import { type RunTools, TrainingRun } from "./run.ts";
import { changingImages, keepsNothing } from "./features.ts";
import { startModel } from "./start-model.ts";
import { runSwitched, switchedConfig } from "./switched-run.ts";
import type { RunCounters, StartRequest, TrainerEvent } from "./types.ts";

export interface UnitRunnerTools extends Pick<RunTools, "factories" | "openPool" | "loadModel"> {
  /** Whether the page was hidden at any time since the last call. */
  readonly wasHidden: () => boolean;
  /** Of building the engine. */
  readonly onProgress: (done: number, total: number) => void;
}

export interface UnitRunner extends Runner, CostRunner {
  /** Also tells whether the engine can time single kernels. */
  prepare(): Promise<RunnerFacts & { readonly timesKernels: boolean }>;
  /** Ends the run that is going on, at the end of its step. */
  stop(): void;
  close(): void;
}

/** Pages scored at the end of a unit: enough to compare scores, few enough to stay short. */
const SCORED_PAGES = 4;
/** Longer than any unit: it is scored only at its end. */
const NEVER = 1_000_000;

export function createUnitRunner(
  start: Pick<StartRequest, "resolved" | "dataset" | "modelFile">,
  tools: UnitRunnerTools,
): UnitRunner {
  const { dataset, resolved, modelFile } = start;
  const { loadModel } = tools;
  const base = resolved.config;
  const keeper = keepEngine(tools.factories);
  let current: TrainingRun | undefined;
  let isStopped = false;
  const prefetch = "prefetch" in base.loader ? base.loader.prefetch : 0;

  /** Runs `config` to its end and tells everything it reported. */
  const runThrough = async (
    config: Config,
    factories: readonly EngineFactory[],
    pauseAfter: ReadonlySet<number>,
    atPause: (run: TrainingRun) => Promise<void>,
    forgetAfter: ReadonlySet<number> = new Set(),
  ): Promise<Heard> => {
    const heard: Heard = { stepMs: [], losses: [], hmean: null, evaluationMs: 0, counters: null };
    let failure: unknown;
    let last = performance.now();
    let arrived: () => void = () => undefined;
    const listen = (event: TrainerEvent): void => {
      if (event.kind === "losses") for (const { step, total } of event.points) heard.losses[step - 1] = total;
      if (event.kind === "evaluation") {
        heard.hmean = event.cleval.mean.hmean;
        heard.evaluationMs += event.durationMs;
      }
      if (event.kind !== "state") return;
      if (event.state.kind === "failed") failure = new PlaygroundError(event.state.error);
      if (event.state.kind === "paused") arrived();
    };
    const request: StartRequest = {
      runId: "lab",
      resolved: { ...resolved, config },
      dataset: shortened(dataset, config),
      until: "train",
      ...(modelFile && { modelFile }),
    };
    const run: TrainingRun = new TrainingRun(request, {
      factories,
      openPool: tools.openPool,
      ...(loadModel && { loadModel }),
      emitter: createEmitter("lab", listen),
      stepEnded: (step) => {
        const now = performance.now();
        heard.stepMs.push(now - last);
        last = now;
        // Off empties. Both calls are made before the next step begins.
        if (forgetAfter.has(step))
          for (const on of [false, true]) run.set({ frozenFeatures: on }).catch(giveUp);
        if (isStopped || !pauseAfter.has(step)) return;
        const paused = new Promise<void>((resolve) => {
          arrived = resolve;
        });
        run.pause();
        paused
          .then(async () => {
            await atPause(run);
            last = performance.now();
            if (!isStopped) run.resume();
          })
          .catch(giveUp);
      },
    });
    const giveUp = (thrown: unknown): void => {
      failure ??= thrown;
      run.stop();
    };
    current = run;
    if (isStopped) run.stop();
    void run.begun.then(
      () => {
        last = performance.now();
      },
      () => undefined,
    );
    await run.ended;
    current = undefined;
    heard.counters = await run.counters();
    if (failure !== undefined) throw failure;
    return heard;
  };

  return {
    prepare: async () => {
      const model = await startModel(base, loadModel, modelFile);
      const { engine } = await buildEngine(base, keeper.factories, silentTracer, tools.onProgress, model);
      const { id, label, adapter, timesKernels } = engine.info;
      const isOffered = (engine.frozenFeatures ?? null) !== null;
      const frozenFeatures = keepsNothing(changingImages(base.augment), isOffered);
      // It stays with the keeper for the units.
      engine.dispose();
      return {
        engine: { id, label, adapter },
        trainPages: dataset.train.length,
        batchSize: base.train.batchSize,
        prefetch,
        timesKernels,
        refused: frozenFeatures === "" ? {} : { frozenFeatures },
      };
    },
    runUnit: async ({ arm, length }): Promise<UnitResult> => {
      const { warmupSteps, stretchSteps, stretches, pages } = length;
      const steps = warmupSteps + stretchSteps * stretches;
      const borders = Array.from({ length: stretches }, (_, i) => warmupSteps + i * stretchSteps);
      const wanted = cachesOf(arm);
      const isEmptied = arm.regime !== "warm";
      // The loaders begin an epoch at a border, the steps so many batches later.
      const forgetAfter =
        isEmptied && wanted.frozenFeatures && warmupSteps > 0 ? borders.map((step) => step + prefetch) : [];
      const begin = performance.now();
      const built = keeper.builtCount();
      tools.wasHidden();
      let before: RunCounters | null = null;
      const config = withUnit(configOf(base, arm), {
        steps,
        pages: Math.min(pages, dataset.train.length),
        scoredPages: SCORED_PAGES,
        // A cold cache is off until the measured steps begin; without a warm-up they begin at once.
        caches: warmupSteps === 0 || !isEmptied ? wanted : NO_CACHES,
      });
      const heard = await runThrough(
        config,
        keeper.factories,
        new Set(borders.filter((step) => step > 0)),
        async (run) => {
          // The same two calls in every arm, so that what they cost is the same too. Off empties.
          await run.set(isEmptied ? NO_CACHES : wanted);
          await run.set(wanted);
          before ??= await run.counters();
        },
        new Set(forgetAfter),
      );
      return {
        stepMs: heard.stepMs,
        warmupSteps,
        losses: heard.losses,
        hmean: heard.hmean,
        counters: movesOf(before, heard.counters),
        cache: cacheMove(before, heard.counters),
        enginesBuilt: keeper.builtCount() - built,
        wasHidden: tools.wasHidden(),
        wallMs: performance.now() - begin,
      };
    },
    runOriginal: async (arm, batches): Promise<OriginalRun> => {
      const { batchSize } = base.train;
      const config = withUnit(configOf(base, arm), {
        steps: batches.train,
        // One epoch that is cut short: the loaders run ahead within it and never come to a page twice.
        pages: Math.min(dataset.train.length, (batches.train + prefetch) * batchSize),
        scoredPages: batches.validation * batchSize,
        caches: cachesOf(arm),
      });
      keeper.close();
      const begin = performance.now();
      const heard = await runThrough(config, tools.factories, new Set(), async () => undefined);
      return {
        arm,
        wallMs: performance.now() - begin,
        trainSteps: heard.stepMs.length,
        trainMs: heard.stepMs.reduce((sum, ms) => sum + ms, 0),
        evaluationMs: heard.evaluationMs,
        hmean: heard.hmean,
        cache: cacheMove(null, heard.counters),
        counters: movesOf(null, heard.counters),
      };
    },
    runSwitched: async (depthAt) => {
      const config = switchedConfig(base, SCORED_PAGES, NEVER);
      const switched = await runSwitched(
        {
          resolved: { ...resolved, config },
          dataset: shortened(dataset, config),
          ...(modelFile && { modelFile }),
        },
        depthAt,
        {
          factories: keeper.factories,
          openPool: tools.openPool,
          ...(loadModel && { loadModel }),
          wasHidden: tools.wasHidden,
          onRun: (run) => {
            current = run;
          },
        },
      );
      current = undefined;
      return switched;
    },
    stop: () => {
      isStopped = true;
      current?.stop();
    },
    close: () => {
      isStopped = true;
      current?.stop();
      keeper.close();
    },
  };
}

interface Heard {
  readonly stepMs: number[];
  readonly losses: number[];
  hmean: number | null;
  evaluationMs: number;
  counters: RunCounters | null;
}

/** The settings with the arm's switches. */
function configOf(base: Config, arm: Arm): Config {
  return configFrom(
    new Map([...leavesOf(base), ...Object.entries(arm.settings)]) as ReturnType<typeof leavesOf>,
  );
}

function withUnit(
  config: Config,
  unit: {
    readonly steps: number;
    readonly pages: number;
    readonly scoredPages: number;
    readonly caches: CachesOn;
  },
): Config {
  return {
    ...config,
    train: { ...config.train, limitPages: unit.pages, length: { unit: "steps", count: unit.steps } },
    evaluation: { every: { unit: "steps", count: NEVER }, pages: unit.scoredPages },
    // What an arm switches off must not be switched on by a predictor, and nothing comes from earlier runs.
    features: { ...config.features, ...unit.caches, cacheAuto: false, cachePersistent: false },
  };
}

/** Only the pages a unit uses go to its loaders. */
function shortened(dataset: Dataset, { evaluation }: Config): Dataset {
  return evaluation.pages === "all"
    ? dataset
    : { ...dataset, validation: dataset.validation.slice(0, evaluation.pages) };
}

function movesOf(before: RunCounters | null, after: RunCounters | null): CounterMove[] {
  return (after?.features ?? []).map(({ id, on, proofOfLife, says }) => ({
    id,
    isOn: on,
    moved: proofOfLife - (before?.features.find((feature) => feature.id === id)?.proofOfLife ?? 0),
    says,
  }));
}

type KeptSwitch = CacheSwitch | "frozenFeatures";
type CachesOn = Readonly<Record<KeptSwitch, boolean>>;

const KEPT: readonly KeptSwitch[] = [...CACHE_SWITCHES, "frozenFeatures"];

const switched = (isOn: (id: KeptSwitch) => boolean): CachesOn =>
  Object.fromEntries(KEPT.map((id) => [id, isOn(id)])) as CachesOn;

const NO_CACHES = switched(() => false);

function cachesOf(arm: Arm): CachesOn {
  return switched((id) => arm.settings[`features.${id}`] === true);
}

type Kept = Pick<CacheCounters, "lookups" | "hits" | "entries" | "bytes" | "savedMs" | "spentMs">;

/** Of all caches together: those that are off stand still. */
function cacheMove(before: RunCounters | null, after: RunCounters | null): CacheMove {
  const counters = (of: RunCounters | null): readonly Kept[] => {
    if (of === null) return [];
    // What is saved and spent on a graphics device cannot be told step by step.
    const frozen = of.frozen === null ? [] : [{ ...of.frozen, savedMs: 0, spentMs: 0 }];
    return [...Object.values(of.cache), ...frozen];
  };
  const sum = (of: RunCounters | null, read: (one: Kept) => number): number =>
    counters(of).reduce((total, one) => total + read(one), 0);
  const moved = (read: (one: Kept) => number): number => sum(after, read) - sum(before, read);
  return {
    lookups: moved(({ lookups }) => lookups),
    hits: moved(({ hits }) => hits),
    entries: sum(after, ({ entries }) => entries),
    bytes: sum(after, ({ bytes }) => bytes),
    savedMs: moved(({ savedMs }) => savedMs),
    spentMs: moved(({ spentMs }) => spentMs),
  };
}
