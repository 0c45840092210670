// Cells of the tables in words, the same on the screen, on paper and in Markdown.

import type { ArmResult } from "../analyse.ts";
import { blocksSentence, type Conclusion, intervalText } from "../conclude.ts";

/** Three significant digits. */
export function msText(ms: number): string {
  if (!Number.isFinite(ms)) return "—";
  return ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0);
}

/** The interval, or why there is none: a failed gate is shown in place of a number. */
export function differenceText({ arm, difference, gates, verdict, blockMs }: ArmResult): string {
  if (arm.role === "baseline") return "—";
  if (difference !== null) return intervalText(difference);
  if (verdict !== "gate failed") return `n = ${blockMs.length}, too few`;
  const failed = gates.find(({ passed }) => !passed);
  return `gate failed: ${failed?.says ?? "the baseline differs from itself."}`;
}

export function verdictText({ verdict, moreBlocks, difference }: ArmResult): string {
  if (verdict === null) return "—";
  if (verdict === "noise floor" && difference !== null) {
    return `noise floor ±${Math.max(Math.abs(difference.ciLow), Math.abs(difference.ciHigh)).toFixed(1)} %`;
  }
  return verdict === "not decided yet" ? `${verdict}; ${blocksSentence(moreBlocks)}` : verdict;
}

/** Of the single feature; combinations speak through their interaction. */
export function recommendationOf({ arm }: ArmResult, { advice }: Conclusion): string {
  if (arm.role !== "feature") return "—";
  if (arm.factors.length > 1) return "see the single features";
  return advice.find(({ factor }) => factor === arm.factors[0])?.advice ?? "—";
}
