// The table of an assessment as rows of words, for the screen: it shows exactly what the report says.

import type { Analysis } from "../analyse.ts";
import type { Gate } from "../gates.ts";
import { differenceText, msText, verdictText } from "./words.ts";

export interface TableRow {
  readonly armId: string;
  readonly label: string;
  readonly ms: string;
  readonly difference: string;
  readonly hitRate: string;
  readonly verdict: string;
  readonly kind: "faster" | "slower" | "same" | "open" | "failed" | "none";
  readonly gates: readonly Gate[];
  /** Differences of the blocks in %, in time order, and their interval; null where no number is shown. */
  readonly dots: readonly number[];
  readonly interval: { readonly mean: number; readonly low: number; readonly high: number } | null;
}

export function tableRows({ arms }: Analysis): TableRow[] {
  return arms.map((result) => ({
    armId: result.arm.id,
    label: result.arm.label,
    ms: msText(result.medianMs),
    difference: differenceText(result),
    hitRate: result.hitRatePct === null ? "—" : `${result.hitRatePct.toFixed(1)} %`,
    verdict: verdictText(result),
    kind: kindOf(result.verdict),
    gates: result.gates,
    dots: result.verdict === "gate failed" ? [] : result.differencesPct,
    interval: result.difference && {
      mean: result.difference.mean,
      low: result.difference.ciLow,
      high: result.difference.ciHigh,
    },
  }));
}

function kindOf(verdict: Analysis["arms"][number]["verdict"]): TableRow["kind"] {
  switch (verdict) {
    case "faster":
    case "slower":
      return verdict;
    case "no difference that matters":
      return "same";
    case "not decided yet":
      return "open";
    case "gate failed":
      return "failed";
    default:
      return "none";
  }
}
