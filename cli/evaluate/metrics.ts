// The metrics of `npm run evaluate` by name, each with its full name and the aggregation that its reference reports.

import {
  type Detection,
  type LeftOut,
  meanScore,
  type PageCleval,
  poolCleval,
  poolDetEval,
  poolIcdarIou,
  type Score,
  scoreClevalPoly,
  scoreClevalQuad,
  scoreDetEval,
  scoreIcdarIou,
  type TruthBox,
} from "../../src/metrics/index.ts";

type Page = readonly [truth: readonly TruthBox[], detections: readonly Detection[]];

export interface SetResult {
  readonly pages: readonly { readonly score: Score; readonly leftOut: readonly LeftOut[] }[];
  readonly mean: Score;
  readonly pooled: Score;
  /** What scoring each page took, reading left out. */
  readonly pageMs: readonly number[];
}

export interface Metric {
  readonly label: string;
  /** What the reference reports for a set; both are printed. */
  readonly reported: "mean" | "pooled";
  score(pages: readonly Page[]): SetResult;
}

function metricOf<P extends { readonly score: Score; readonly leftOut: readonly LeftOut[] }>(
  label: string,
  reported: Metric["reported"],
  scorePage: (truth: readonly TruthBox[], detections: readonly Detection[]) => P,
  pool: (pages: readonly P[]) => Score,
): Metric {
  return {
    label,
    reported,
    score: (pages) => {
      const pageMs: number[] = [];
      const scored = pages.map(([truth, detections]) => {
        const start = performance.now();
        const page = scorePage(truth, detections);
        pageMs.push(performance.now() - start);
        return page;
      });
      const mean = meanScore(scored.map(({ score }) => score));
      return { pages: scored, mean, pooled: pool(scored), pageMs };
    },
  };
}

export const METRICS: ReadonlyMap<string, Metric> = new Map([
  [
    "cleval",
    metricOf<PageCleval>(
      "CLEval of the original project (polygons, no transcriptions)",
      "mean",
      (truth, detections) => scoreClevalPoly(truth, detections).page,
      poolCleval,
    ),
  ],
  [
    "cleval-upstream",
    metricOf<PageCleval>(
      "CLEval upstream (four-point boxes, transcriptions)",
      "pooled",
      (truth, detections) => scoreClevalQuad(truth, detections).page,
      poolCleval,
    ),
  ],
  ["icdar", metricOf("ICDAR 2015 IoU > 0.5", "pooled", scoreIcdarIou, poolIcdarIou)],
  ["deteval", metricOf("DetEval (area recall 0.8, area precision 0.4)", "pooled", scoreDetEval, poolDetEval)],
]);
