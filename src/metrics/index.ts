// Polygons against truth → precision, recall, hmean, kinds of error.

export type { Detection, DetectionOutcome, Score, TruthBox, TruthOutcome } from "./types.ts";
