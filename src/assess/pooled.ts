// Step times of a condition, pooled over blocks, compared at a quantile: what is added to every step moves every quantile alike, and
// what disturbs a few moves only the upper ones. Intervals by the percentile bootstrap over blocks (Efron & Tibshirani 1993, ch. 13),
// widened for few blocks as Student's t widens the normal's. Seeded.

import type { Random } from "../core/index.ts";
import { tQuantile } from "../trace/index.ts";
import { type Estimate, quantile } from "./statistics.ts";

/** One list of step times a block, in milliseconds, as many in each. */
export type StepsByBlock = readonly (readonly number[])[];

/**
 * How far the quantile `share` (0..1) of `of` lies above that of `against`, in %. `mean` of the result is that difference, `median`
 * the same of the median steps. NaN without an interval under two blocks.
 */
export function estimateQuantile(
  of: StepsByBlock,
  against: readonly StepsByBlock[],
  share: number,
  random: Random,
  resamples: number,
): Estimate {
  const n = of.length;
  const pools = { of: pooled([of]), against: pooled(against) };
  const once = new Uint16Array(n).fill(1);
  const logAt = (weights: Uint16Array, at: number): number =>
    Math.log(quantileOf(pools.of, weights, at) / quantileOf(pools.against, weights, at));
  const centre = logAt(once, share);
  const facts = { mean: pct(centre), median: pct(logAt(once, 0.5)), n };
  if (n < 2) return { ...facts, ciLow: Number.NaN, ciHigh: Number.NaN };
  const drawn = new Float64Array(resamples);
  const weights = new Uint16Array(n);
  for (let r = 0; r < resamples; r++) {
    weights.fill(0);
    for (let i = 0; i < n; i++) {
      const block = random.int(n);
      weights[block] = (weights[block] ?? 0) + 1;
    }
    drawn[r] = logAt(weights, share);
  }
  drawn.sort();
  const wider = (tQuantile(n - 1) / 1.959964) * Math.sqrt(n / (n - 1));
  const end = (at: number): number => pct(centre + wider * (quantile(drawn, at) - centre));
  return { ...facts, ciLow: Math.min(end(0.025), facts.mean), ciHigh: Math.max(end(0.975), facts.mean) };
}

interface Pool {
  /** Ascending, with the block of each. */
  readonly values: Float64Array;
  readonly blocks: Uint16Array;
}

function pooled(lists: readonly StepsByBlock[]): Pool {
  const all = lists.flatMap((list) =>
    list.flatMap((steps, block) => steps.map((ms) => [ms, block] as const)),
  );
  all.sort(([a], [b]) => a - b);
  return {
    values: Float64Array.from(all, ([ms]) => ms),
    blocks: Uint16Array.from(all, ([, block]) => block),
  };
}

/** The least value that `share` of the weight does not exceed. Blocks are equally long, so the weight is that of once each. */
function quantileOf({ values, blocks }: Pool, weights: Uint16Array, share: number): number {
  const wanted = share * values.length;
  let seen = 0;
  for (let i = 0; i < values.length; i++) {
    seen += weights[blocks[i] ?? 0] ?? 0;
    if (seen >= wanted) return values[i] ?? Number.NaN;
  }
  return values.at(-1) ?? Number.NaN;
}

function pct(log: number): number {
  return 100 * Math.expm1(log);
}
