// CLEval of one page in its two variants, and of sets. Says which polygons it left out instead of throwing.
// upstream quad: clovaai/CLEval, four points, transcriptions · polygon: the original OCR project, any polygon, no transcriptions.

import { areaPx2, regionOf } from "../../geometry/index.ts";
import type { Detection, Kept, LeftOut, PageCleval, Score, TruthBox } from "../types.ts";
import { badCoordinate } from "../valid.ts";
import { clevalScore, countCharacters, sumCounts } from "./counts.ts";
import { type Matching, matchCleval } from "./match.ts";
import { minAreaAspect } from "./min-area-aspect.ts";
import { polyCentres, polyFalseCost, polyPseudoLength } from "./poly.ts";
import { quadAspect, quadCentres, quadFalseCost, quadPseudoLength } from "./quad.ts";
import type { PreparedBox, PreparedWord } from "./types.ts";

/** The original project scores this many detections of a page; the rest is left out. */
const MOST_DETECTIONS = 500;

/** What scoring a page yields, with the matching for the overlays. */
export interface ScoredPage {
  readonly page: PageCleval;
  readonly matching: Matching;
}

/**
 * CLEval of the original project: polygons of four points or more, lengths from their shape, transcriptions not read.
 * `ignore` follows CLEval's own don't-care rule; the original project never set it.
 */
export function scoreClevalPoly(
  truth: readonly Pick<TruthBox, "polygon" | "ignore">[],
  detections: readonly Pick<Detection, "polygon">[],
): ScoredPage {
  const rule = (polygon: ArrayLike<number>): string | null =>
    polygon.length < 8
      ? `${polygon.length / 2} point(s); this variant skips polygons with fewer than 4`
      : null;
  const words = keep("truth", truth, rule);
  const boxes = keep("detection", detections, rule, MOST_DETECTIONS);
  return scorePrepared(
    words,
    boxes,
    words.kept.map(({ box }) => ({
      ignore: box.ignore,
      region: regionOf(truncated(box.polygon)),
      centres: polyCentres(box.polygon, polyPseudoLength(minAreaAspect(box.polygon))),
    })),
    boxes.kept.map(({ box }) => prepareBox(box.polygon, polyFalseCost(minAreaAspect(box.polygon)))),
  );
}

/**
 * CLEval upstream: boxes of exactly four points; a word is as long as its text. Without a text, or when ignored, its length
 * follows from its shape.
 */
export function scoreClevalQuad(
  truth: readonly Pick<TruthBox, "polygon" | "ignore" | "text">[],
  detections: readonly Pick<Detection, "polygon">[],
): ScoredPage {
  const rule = (polygon: ArrayLike<number>): string | null =>
    polygon.length === 8 ? null : `${polygon.length / 2} point(s); this variant takes boxes of exactly 4`;
  const words = keep("truth", truth, rule);
  const boxes = keep("detection", detections, rule);
  return scorePrepared(
    words,
    boxes,
    words.kept.map(({ box }) => {
      const aspect = quadAspect(box.polygon);
      const length = box.ignore || box.text === null ? quadPseudoLength(aspect) : [...box.text].length;
      return {
        ignore: box.ignore,
        region: regionOf(truncated(box.polygon)),
        centres: quadCentres(box.polygon, aspect, length),
      };
    }),
    boxes.kept.map(({ box }) => prepareBox(box.polygon, quadFalseCost(quadAspect(box.polygon)))),
  );
}

/** Pools character counts over pages. */
export function poolCleval(pages: readonly Pick<PageCleval, "counts">[]): Score {
  return clevalScore(sumCounts(pages.map(({ counts }) => counts)));
}

interface Selection<T> {
  readonly kept: readonly Kept<T>[];
  readonly leftOut: readonly LeftOut[];
}

function scorePrepared(
  words: Selection<Pick<TruthBox, "ignore">>,
  boxes: Selection<unknown>,
  preparedWords: readonly PreparedWord[],
  preparedBoxes: readonly PreparedBox[],
): ScoredPage {
  const matching = matchCleval(preparedWords, preparedBoxes);
  const counts = countCharacters(preparedWords, preparedBoxes, matching);
  return {
    matching,
    page: {
      score: clevalScore(counts),
      counts,
      matches: matching.matches,
      truthLengths: preparedWords.map(({ centres }) => centres.length / 2),
      falseCosts: preparedBoxes.map(({ falseCost }) => falseCost),
      keptTruth: words.kept.map(({ index }) => index),
      keptDetections: boxes.kept.map(({ index }) => index),
      ignoredTruth: preparedWords.flatMap(({ ignore }, i) => (ignore ? [i] : [])),
      ignoredDetections: matching.ignoredDetections,
      leftOut: [...words.leftOut, ...boxes.leftOut],
    },
  };
}

function keep<T extends { readonly polygon: ArrayLike<number> }>(
  side: LeftOut["side"],
  boxes: readonly T[],
  rule: (polygon: ArrayLike<number>) => string | null,
  most = Infinity,
): Selection<T> {
  const kept: Kept<T>[] = [];
  const leftOut: LeftOut[] = [];
  boxes.forEach((box, index) => {
    const reason =
      index >= most
        ? `only the first ${most} detections of a page count`
        : (rule(box.polygon) ?? badCoordinate(box.polygon));
    if (reason === null) kept.push({ index, box });
    else leftOut.push({ side, index, reason });
  });
  return { kept, leftOut };
}

function prepareBox(polygon: ArrayLike<number>, falseCost: number): PreparedBox {
  const whole = truncated(polygon);
  return { polygon: whole, region: regionOf(whole), areaPx2: areaPx2(whole), falseCost };
}

function truncated(polygon: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const whole = new Float64Array(polygon.length);
  for (let i = 0; i < polygon.length; i++) whole[i] = Math.trunc(polygon[i] as number);
  return whole;
}
