// The kinds of reference files and what checks them. A check is loaded when a file asks for it: some bring a whole engine along.

import type { Check } from "./types.ts";

/** By `header.kind`. */
export const CHECKS: ReadonlyMap<string, () => Promise<Check>> = new Map([
  ["eval-iou", async () => (await import("./evaluation.ts")).checkIcdarIou],
  ["eval-deteval", async () => (await import("./evaluation.ts")).checkDetEval],
  ["eval-cleval", async () => (await import("./evaluation-cleval.ts")).checkCleval],
  ["db-targets", async () => (await import("./targets.ts")).checkTargets],
  ["db-targets-real", async () => (await import("./targets.ts")).checkRealTargets],
  ["db-postprocess", async () => (await import("./postprocess.ts")).checkPostprocess],
  ["losses", async () => (await import("./training.ts")).checkLosses],
  ["ops", async () => (await import("./training.ts")).checkOps],
  ["golden-train", async () => (await import("./training.ts")).checkGoldenTrain],
]);
