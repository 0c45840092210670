// The kinds of reference files and what checks them. A check is loaded when a file asks for it: some bring a whole engine along.

import type { Check, NamedCheck } from "./types.ts";

const alone = (check: Check): readonly NamedCheck[] => [{ check }];

/** By `header.kind`; what trains is checked once on each executor. */
export const CHECKS: ReadonlyMap<string, () => Promise<readonly NamedCheck[]>> = new Map([
  ["eval-iou", async () => alone((await import("./evaluation.ts")).checkIcdarIou)],
  ["eval-deteval", async () => alone((await import("./evaluation.ts")).checkDetEval)],
  ["eval-cleval", async () => alone((await import("./evaluation-cleval.ts")).checkCleval)],
  ["db-targets", async () => alone((await import("./targets.ts")).checkTargets)],
  ["db-targets-real", async () => alone((await import("./targets.ts")).checkRealTargets)],
  ["db-postprocess", async () => alone((await import("./postprocess.ts")).checkPostprocess)],
  ["losses", async () => (await import("./training.ts")).trainingChecks("losses")],
  ["ops", async () => (await import("./training.ts")).trainingChecks("ops")],
  ["golden-train", async () => (await import("./training.ts")).trainingChecks("goldenTrain")],
]);
