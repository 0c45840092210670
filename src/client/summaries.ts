// What is kept of pages and evaluations without their pictures and polygons: for the screen, for reports, for programs.

import type { Dataset, EvaluationEvent, Page, PageEvaluation } from "../protocol/index.ts";
import type { DatasetSummary, EvaluationSummary } from "./automation.ts";

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

export function summariseEvaluation(event: EvaluationEvent): EvaluationSummary {
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

export function summariseDataset(dataset: Dataset): DatasetSummary {
  const words = (pages: readonly Page[]): number => pages.reduce((sum, page) => sum + page.words.length, 0);
  const pixels = (pages: readonly Page[]): number =>
    pages.reduce((sum, { size }) => sum + size.widthPx * size.heightPx, 0);
  return {
    name: dataset.name,
    hash: dataset.hash,
    trainPages: dataset.train.length,
    validationPages: dataset.validation.length,
    trainWords: words(dataset.train),
    validationWords: words(dataset.validation),
    trainPx: pixels(dataset.train),
    validationPx: pixels(dataset.validation),
    reports: dataset.reports,
  };
}
