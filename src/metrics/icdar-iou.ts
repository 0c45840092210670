// ICDAR 2015 IoU protocol: one-to-one matches with IoU above one half, taken greedily in input order.
// Follows MhLiao/DB, concern/icdar2015_eval/detection/iou.py. A set sums matches and counts over its pages.

import { areaPx2, overlapArea, regionOf } from "../geometry/index.ts";
import { ZERO_SCORE, scoreOf, shareOf } from "./score.ts";
import type { Detection, Kept, PageIou, Score, TruthBox } from "./types.ts";
import { keepValid } from "./valid.ts";

const IOU_ABOVE = 0.5;
const IGNORED_SHARE_ABOVE = 0.5;

/** Scores one page. A detection is ignored when more than half of it lies on one don't-care polygon. Never throws. */
export function scoreIcdarIou(
  truth: readonly Pick<TruthBox, "polygon" | "ignore">[],
  detections: readonly Pick<Detection, "polygon">[],
): PageIou {
  const validTruth = keepValid("truth", truth);
  const validDetections = keepValid("detection", detections);
  const truthAreas = validTruth.kept.map(({ box }) => areaPx2(box.polygon));
  const detectionAreas = validDetections.kept.map(({ box }) => areaPx2(box.polygon));
  const shared = sharedAreas(validTruth.kept, validDetections.kept, truthAreas, detectionAreas);
  const ignoredTruth = validTruth.kept.flatMap(({ box }, t) => (box.ignore ? [t] : []));
  const ignoredDetections = detectionAreas.flatMap((area, d) =>
    ignoredTruth.some((t) => shareOf(shared[t]?.[d] ?? 0, area) > IGNORED_SHARE_ABOVE) ? [d] : [],
  );
  const iou = shared.map((row, t) =>
    row.map((area, d) =>
      shareOf(area, unionArea(truthAreas[t] as number, detectionAreas[d] as number, area)),
    ),
  );
  const pairs = matchGreedily(iou, new Set(ignoredTruth), new Set(ignoredDetections));
  const caredTruth = truthAreas.length - ignoredTruth.length;
  const caredDetections = detectionAreas.length - ignoredDetections.length;
  return {
    score:
      caredTruth === 0
        ? scoreOf(1, caredDetections > 0 ? 0 : 1)
        : scoreOf(pairs.length / caredTruth, shareOf(pairs.length, caredDetections)),
    caredTruth,
    caredDetections,
    matched: pairs.length,
    pairs,
    ignoredTruth,
    ignoredDetections,
    validTruth: truthAreas.length,
    validDetections: detectionAreas.length,
    iou,
    leftOut: [...validTruth.leftOut, ...validDetections.leftOut],
  };
}

/** Pools a set: sums of matches and counts. Nothing at all gives zeros, unlike a single empty page. */
export function poolIcdarIou(
  pages: readonly Pick<PageIou, "matched" | "caredTruth" | "caredDetections">[],
): Score {
  let matched = 0;
  let caredTruth = 0;
  let caredDetections = 0;
  for (const page of pages) {
    matched += page.matched;
    caredTruth += page.caredTruth;
    caredDetections += page.caredDetections;
  }
  return pages.length === 0
    ? ZERO_SCORE
    : scoreOf(shareOf(matched, caredTruth), shareOf(matched, caredDetections));
}

/** Rounding may leave this share of a polygon outside of one that contains it. */
const CONTAINED_NOISE = 1e-10;

/**
 * Shared area of every truth polygon (rows) with every detection (columns). One inside the other shares exactly its own area, so
 * that a half of a word is no hair more than a half.
 */
export function sharedAreas(
  truth: readonly Kept<Pick<TruthBox, "polygon">>[],
  detections: readonly Kept<Pick<Detection, "polygon">>[],
  truthAreas: readonly number[],
  detectionAreas: readonly number[],
): Float64Array[] {
  const regions = detections.map(({ box }) => regionOf(box.polygon));
  return truth.map(({ box }, t) => {
    const region = regionOf(box.polygon);
    const row = new Float64Array(regions.length);
    regions.forEach((other, d) => {
      const shared = overlapArea(region, other);
      const smaller = Math.min(truthAreas[t] as number, detectionAreas[d] as number);
      row[d] = Math.abs(shared - smaller) <= CONTAINED_NOISE * smaller ? smaller : shared;
    });
    return row;
  });
}

function unionArea(a: number, b: number, shared: number): number {
  return Math.max(a, b) + (Math.min(a, b) - shared);
}

/** Truth in order, for each the first free detection above the bound: the first, not the best. */
function matchGreedily(
  iou: readonly Float64Array[],
  ignoredTruth: ReadonlySet<number>,
  ignoredDetections: ReadonlySet<number>,
): { truth: number; detection: number }[] {
  const taken = new Set(ignoredDetections);
  const pairs: { truth: number; detection: number }[] = [];
  iou.forEach((row, truth) => {
    if (ignoredTruth.has(truth)) return;
    const detection = row.findIndex((value, d) => value > IOU_ABOVE && !taken.has(d));
    if (detection < 0) return;
    taken.add(detection);
    pairs.push({ truth, detection });
  });
  return pairs;
}
