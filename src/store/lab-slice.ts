// What the screen knows of the Assessment lab: the wishes, the job that runs, and what the last ones found.

import type { LabState } from "../client/index.ts";
import { type AssessWishes, DEFAULT_WISHES } from "../config/index.ts";

export interface LabSlice extends LabState {
  readonly wishes: AssessWishes;
  /** The set and the length of run that the projection speaks of; null: the pages that are there. */
  readonly goalPages: number | null;
  readonly goalEpochs: number;
}

export const initialLab: LabSlice = {
  wishes: DEFAULT_WISHES,
  goalPages: null,
  goalEpochs: 20,
  job: null,
  doing: null,
  progress: null,
  outcome: null,
  original: null,
  check: null,
  error: null,
};
