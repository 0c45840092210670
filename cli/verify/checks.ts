// The kinds of reference files and what checks them. A check is loaded when a file asks for it: some bring a whole engine along.

import type { TrainingChecks } from "./training-checks.ts";
import type { Check, NamedCheck } from "./types.ts";

/** What is asked for besides the file. */
export interface Wishes {
  /** Also ask the executors that need a browser. */
  readonly browser: boolean;
}

type Load = (wishes: Wishes) => Promise<readonly NamedCheck[]>;

const alone = (check: Check): readonly NamedCheck[] => [{ check }];

/** On each executor. */
const training =
  (name: keyof TrainingChecks): Load =>
  async ({ browser }) => {
    const { browserChecks, trainingChecks } = await import("./training.ts");
    return [...(await trainingChecks(name)), ...(await browserChecks(name, browser))];
  };

/** By `header.kind`. */
export const CHECKS: ReadonlyMap<string, Load> = new Map<string, Load>([
  ["eval-iou", async () => alone((await import("./evaluation.ts")).checkIcdarIou)],
  ["eval-deteval", async () => alone((await import("./evaluation.ts")).checkDetEval)],
  ["eval-cleval", async () => alone((await import("./evaluation-cleval.ts")).checkCleval)],
  ["db-targets", async () => alone((await import("./targets.ts")).checkTargets)],
  ["db-targets-real", async () => alone((await import("./targets.ts")).checkRealTargets)],
  ["db-postprocess", async () => alone((await import("./postprocess.ts")).checkPostprocess)],
  ["losses", training("losses")],
  ["ops", training("ops")],
  ["golden-train", training("goldenTrain")],
]);
