// What a person asks of an assessment, with its limits. Not part of a run; a link may carry it (lab-link.ts).

import { DEFAULT_FACTORS, type FactorId } from "./factors.ts";

export interface AssessWishes {
  readonly factors: readonly FactorId[];
  /** Blocks at least; more follow until every question is answered. */
  readonly blocks: number;
  readonly minutes: number;
  /** A difference within ± this many percent does not matter to the person. */
  readonly marginPct: number;
  readonly seed: number;
}

export const DEFAULT_WISHES: AssessWishes = {
  factors: DEFAULT_FACTORS,
  blocks: 8,
  minutes: 5,
  marginPct: 2,
  seed: 42,
};

/** Fewer paired differences than this carry no interval worth showing. */
export const MIN_BLOCKS = 5;
export const MAX_BLOCKS = 60;
