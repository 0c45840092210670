// The scorer of the product: one page's scores and what became of every word and detection; and the scores of a set.
// Uses CLEval of the original project (polygons) and ICDAR 2015 IoU. Don't-care rule: a word marked `ignore` is neither asked for
// nor found; a detection is not counted when don't-care text, less the cared words on it, covers at least 0.3 of it (CLEval), or one
// don't-care polygon covers more than half of it (IoU). Without such words the scores are the references' own.

import { poolCleval, type ScoredPage, scoreClevalPoly } from "./cleval/index.ts";
import { poolIcdarIou, scoreIcdarIou } from "./icdar-iou.ts";
import { meanScore } from "./score.ts";
import type {
  Detection,
  DetectionOutcome,
  PageCleval,
  PageIou,
  Score,
  TruthBox,
  TruthOutcome,
} from "./types.ts";

export interface ScoredPageResult {
  /** CLEval, polygon variant of the original project. */
  readonly cleval: PageCleval;
  readonly icdarIou: PageIou;
  /** In the order of the truth handed in. */
  readonly words: readonly TruthOutcome[];
  /** In the order of the detections handed in. */
  readonly boxes: readonly DetectionOutcome[];
}

/** A score by both ways of putting pages together. */
export interface SetScore {
  /** Mean of the pages' values. */
  readonly mean: Score;
  /** From counts summed over pages. */
  readonly pooled: Score;
}

/** Never throws: polygons that cannot be scored are named in `leftOut` and have the outcome "ignored". */
export function scorePage(truth: readonly TruthBox[], detections: readonly Detection[]): ScoredPageResult {
  const cleval = scoreClevalPoly(truth, detections);
  return {
    cleval: cleval.page,
    icdarIou: scoreIcdarIou(truth, detections),
    words: truthOutcomes(cleval, truth.length),
    boxes: detectionOutcomes(cleval, detections.length),
  };
}

/** Puts pages together; no pages give zeros. */
export function aggregate(pages: readonly Pick<ScoredPageResult, "cleval" | "icdarIou">[]): {
  readonly cleval: SetScore;
  readonly icdarIou: SetScore;
} {
  const clevalPages = pages.map(({ cleval }) => cleval);
  const iouPages = pages.map(({ icdarIou }) => icdarIou);
  return {
    cleval: { mean: meanScore(clevalPages.map(({ score }) => score)), pooled: poolCleval(clevalPages) },
    icdarIou: { mean: meanScore(iouPages.map(({ score }) => score)), pooled: poolIcdarIou(iouPages) },
  };
}

/** split: several detections share the word · merged: its one detection holds other words too. */
function truthOutcomes({ page, matching }: ScoredPage, count: number): TruthOutcome[] {
  const outcomes = new Array<TruthOutcome>(count).fill("ignored");
  const ignored = new Set(page.ignoredTruth);
  page.keptTruth.forEach((index, w) => {
    if (ignored.has(w)) return;
    const partners = matching.detectionsOf[w] ?? [];
    const isMerged = partners.some((box) => (matching.wordsOf[box]?.length ?? 0) > 1);
    outcomes[index] =
      partners.length === 0 ? "missed" : partners.length > 1 ? "split" : isMerged ? "merged" : "matched";
  });
  return outcomes;
}

/** merged: the detection holds several words · split: its one word has other detections too. */
function detectionOutcomes({ page, matching }: ScoredPage, count: number): DetectionOutcome[] {
  const outcomes = new Array<DetectionOutcome>(count).fill("ignored");
  const ignored = new Set(page.ignoredDetections);
  page.keptDetections.forEach((index, box) => {
    if (ignored.has(box)) return;
    const partners = matching.wordsOf[box] ?? [];
    const isSplit = partners.some((w) => (matching.detectionsOf[w]?.length ?? 0) > 1);
    outcomes[index] =
      partners.length === 0 ? "false" : partners.length > 1 ? "merged" : isSplit ? "split" : "matched";
  });
  return outcomes;
}
