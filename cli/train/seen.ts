// What is known of a run while it goes on, wherever it runs, and the lines printed of it.

import type { AutomationSnapshot } from "../../src/client/index.ts";
import type { LossPoint, RunCounters } from "../../src/protocol/index.ts";
import { evaluationLine, progressLine } from "./progress.ts";

const PROGRESS_MS = 2000;

export type Snapshot = Pick<
  AutomationSnapshot,
  "state" | "dataset" | "engine" | "evaluations" | "timing" | "log"
>;

export interface Seen {
  /** What was learnt, as a checkpoint, where it was asked for. */
  model?: Uint8Array;
  readonly losses: LossPoint[];
  snapshot: Snapshot | undefined;
  counters: RunCounters | null;
  /** Why the run could not begin or go on, where it was not said as a state. */
  failure: string | null;
  /** What runs it all, for the report: browser or Node, with its version. */
  runtime: string | null;
}

export interface Printer {
  /** Prints what is new: every evaluation, and at most every two seconds how it goes. */
  look(): void;
}

export function createPrinter(seen: Seen): Printer {
  let printedMs = 0;
  let printedLosses = 0;
  let evaluations = 0;
  return {
    look: () => {
      const { snapshot, losses } = seen;
      if (snapshot === undefined) return;
      for (const evaluation of snapshot.evaluations.slice(evaluations))
        console.log(evaluationLine(evaluation));
      evaluations = snapshot.evaluations.length;
      const isNew = losses.length > printedLosses && performance.now() - printedMs > PROGRESS_MS;
      if (snapshot.timing === null || !isNew) return;
      printedMs = performance.now();
      printedLosses = losses.length;
      console.log(progressLine(snapshot.timing, losses.at(-1), snapshot.evaluations.at(-1)));
    },
  };
}
