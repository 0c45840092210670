// Small arithmetic that every metric shares.

import type { Score } from "./types.ts";

export const ZERO_SCORE: Score = { hmean: 0, precision: 0, recall: 0 };

/** With their harmonic mean; 0 when both are 0. */
export function scoreOf(recall: number, precision: number): Score {
  const sum = recall + precision;
  return { hmean: sum === 0 ? 0 : (2 * precision * recall) / sum, precision, recall };
}

/** Plain mean of each of the three numbers (the mean hmean is not the hmean of the means). Zeros for no pages. */
export function meanScore(scores: readonly Score[]): Score {
  if (scores.length === 0) return ZERO_SCORE;
  const mean = (pick: (score: Score) => number): number =>
    scores.reduce((sum, score) => sum + pick(score), 0) / scores.length;
  return { hmean: mean((s) => s.hmean), precision: mean((s) => s.precision), recall: mean((s) => s.recall) };
}

/** part / whole, 0 when there is no whole. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** To the nearest integer, ties to the even one, as Python and NumPy round. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
