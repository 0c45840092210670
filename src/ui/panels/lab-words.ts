// Percentages as the lab writes them.

import { UNKNOWN } from "../format.ts";

/** "+4.4 %", "−0.3 %". */
export function percentText(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return UNKNOWN;
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)} %`;
}

/** "+4.4 % [+2.9, +5.8]". */
export function estimateText(value: {
  readonly mean: number;
  readonly ciLow: number;
  readonly ciHigh: number;
}): string {
  const bare = (bound: number): string => percentText(bound).replace(" %", "");
  return `${percentText(value.mean)} [${bare(value.ciLow)}, ${bare(value.ciHigh)}]`;
}
