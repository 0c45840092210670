// From an interval to one of four words, and how many more blocks a fifth answer would take. Never "overhead" from one run.

import type { Estimate } from "./statistics.ts";

export type Verdict = "faster" | "slower" | "no difference that matters" | "not decided yet";

/**
 * `difference` of time in %, so negative is faster; a difference within ±`marginPct` does not matter. `noise`: the baseline against
 * itself; a difference that the baseline alone may show is no verdict.
 */
export function verdictOf(difference: Estimate, marginPct: number, noise: Estimate | null = null): Verdict {
  const { ciLow, ciHigh, mean } = difference;
  if (ciLow >= -marginPct && ciHigh <= marginPct) return "no difference that matters";
  if (Math.abs(mean) <= floorOf(noise)) return "not decided yet";
  if (ciHigh < -marginPct) return "faster";
  return ciLow > marginPct ? "slower" : "not decided yet";
}

/** Greatest difference that the baseline shows against itself, in %. */
function floorOf(noise: Estimate | null): number {
  return noise === null ? 0 : Math.max(Math.abs(noise.ciLow), Math.abs(noise.ciHigh));
}

/** Blocks still needed if means and spreads stay as they are; 0 when decided, Infinity when the mean lies on the margin itself. */
export function moreBlocks(difference: Estimate, marginPct: number, noise: Estimate | null = null): number {
  const { mean, ciLow, ciHigh, n } = difference;
  if (verdictOf(difference, marginPct, noise) !== "not decided yet") return 0;
  const half = (ciHigh - ciLow) / 2;
  const room = Math.abs(Math.abs(mean) - marginPct);
  if (Number.isNaN(half)) return 1;
  // The noise floor must sink below an effect that matters.
  const sink = Math.abs(mean) > marginPct ? floorOf(noise) / Math.abs(mean) : 0;
  const growth = room === 0 ? Number.POSITIVE_INFINITY : Math.max(half / room, sink);
  return Math.max(1, Math.ceil(n * growth ** 2) - n);
}
