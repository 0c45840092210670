// The checks of the training references for one engine. Runs in Node and in browsers: an engine is handed in.

import type { EngineParts } from "../../src/engine/index.ts";
import { checkGoldenCases } from "./training-golden.ts";
import { checkLossCases } from "./training-losses.ts";
import { checkOpsCases } from "./training-ops.ts";
import type { CaseResult } from "./types.ts";

export interface TrainingChecks {
  /** Each takes a document whose tensors are unpacked (unpackTensors). */
  losses(document: unknown): Promise<readonly CaseResult[]>;
  ops(document: unknown): Promise<readonly CaseResult[]>;
  goldenTrain(document: unknown): Promise<readonly CaseResult[]>;
}

export function createTrainingChecks(parts: EngineParts): TrainingChecks {
  return {
    losses: (document) => checkLossCases(document, parts),
    ops: (document) => checkOpsCases(document, parts),
    goldenTrain: (document) => checkGoldenCases(document, parts),
  };
}
