// What the screen knows of the Assessment lab: the wishes, the job that runs, and what the last ones found.

import type { LabState } from "../client/index.ts";
import type { EngineId, RaceOutcome, RaceStep } from "../protocol/index.ts";
import { DEFAULT_ASKED, type LabAsked, type LabLink } from "../config/index.ts";
import type { ProfilerCost } from "../protocol/index.ts";

/** Costs just measured take the place of older ones of the same depth. */
export function withCosts(known: readonly ProfilerCost[], measured: readonly ProfilerCost[]): ProfilerCost[] {
  const kept = known.filter(({ depth }) => !measured.some((cost) => cost.depth === depth));
  return [...kept, ...measured].sort((a, b) => a.depth - b.depth);
}

/** What a link asks of the lab; what it does not name is as by default. */
export function askedBy({ wishes, goalPages, goalEpochs }: LabLink): LabAsked {
  return {
    wishes: { ...DEFAULT_ASKED.wishes, ...wishes },
    goalPages: goalPages ?? DEFAULT_ASKED.goalPages,
    goalEpochs: goalEpochs ?? DEFAULT_ASKED.goalEpochs,
  };
}

/** A race of two engines: the steps so far, and what they come to once it has ended. */
export interface RaceState {
  readonly engines: readonly [EngineId, EngineId];
  /** The network that they train. */
  readonly model: string;
  /** Steps of each in all, the warm-up included; 0 before the first. */
  readonly stepsAsked: number;
  readonly steps: readonly RaceStep[];
  readonly outcome: RaceOutcome | null;
}

export interface LabSlice extends LabState, LabAsked {
  readonly race: RaceState | null;
  /** The newest measured cost of each depth of the profiler, by depth. */
  readonly profilerCost: readonly ProfilerCost[];
}

export const initialLab: LabSlice = {
  ...DEFAULT_ASKED,
  race: null,
  profilerCost: [],
  job: null,
  doing: null,
  progress: null,
  outcome: null,
  original: null,
  check: null,
  cost: null,
  error: null,
};
