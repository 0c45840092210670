// Settings that a pretrained detector is trained further with: measured on a change of box convention (lines to words) and, for
// all parts with batch statistics, PaddleOCR's advice. The screen and the command line begin from the same ones.

import type { FieldPath, FieldValue } from "./fields.ts";
import type { Config } from "./types.ts";

type Values = Readonly<Partial<Record<FieldPath, FieldValue>>>;

const COMMON: Values = {
  "schedule.kind": "constant",
  "schedule.warmupSteps": 5,
  // PaddleOCR reads lines with 0.6. Words are smaller: after 50 steps most that were missed had a score of 0.4 to 0.6.
  "postprocess.boxThreshold": 0.4,
};

const RATES: Readonly<Record<Config["model"]["train"], number>> = {
  head: 0.002,
  neckAndHead: 0.001,
  all: 0.001,
};

export function fineTuning(train: Config["model"]["train"]): Values {
  return { ...COMMON, "model.train": train, "optimizer.learningRate": RATES[train] };
}
