// What the lab needs of the machine that trains. train/ implements it over the real loop; tests hand in a fake.

import type { FactorId } from "../config/index.ts";
import type { Arm, UnitLength } from "./plan.ts";

/** Facts that every unit shares. */
export interface RunnerFacts {
  readonly engine: { readonly id: string; readonly label: string; readonly adapter: string };
  /** Pages of the training split before the lab's limit. */
  readonly trainPages: number;
  readonly batchSize: number;
  /** Batches prepared ahead. */
  readonly prefetch: number;
  /** Features that cannot be switched on in these runs, each with a sentence that says why. */
  readonly refused?: Readonly<Record<FactorId, string>>;
}

export interface UnitRequest {
  readonly arm: Arm;
  readonly length: UnitLength;
}

/** How far a counter moved over the measured steps. */
export interface CounterMove {
  readonly id: string;
  readonly isOn: boolean;
  readonly moved: number;
  readonly says: string;
}

export interface CacheMove {
  readonly lookups: number;
  readonly hits: number;
  /** At the end of the unit. */
  readonly entries: number;
  readonly bytes: number;
  readonly savedMs: number;
  readonly spentMs: number;
}

export interface UnitResult {
  /** Wall time of every step, the warm-up first. */
  readonly stepMs: readonly number[];
  readonly warmupSteps: number;
  /** Loss of every step. */
  readonly losses: readonly number[];
  /** Score after the last step; null where nothing was scored. */
  readonly hmean: number | null;
  readonly counters: readonly CounterMove[];
  readonly cache: CacheMove;
  /** Engines built or rebuilt in this unit; 0 once there is one. */
  readonly enginesBuilt: number;
  /** The page was hidden at some time in the unit: browsers slow hidden pages down. */
  readonly wasHidden: boolean;
  readonly wallMs: number;
}

/** One run after the protocol of the original report: everything from nothing, and the whole of it on one clock. */
export interface OriginalRun {
  readonly arm: Arm;
  readonly wallMs: number;
  readonly trainSteps: number;
  readonly trainMs: number;
  readonly evaluationMs: number;
  readonly hmean: number | null;
  readonly cache: CacheMove;
  readonly counters: readonly CounterMove[];
}

export interface Runner {
  /** Builds what all units share. Rejects with PlaygroundError where this machine cannot. */
  prepare(): Promise<RunnerFacts>;
  /** One unit from the same weights and the same batches as every other. Rejects when the run failed. */
  runUnit(request: UnitRequest): Promise<UnitResult>;
  /** A short unit without warm-up, for quick validation. */
  runOriginal(
    arm: Arm,
    batches: { readonly train: number; readonly validation: number },
  ): Promise<OriginalRun>;
}

/** A run in which the profiler's depth is switched while it goes on. */
export interface SwitchedRun {
  readonly losses: readonly number[];
  readonly wasHidden: boolean;
}

/** Asked at the end of every step; the first is made with the profiler off. The depth of the next step; null ends the run. */
export type DepthAt = (step: number, stepMs: number, spanCount: number) => "off" | 0 | 1 | 2 | null;

/** What measuring the profiler's cost needs of the machine that trains. */
export interface CostRunner {
  prepare(): Promise<RunnerFacts>;
  /** A run from the first weights and batches. Rejects when it failed. */
  runSwitched(depthAt: DepthAt): Promise<SwitchedRun>;
}
