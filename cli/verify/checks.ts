// The kinds of reference files and what checks them.

import { checkDetEval, checkIcdarIou } from "./evaluation.ts";
import { checkCleval } from "./evaluation-cleval.ts";
import { checkRealTargets, checkTargets } from "./targets.ts";
import type { Check } from "./types.ts";

/** By `header.kind`. */
export const CHECKS: ReadonlyMap<string, Check> = new Map([
  ["eval-iou", checkIcdarIou],
  ["eval-deteval", checkDetEval],
  ["eval-cleval", checkCleval],
  ["db-targets", checkTargets],
  ["db-targets-real", checkRealTargets],
]);
