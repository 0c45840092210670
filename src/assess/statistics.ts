// Statistics of paired differences: one value a block. Intervals are bootstrap-t (Efron & Tibshirani 1993, ch. 12.5), which keep their
// coverage where times are skewed; with heavy tails, as on a machine that others use, they are too narrow and Student's t is not. So
// each end is the outer one of the two. Seeded, so a report can be recomputed.

import type { Random } from "../core/index.ts";
import { meanInterval } from "../trace/index.ts";

export const RESAMPLES = 10_000;

export interface Estimate {
  readonly mean: number;
  readonly median: number;
  /** 95 % interval of the mean. */
  readonly ciLow: number;
  readonly ciHigh: number;
  /** Blocks. */
  readonly n: number;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (high + (sorted[middle - 1] ?? Number.NaN)) / 2 : high;
}

/** Standard deviation with n − 1. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (values.length - 1));
}

/** Mean, median and the 95 % interval of the mean. With fewer than two values the interval is unknown (NaN). */
export function estimate(values: readonly number[], random: Random, resamples = RESAMPLES): Estimate {
  const n = values.length;
  const centre = mean(values);
  const facts = { mean: centre, median: median(values), n };
  if (n < 2) return { ...facts, ciLow: Number.NaN, ciHigh: Number.NaN };
  const standardError = deviation(values) / Math.sqrt(n);
  if (standardError === 0) return { ...facts, ciLow: centre, ciHigh: centre };
  const pivots = studentised(Float64Array.from(values), centre, random, resamples);
  const student = meanInterval(values);
  return {
    ...facts,
    ciLow: Math.min(student.low, centre - quantile(pivots, 0.975) * standardError),
    ciHigh: Math.max(student.high, centre - quantile(pivots, 0.025) * standardError),
  };
}

/**
 * Of differences in %, as ratios: on a noisy machine a time can be three times as long but never three times as short, and only
 * the logarithm treats both alike. For small differences it is the same.
 */
export function estimateRatio(
  differencesPct: readonly number[],
  random: Random,
  resamples = RESAMPLES,
): Estimate {
  const logs = differencesPct.map((pct) => Math.log1p(pct / 100));
  const { mean: centre, ciLow, ciHigh, n } = estimate(logs, random, resamples);
  const pct = (log: number): number => 100 * Math.expm1(log);
  return { mean: pct(centre), median: median(differencesPct), ciLow: pct(ciLow), ciHigh: pct(ciHigh), n };
}

/** Sorted (mean* − mean) / standard error* of resamples; those without any spread say nothing and are left out. */
function studentised(values: Float64Array, centre: number, random: Random, resamples: number): Float64Array {
  const n = values.length;
  const pivots = new Float64Array(resamples);
  let kept = 0;
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const value = (values[random.int(n)] ?? 0) - centre;
      sum += value;
      squares += value * value;
    }
    const shift = sum / n;
    const variance = (squares - n * shift * shift) / (n - 1);
    if (variance > 1e-12 * squares) pivots[kept++] = shift / Math.sqrt(variance / n);
  }
  return pivots.subarray(0, kept).sort();
}

/** Of ascending values, between ranks linearly. */
export function quantile(sorted: Float64Array, share: number): number {
  const rank = share * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] ?? 0;
  const high = sorted[Math.ceil(rank)] ?? 0;
  return low + (high - low) * (rank - Math.floor(rank));
}
