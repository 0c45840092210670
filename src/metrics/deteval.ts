// DetEval: one-to-one, one-to-many and many-to-one matches by area recall and area precision.
// Follows MhLiao/DB, concern/icdar2015_eval/detection/deteval.py, with its quirks; the measure is Wolf & Jolion,
// "Object count/area graphs for the evaluation of object detection and segmentation algorithms" (2006).

import { areaPx2 } from "../geometry/index.ts";
import { sharedAreas } from "./icdar-iou.ts";
import { roundHalfEven, scoreOf, shareOf } from "./score.ts";
import type { Detection, PageDetEval, Score, TruthBox } from "./types.ts";
import { keepValid } from "./valid.ts";

const RECALL_FROM = 0.8;
const PRECISION_FROM = 0.4;
const CENTRE_DISTANCE_BELOW = 1;
/** Credit for each side of a split word; everything else earns 1. */
const SPLIT_CREDIT = 0.8;

type Pair = PageDetEval["pairs"][number];

/** What the three rounds of matching share. */
interface Board {
  readonly truth: readonly ArrayLike<number>[];
  readonly detections: readonly ArrayLike<number>[];
  readonly recall: readonly Float64Array[];
  readonly precision: readonly Float64Array[];
  readonly caresTruth: readonly boolean[];
  readonly caresDetection: readonly boolean[];
  readonly usedTruth: boolean[];
  readonly usedDetection: boolean[];
  readonly pairs: Pair[];
}

/** Scores one page. Never throws. */
export function scoreDetEval(
  truth: readonly Pick<TruthBox, "polygon" | "ignore">[],
  detections: readonly Pick<Detection, "polygon">[],
): PageDetEval {
  const validTruth = keepValid("truth", truth);
  const validDetections = keepValid("detection", detections);
  const truthAreas = validTruth.kept.map(({ box }) => areaPx2(box.polygon));
  const detectionAreas = validDetections.kept.map(({ box }) => areaPx2(box.polygon));
  const shared = sharedAreas(validTruth.kept, validDetections.kept, truthAreas, detectionAreas);
  const precision = shared.map((row) => row.map((area, d) => shareOf(area, detectionAreas[d] as number)));
  const ignoredTruth = validTruth.kept.flatMap(({ box }, t) => (box.ignore ? [t] : []));
  const ignoredDetections = detectionAreas.flatMap((_, d) =>
    ignoredTruth.some((t) => (precision[t]?.[d] ?? 0) > PRECISION_FROM) ? [d] : [],
  );
  const board: Board = {
    truth: validTruth.kept.map(({ box }) => box.polygon),
    detections: validDetections.kept.map(({ box }) => box.polygon),
    recall: shared.map((row, t) => row.map((area) => shareOf(area, truthAreas[t] as number))),
    precision,
    caresTruth: validTruth.kept.map(({ box }) => !box.ignore),
    caresDetection: detectionAreas.map((_, d) => !ignoredDetections.includes(d)),
    usedTruth: truthAreas.map(() => false),
    usedDetection: detectionAreas.map(() => false),
    pairs: [],
  };
  matchOneToOne(board);
  matchOneToMany(board);
  matchManyToOne(board);

  let recallCredit = 0;
  let precisionCredit = 0;
  for (const { truth: t, detections: d, relation } of board.pairs) {
    recallCredit += relation === "one-to-many" ? SPLIT_CREDIT : t.length;
    precisionCredit += relation === "one-to-many" ? SPLIT_CREDIT * d.length : 1;
  }
  const caredTruth = truthAreas.length - ignoredTruth.length;
  const caredDetections = detectionAreas.length - ignoredDetections.length;
  return {
    score: pageScore({
      truth: truthAreas.length,
      detections: detectionAreas.length,
      caredTruth,
      caredDetections,
      recallCredit,
      precisionCredit,
    }),
    caredTruth,
    caredDetections,
    recallCredit,
    precisionCredit,
    pairs: board.pairs,
    ignoredTruth,
    ignoredDetections,
    validTruth: truthAreas.length,
    validDetections: detectionAreas.length,
    areaRecall: board.recall,
    areaPrecision: precision,
    leftOut: [...validTruth.leftOut, ...validDetections.leftOut],
  };
}

/** Pools a set: sums of credits over sums of cared counts. */
export function poolDetEval(
  pages: readonly Pick<PageDetEval, "recallCredit" | "precisionCredit" | "caredTruth" | "caredDetections">[],
): Score {
  let recallCredit = 0;
  let precisionCredit = 0;
  let caredTruth = 0;
  let caredDetections = 0;
  for (const page of pages) {
    recallCredit += page.recallCredit;
    precisionCredit += page.precisionCredit;
    caredTruth += page.caredTruth;
    caredDetections += page.caredDetections;
  }
  return scoreOf(shareOf(recallCredit, caredTruth), shareOf(precisionCredit, caredDetections));
}

/** The reference leaves hmean at 0 on a page without detections, whatever recall and precision say. */
function pageScore(page: {
  readonly truth: number;
  readonly detections: number;
  readonly caredTruth: number;
  readonly caredDetections: number;
  readonly recallCredit: number;
  readonly precisionCredit: number;
}): Score {
  if (page.detections === 0) {
    const isBlank = page.truth === 0;
    return { hmean: 0, precision: isBlank ? 1 : 0, recall: isBlank ? 1 : 0 };
  }
  if (page.caredTruth === 0) return scoreOf(1, 0);
  return scoreOf(page.recallCredit / page.caredTruth, shareOf(page.precisionCredit, page.caredDetections));
}

function matchOneToOne(board: Board): void {
  const isCandidate = (t: number, d: number): boolean =>
    at(board.recall, t, d) >= RECALL_FROM && at(board.precision, t, d) >= PRECISION_FROM;
  for (let t = 0; t < board.truth.length; t++) {
    for (let d = 0; d < board.detections.length; d++) {
      if (board.usedTruth[t] || board.usedDetection[d]) continue;
      if (!board.caresTruth[t] || !board.caresDetection[d] || !isCandidate(t, d)) continue;
      // Counted over all boxes, don't-care ones included.
      if (count(board.detections.length, (other) => isCandidate(t, other)) !== 1) continue;
      if (count(board.truth.length, (other) => isCandidate(other, d)) !== 1) continue;
      if (overlapsOfTruth(board, t) !== 1 || overlapsOfDetection(board, d) !== 1) continue;
      const isNear = centreDistance(board.truth[t] ?? [], board.detections[d] ?? []) < CENTRE_DISTANCE_BELOW;
      if (isNear) take(board, [t], [d], "one-to-one");
    }
  }
}

function matchOneToMany(board: Board): void {
  for (let t = 0; t < board.truth.length; t++) {
    if (!board.caresTruth[t] || board.usedTruth[t]) continue;
    const pieces: number[] = [];
    let covered = 0;
    for (let d = 0; d < board.detections.length; d++) {
      if (board.usedDetection[d] || !board.caresDetection[d]) continue;
      if (at(board.precision, t, d) < PRECISION_FROM) continue;
      covered += at(board.recall, t, d);
      pieces.push(d);
    }
    if (round4(covered) < RECALL_FROM || overlapsOfTruth(board, t) < 2) continue;
    take(board, [t], pieces, pieces.length === 1 ? "one-to-one" : "one-to-many");
  }
}

function matchManyToOne(board: Board): void {
  for (let d = 0; d < board.detections.length; d++) {
    if (!board.caresDetection[d] || board.usedDetection[d]) continue;
    const words: number[] = [];
    let covered = 0;
    for (let t = 0; t < board.truth.length; t++) {
      if (board.usedTruth[t] || !board.caresTruth[t]) continue;
      if (at(board.recall, t, d) < RECALL_FROM) continue;
      covered += at(board.precision, t, d);
      words.push(t);
    }
    if (round4(covered) < PRECISION_FROM || overlapsOfDetection(board, d) < 2) continue;
    take(board, words, [d], words.length === 1 ? "one-to-one" : "many-to-one");
  }
}

function take(
  board: Board,
  truth: readonly number[],
  detections: readonly number[],
  relation: Pair["relation"],
) {
  for (const t of truth) board.usedTruth[t] = true;
  for (const d of detections) board.usedDetection[d] = true;
  board.pairs.push({ truth, detections, relation });
}

function overlapsOfTruth(board: Board, t: number): number {
  return count(
    board.detections.length,
    (d) => board.caresDetection[d] === true && at(board.recall, t, d) > 0,
  );
}

function overlapsOfDetection(board: Board, d: number): number {
  return count(board.truth.length, (t) => board.caresTruth[t] === true && at(board.recall, t, d) > 0);
}

/** Distance of the mean corners, in units of the mean diagonal of the two upright bounding boxes. */
function centreDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const first = extentOf(a);
  const second = extentOf(b);
  const distance = lengthOf(first.centreX - second.centreX, first.centreY - second.centreY);
  return (distance / (first.diagonal + second.diagonal)) * 2;
}

function extentOf(polygon: ArrayLike<number>): { centreX: number; centreY: number; diagonal: number } {
  let sumX = 0;
  let sumY = 0;
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    const x = polygon[i] as number;
    const y = polygon[i + 1] as number;
    sumX += x;
    sumY += y;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const points = polygon.length / 2;
  return { centreX: sumX / points, centreY: sumY / points, diagonal: lengthOf(right - left, bottom - top) };
}

/** Not Math.hypot: the reference squares, adds and takes the root. */
function lengthOf(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

function round4(value: number): number {
  return roundHalfEven(value * 10000) / 10000;
}

function at(matrix: readonly Float64Array[], row: number, column: number): number {
  return matrix[row]?.[column] ?? 0;
}

function count(length: number, holds: (i: number) => boolean): number {
  let total = 0;
  for (let i = 0; i < length; i++) if (holds(i)) total++;
  return total;
}
