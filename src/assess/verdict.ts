// From an interval to one of four words, and how many more blocks a fifth answer would take. Never "overhead" from one run.

import type { Estimate } from "./statistics.ts";

export type Verdict = "faster" | "slower" | "no difference that matters" | "not decided yet";

/** `difference` of time in %, so negative is faster; a difference within ±`marginPct` does not matter. */
export function verdictOf(difference: Estimate, marginPct: number): Verdict {
  const { ciLow, ciHigh } = difference;
  if (ciHigh < -marginPct) return "faster";
  if (ciLow > marginPct) return "slower";
  if (ciLow >= -marginPct && ciHigh <= marginPct) return "no difference that matters";
  return "not decided yet";
}

/** Blocks still needed if mean and spread stay as they are; 0 when decided, Infinity when the mean lies on the margin itself. */
export function moreBlocks(difference: Estimate, marginPct: number): number {
  const { mean, ciLow, ciHigh, n } = difference;
  if (verdictOf(difference, marginPct) !== "not decided yet") return 0;
  const half = (ciHigh - ciLow) / 2;
  const room = Math.abs(Math.abs(mean) - marginPct);
  if (Number.isNaN(half)) return 1;
  return room === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.ceil(n * (half / room) ** 2) - n);
}
