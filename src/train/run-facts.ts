// What a run reports of itself while it goes on and when it is asked: counts of its loaders and caches, memory of its engine, and what
// the instruments make of them.

import type { LoaderPool } from "../batch/index.ts";
import type { Engine, EngineInfo } from "../engine/index.ts";
import type { CacheReport } from "../targets/index.ts";
import type { FrozenFacts } from "./features.ts";
import type { Emitter } from "./emitter.ts";
import type { Instruments, Progress } from "./instruments.ts";
import type { RunCounters } from "./types.ts";

/** What the loop needs of the loaders. */
export type SamplePool = Pick<
  LoaderPool,
  | "next"
  | "giveBack"
  | "validate"
  | "setLoader"
  | "setCaches"
  | "clearCaches"
  | "cacheReport"
  | "counters"
  | "close"
>;

/** How often the loaders are asked for their counters. */
const COUNT_EVERY_MS = 500;

export class RunFacts {
  /** While they are there. */
  engine: Engine | undefined;
  pool: SamplePool | undefined;
  readonly #instruments: Instruments;
  readonly #emitter: Emitter;
  readonly #position: () => Omit<Progress, "memory" | "memoryBytes" | "frozen">;
  /** Whether frozen features are wanted, and why they cannot be kept. */
  frozen: Omit<FrozenFacts, "counters"> = { isWanted: false, bypass: "" };
  #frozenCounters: FrozenFacts["counters"] = null;
  /** Of an engine that is gone. */
  #info: EngineInfo | null = null;
  #heldBytes = 0;
  #countedMs = 0;

  constructor(
    instruments: Instruments,
    emitter: Emitter,
    position: () => Omit<Progress, "memory" | "memoryBytes" | "frozen">,
  ) {
    this.#instruments = instruments;
    this.#emitter = emitter;
    this.#position = position;
  }

  /** Asks the loaders; what was counted before stays where they cannot say. */
  async count(): Promise<void> {
    this.#countedMs = performance.now();
    const { step } = this.#position();
    const { pool } = this;
    const report = await pool?.cacheReport().catch(() => undefined);
    if (pool === undefined || report === undefined) return;
    const { workers, delivered, queued, inFlight, waitMs, failed, doubled, lost } = pool.counters();
    const loaders = { workers, delivered, queued, inFlight, waitMs, failed, doubled, lost };
    this.#instruments.cacheCounted(report, loaders, step);
  }

  /** Asks when it was long ago. Not to be awaited: a loader that is busy must not hold up the step. */
  countSometimes(): void {
    if (performance.now() - this.#countedMs > COUNT_EVERY_MS) void this.count();
  }

  /** With the next events. */
  report(): void {
    this.#emitter.facts(() => this.#instruments.facts(this.#progress()));
  }

  async counters(): Promise<RunCounters> {
    await this.count();
    const { timing, features, caches, loaders } = this.#instruments.facts(this.#progress(), true);
    return {
      cache: withEpochs(caches),
      frozen: this.#frozenCounters,
      loaders,
      features,
      stages: timing.stages,
      stepMs: timing.stepMs,
      memoryBytes: timing.memoryBytes,
      samplesSeen: timing.samplesSeen,
      stepsDone: timing.step,
      engine: this.engine?.info ?? this.#info,
    };
  }

  /** Ends loaders and engine; what they held is remembered. */
  free(): void {
    this.pool?.close();
    this.pool = undefined;
    this.#progress();
    this.#info = this.engine?.info ?? null;
    this.engine?.dispose();
    this.engine = undefined;
  }

  #progress(): Progress {
    const memory = this.engine?.memory();
    if (memory !== undefined) this.#heldBytes = memory.bytes;
    if (this.engine !== undefined) this.#frozenCounters = this.engine.frozenFeatures?.counters() ?? null;
    const frozen = { ...this.frozen, counters: this.#frozenCounters };
    return { ...this.#position(), memory: memory?.purposes ?? [], memoryBytes: this.#heldBytes, frozen };
  }
}

function withEpochs({ tiers }: CacheReport): RunCounters["cache"] {
  const of = ({ counters, epochs }: CacheReport["tiers"]["images"]) => ({ ...counters, epochs });
  return {
    images: of(tiers.images),
    polygons: of(tiers.polygons),
    maps: of(tiers.maps),
    samples: of(tiers.samples),
  };
}
