// A model's maps of a set of pages → boxes on the page, outcomes and scores: the same post-processing and the same metrics as a
// training run's evaluation. Kept maps can be read again with other thresholds without running the model.

import type { Config } from "../config/index.ts";
import type { Affine } from "../core/index.ts";
import type { Page } from "../dataset/index.ts";
import {
  aggregate,
  type DetectionOutcome,
  type Score,
  scorePage,
  type TruthOutcome,
} from "../metrics/index.ts";
import { boxesFromMap, toUpright, type UprightDetection } from "../postprocess/index.ts";

export interface DetectedMap {
  readonly page: Page;
  readonly sizePx: number;
  /** S·S, 0..1. */
  readonly probability: Float32Array;
  readonly placement: Affine<"upright", "input">;
}

export interface PageDetections {
  readonly pageId: string;
  readonly boxes: readonly (UprightDetection & { readonly outcome: DetectionOutcome })[];
  /** In the order of the page's words. */
  readonly words: readonly TruthOutcome[];
  readonly cleval: Score;
  readonly icdarIou: Score;
}

export interface SetDetections {
  readonly pages: readonly PageDetections[];
  readonly cleval: { readonly mean: Score; readonly pooled: Score };
  readonly icdarIou: { readonly mean: Score; readonly pooled: Score };
  readonly postprocessMs: number;
}

export function readDetections(maps: readonly DetectedMap[], settings: Config["postprocess"]): SetDetections {
  const start = performance.now();
  const detected = maps.map(({ page, sizePx, probability, placement }) => {
    const size = { widthPx: sizePx, heightPx: sizePx };
    return {
      page,
      boxes: toUpright(boxesFromMap(probability, size, settings).detections, placement, size, size),
    };
  });
  const postprocessMs = performance.now() - start;
  const scored = detected.map(({ page, boxes }) => ({
    page,
    detections: boxes,
    ...scorePage(page.words, boxes),
  }));
  return {
    pages: scored.map(({ page, detections, words, boxes, cleval, icdarIou }) => ({
      pageId: page.id,
      boxes: detections.map((box, i) => ({ ...box, outcome: boxes[i] ?? "ignored" })),
      words,
      cleval: cleval.score,
      icdarIou: icdarIou.score,
    })),
    ...aggregate(scored),
    postprocessMs,
  };
}
