// Reading the maps: probability maps of the validation pages → boxes in upright pixels → scores, per page and in total.
// Pure apart from the tracer's clock; runs again without the network when only a threshold moved.

import type { Config } from "../config/index.ts";
import type { Affine } from "../core/index.ts";
import type { Page } from "../dataset/index.ts";
import { aggregate, scorePage } from "../metrics/index.ts";
import { boxesFromMap, toUpright } from "../postprocess/index.ts";
import type { Tracer } from "../trace/index.ts";
import type { EvaluationEvent } from "./types.ts";

/** One page's map as the network gave it. */
export interface PageMap {
  readonly page: Page;
  readonly sizePx: number;
  readonly probability: Float32Array<ArrayBuffer>;
  readonly placement: Affine<"upright", "input">;
}

type Reading = Pick<EvaluationEvent, "coverage" | "cleval" | "icdarIou" | "words" | "pages">;

/** `asked`: how many pages the scores speak for; fewer maps lower the coverage, never the list. */
export function readMaps(
  maps: readonly PageMap[],
  asked: number,
  settings: Config["postprocess"],
  tracer: Tracer,
): Reading {
  const scored = maps.map(({ page, sizePx, probability, placement }) => {
    const size = { widthPx: sizePx, heightPx: sizePx };
    const detections = tracer.span("postprocess", () =>
      toUpright(boxesFromMap(probability, size, settings).detections, placement, size, size),
    );
    return { page, detections, ...tracer.span("score", () => scorePage(page.words, detections)) };
  });
  const outcomes = scored.flatMap(({ words }) => words);
  const counted = outcomes.filter((outcome) => outcome !== "ignored");
  return {
    coverage: { scored: maps.length, asked },
    ...aggregate(scored),
    words: {
      total: counted.length,
      found: counted.filter((outcome) => outcome === "matched").length,
      missed: counted.filter((outcome) => outcome === "missed").length,
      falseBoxes: scored.flatMap(({ boxes }) => boxes).filter((outcome) => outcome === "false").length,
    },
    pages: scored.map(({ page, detections, words, boxes, cleval, icdarIou }) => ({
      pageId: page.id,
      words,
      boxes: detections.map(({ polygon, score }, i) => ({ polygon, score, outcome: boxes[i] ?? "ignored" })),
      cleval: cleval.score,
      icdarIou: icdarIou.score,
    })),
  };
}
