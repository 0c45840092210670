// Calls to the lab worker: it assesses in a trainer of its own, away from the person's run. Progress comes on a separate port.

import type {
  AssessOutcome,
  AssessRequest,
  CostRequest,
  LabSubject,
  RaceOutcome,
  RaceRequest,
} from "../train/index.ts";
import type { CostOutcome, OriginalOutcome, QuickCheck } from "../assess/index.ts";

export interface LabCalls {
  protocolVersion(): number;
  /** The port on which LabEvents are posted. */
  setEventPort(port: MessagePort): void;
  /** Rejects when it could not begin; a unit that fails later is a failed gate. */
  assess(request: AssessRequest): Promise<AssessOutcome>;
  /** The protocol of the original report, run faithfully. */
  runOriginal(subject: LabSubject): Promise<OriginalOutcome>;
  quickCheck(subject: LabSubject): Promise<QuickCheck>;
  /** What each depth of the profiler costs. */
  profilerCost(request: CostRequest): Promise<CostOutcome>;
  /** Two engines on the same batches, a step each in turn. */
  race(request: RaceRequest): Promise<RaceOutcome>;
  /** The page came into view or left it: units in which it was hidden are run again. */
  setVisible(isVisible: boolean): void;
  /** At the end of the step; what was measured so far is concluded. */
  stop(): void;
}
