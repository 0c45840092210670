// What evaluation says: the latest one in full beside the store, every one as a summary here.
// Polygons of former evaluations are let go: they would grow without bound.

import { type EvaluationSummary, type PageCounts, summariseEvaluation } from "../client/index.ts";
import type { EvaluationEvent } from "../protocol/index.ts";

export interface QualitySlice {
  /** In order of steps; a re-reading at other thresholds replaces the summary of its step. */
  readonly summaries: readonly EvaluationSummary[];
  /** Raised whenever boxes or maps changed. */
  readonly revision: number;
}

export const initialQuality: QualitySlice = { summaries: [], revision: 0 };

/** Words not found as such, and boxes that are none: what `E` jumps by. */
export function errorCount(counts: PageCounts): number {
  return counts.words - counts.found + counts.falseBoxes;
}

export function withEvaluation(quality: QualitySlice, event: EvaluationEvent): QualitySlice {
  const last = quality.summaries.at(-1);
  const isReplaced = last !== undefined && last.step === event.step;
  const kept = isReplaced ? quality.summaries.slice(0, -1) : quality.summaries;
  return { summaries: [...kept, summariseEvaluation(event)], revision: quality.revision + 1 };
}
