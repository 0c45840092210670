// Obeys calls: one run at a time, a new start ends the former one. The worker exposes this as TrainerCalls.

import { PlaygroundError } from "../core/index.ts";
import { chooseEngine, type EngineFactory, type EngineId } from "../engine/index.ts";
import { withAutoCaches } from "./auto-caches.ts";
import { createEmitter, type SendEvent } from "./emitter.ts";
import type { ExportedModel, ModelFormat } from "./export-model.ts";
import { type RunTools, TrainingRun } from "./run.ts";
import type { LiveSettings, RunCounters, StartRequest } from "./types.ts";

export interface TrainerTools extends Pick<RunTools, "factories" | "openPool" | "plugins" | "loadModel"> {
  readonly send: SendEvent;
  /** Empties what the caches keep beyond the run; none in Node. */
  readonly clearRecords?: () => Promise<{ readonly entries: number; readonly freedBytes: number }>;
}

/** What this machine can run, or why it cannot. */
export interface EngineAnswer {
  readonly id: EngineId;
  readonly available: boolean;
  /** Whether it can store activations in 16 bits here. */
  readonly hasHalves?: boolean;
  readonly reason: string;
  /** Only of the one that "auto" takes: why it. */
  readonly why?: string;
}

export interface Trainer {
  engines(): Promise<EngineAnswer[]>;
  start(request: StartRequest): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  step(): Promise<void>;
  stop(): Promise<void>;
  set(live: LiveSettings): Promise<void>;
  evaluate(): Promise<void>;
  counters(): Promise<RunCounters>;
  /** What the newest run has learnt, as a file. */
  exportModel(format: ModelFormat): Promise<Uint8Array<ArrayBuffer>>;
  /** Empties all caches: the memory of the run's loaders and what outlives them. */
  clearCaches(): Promise<ClearedCaches>;
  /** As ONNX, with what the engine answers on the first pages of the evaluation. */
  exportWithMaps(pages: number): Promise<ExportedModel>;
}

export function createTrainer(tools: TrainerTools): Trainer {
  let run: TrainingRun | undefined;
  let live: LiveSettings = {};
  /** Of the newest run. */
  let cacheChoices: readonly string[] = [];
  /** Settles when the newest start has its run: starts that overlap come one after the other. */
  let starting: Promise<unknown> = Promise.resolve();
  const current = (): TrainingRun => {
    if (run !== undefined) return run;
    throw new PlaygroundError({
      code: "internal",
      message: "There is no run.",
      next: "Press Train to start one.",
    });
  };
  return {
    engines: () => describe(tools.factories),
    start: async (request) => {
      const replaced = starting.then(async () => {
        run?.stop();
        await run?.ended;
        const emitter = createEmitter(request.runId, tools.send);
        const auto = withAutoCaches(request);
        cacheChoices = auto.says;
        for (const sentence of auto.says) emitter.log("info", "caches", sentence);
        run = new TrainingRun(auto.request, { ...tools, emitter });
        return run;
      });
      starting = replaced.catch(() => undefined);
      const started = await replaced;
      // What somebody looks at belongs to the screen, not to the run: it holds for the next one too.
      const { watched, wantThreshold } = live;
      await started.set({
        ...(watched && { watched }),
        ...(wantThreshold !== undefined && { wantThreshold }),
      });
      await started.begun;
    },
    pause: async () => current().pause(),
    resume: async () => current().resume(),
    step: async () => current().step(),
    stop: async () => {
      await starting;
      run?.stop();
      await run?.ended;
    },
    set: async (settings) => {
      live = { ...live, ...settings };
      await run?.set(settings);
    },
    evaluate: async () => current().evaluate(),
    counters: async () => ({
      ...(await current().counters()),
      ...(cacheChoices.length > 0 && { cacheChoices }),
    }),
    exportModel: async (format) => {
      const bytes = await current().exportModel(format);
      if (bytes === null) throw noNetwork();
      return bytes;
    },
    clearCaches: async () => {
      const memoryBytes = (await run?.clearCaches()) ?? 0;
      const { entries, freedBytes } = (await tools.clearRecords?.()) ?? { entries: 0, freedBytes: 0 };
      return { memoryBytes, records: entries, recordBytes: freedBytes };
    },
    exportWithMaps: async (pages) => {
      const exported = await current().exportWithMaps(pages);
      if (exported === null) throw noNetwork();
      return exported;
    },
  };
}

export interface ClearedCaches {
  readonly memoryBytes: number;
  readonly records: number;
  readonly recordBytes: number;
}

function noNetwork(): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: "This run has no network yet, so there is nothing to export.",
    next: "Wait until it is prepared.",
  });
}

async function describe(factories: readonly EngineFactory[]): Promise<EngineAnswer[]> {
  const best = await chooseEngine("auto", factories).catch(() => undefined);
  return Promise.all(
    factories.map(async (factory) => {
      const { id } = factory;
      const answer = await factory.available();
      const facts = {
        id,
        available: answer.ok,
        reason: answer.ok ? "" : answer.reason,
        ...(id === "webgpu" && answer.ok && answer.hasHalves === true ? { hasHalves: true } : {}),
      };
      return best?.id === id ? { ...facts, why: best.why } : facts;
    }),
  );
}
