// What evaluation says: the latest one in full beside the store, every one as a summary here.
// Polygons of former evaluations are let go: they would grow without bound.

import type { EvaluationSummary } from "../client/index.ts";
import type { EvaluationEvent, PageEvaluation } from "../protocol/index.ts";

export interface QualitySlice {
  /** In order of steps; a re-reading at other thresholds replaces the summary of its step. */
  readonly summaries: readonly EvaluationSummary[];
  /** Raised whenever boxes or maps changed. */
  readonly revision: number;
}

export const initialQuality: QualitySlice = { summaries: [], revision: 0 };

export interface PageCounts {
  readonly words: number;
  readonly found: number;
  readonly missed: number;
  readonly merged: number;
  readonly split: number;
  readonly falseBoxes: number;
}

/** Words and boxes of one page by what became of them; ignored words count nowhere. */
export function countPage(page: PageEvaluation): PageCounts {
  const ofWords = (outcome: PageEvaluation["words"][number]): number =>
    page.words.filter((word) => word === outcome).length;
  return {
    words: page.words.length - ofWords("ignored"),
    found: ofWords("matched"),
    missed: ofWords("missed"),
    merged: ofWords("merged"),
    split: ofWords("split"),
    falseBoxes: page.boxes.filter((box) => box.outcome === "false").length,
  };
}

/** Words not found as such, and boxes that are none: what `E` jumps by. */
export function errorCount(counts: PageCounts): number {
  return counts.words - counts.found + counts.falseBoxes;
}

export function summarise(event: EvaluationEvent): EvaluationSummary {
  const { pages, ...rest } = event;
  return {
    ...rest,
    pages: pages.map((page) => {
      const { words, found, missed, falseBoxes } = countPage(page);
      return {
        pageId: page.pageId,
        words,
        found,
        missed,
        falseBoxes,
        cleval: page.cleval,
        icdarIou: page.icdarIou,
      };
    }),
  };
}

export function withEvaluation(quality: QualitySlice, event: EvaluationEvent): QualitySlice {
  const last = quality.summaries.at(-1);
  const isReplaced = last !== undefined && last.step === event.step;
  const kept = isReplaced ? quality.summaries.slice(0, -1) : quality.summaries;
  return { summaries: [...kept, summarise(event)], revision: quality.revision + 1 };
}
