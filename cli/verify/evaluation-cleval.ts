// Check of CLEval, both variants. In the polygon variant a false detection's cost may follow another of the hull edges that tie,
// where the file lists what those give (`hullTieAlternatives`); the expected counters then move by exactly that difference.

import {
  clevalScore,
  meanScore,
  type PageCleval,
  type Score,
  scoreClevalPoly,
  scoreClevalQuad,
  sumCounts,
} from "../../src/metrics/index.ts";
import { Deviations } from "./deviation.ts";
import { closeScore, leftOutInstead, pagesOf } from "./evaluation.ts";
import { type ClevalExpected, clevalFile, detectionsOf, isRaised, truthOf } from "./evaluation-file.ts";
import type { CaseResult, Check } from "./types.ts";

const SENSITIVE = "hull_order_sensitive";

/** A page of ours, and what the file expects once the alternatives that ours took are allowed for. */
interface Compared {
  readonly page: PageCleval;
  /** Characters by which the alternatives move the false positives, and so the detected characters. */
  readonly shift: number;
  /** Page score: allowed minus printed in the file. */
  readonly moved: Score;
}

export const checkCleval: Check = async (document) => {
  const file = clevalFile.parse(document);
  const tolerance = file.header.tolerance.ratios_abs;
  const { variant } = file.header;
  if (variant !== "seed-poly" && variant !== "upstream-quad")
    throw new Error(`header.variant is "${variant}"; known are seed-poly and upstream-quad`);
  const compared = new Map<string, Compared>();
  const results: CaseResult[] = file.cases.map((item) => {
    const score = variant === "seed-poly" ? scoreClevalPoly : scoreClevalQuad;
    const { page } = score(truthOf(item, item.dontCarePassed ?? true), detectionsOf(item));
    const found = new Deviations(item.id);
    if (isRaised(item.expected)) {
      compared.set(item.id, { page, shift: 0, moved: { hmean: 0, precision: 0, recall: 0 } });
      return leftOutInstead(found, page.leftOut);
    }
    const shift = costShift(found, page, item.expected, item.tags.includes(SENSITIVE));
    const moved = comparePage(found, page, item.expected, shift, tolerance);
    compared.set(item.id, { page, shift, moved });
    return found.result();
  });
  for (const set of file.sets) {
    const found = new Deviations(`set ${set.id}`);
    const pages = pagesOf(set.cases, compared);
    const shift = pages.reduce((sum, page) => sum + page.shift, 0);
    const counts = sumCounts(pages.map(({ page }) => page.counts));
    const expected = "pooled" in set.expected ? set.expected.pooled : set.expected;
    compareCounters(found, { counts, score: clevalScore(counts) }, expected, shift, tolerance);
    if ("per_image_mean" in set.expected) {
      const moved = meanScore(pages.map((page) => page.moved));
      const mean = addScores(set.expected.per_image_mean, moved);
      closeScore(found, meanScore(pages.map(({ page }) => page.score)), mean, tolerance, "mean ");
    }
    results.push(found.result());
  }
  return results;
};

/** Compares the cost of every detection; returns by how much allowed alternatives move the page's false characters. */
function costShift(
  found: Deviations,
  page: PageCleval,
  expected: ClevalExpected,
  isSensitive: boolean,
): number {
  const costs = expected.detFpCharsIfUnmatched;
  if (costs === undefined) return 0;
  found.same("number of detection costs", page.falseCosts.length, costs.length);
  const matched = new Set(page.matches.flatMap(({ detections }) => detections));
  const ignored = new Set(page.ignoredDetections);
  let shift = 0;
  page.falseCosts.forEach((cost, d) => {
    const printed = costs[d] ?? Number.NaN;
    if (cost === printed) return;
    const isAllowed = expected.hullTieAlternatives?.[d]?.includes(cost) === true;
    if (!isAllowed) found.same(`detFpCharsIfUnmatched[${d}]`, cost, printed);
    else if (isSensitive && !matched.has(d) && !ignored.has(d)) shift += cost - printed;
  });
  return shift;
}

function comparePage(
  found: Deviations,
  page: PageCleval,
  expected: ClevalExpected,
  shift: number,
  tolerance: number,
): Score {
  const moved = compareCounters(found, page, expected, shift, tolerance);
  found.same("num_splitted", page.counts.splitWords, expected.num_splitted);
  found.same("num_merged", page.counts.mergingDetections, expected.num_merged);
  found.same("num_char_overlapped", page.counts.overlappedCharacters, expected.num_char_overlapped);
  found.same("gtLetterCounts", page.truthLengths, expected.gtLetterCounts);
  if (expected.gtKept !== undefined) found.same("gtKept", page.keptTruth, expected.gtKept);
  if (expected.detKept !== undefined) found.same("detKept", page.keptDetections, expected.detKept);
  if (expected.float32 !== undefined)
    closeScore(found, page.score, addScores(expected.float32, moved), tolerance, "float32 ");
  found.same(
    "matches",
    sorted(page.matches.map(({ truth, detections, relation }) => [relation, truth, detections])),
    sorted(expected.matches.map(({ gt, det, type }) => [type, gt, det])),
  );
  return moved;
}

/** Returns by how much the score that is allowed differs from the printed one; zeros without a shift. */
function compareCounters(
  found: Deviations,
  got: Pick<PageCleval, "counts" | "score">,
  printed: Pick<
    ClevalExpected,
    | "recall"
    | "precision"
    | "hmean"
    | "num_char_gt"
    | "num_char_det"
    | "gran_score_recall"
    | "num_char_tp_recall"
    | "gran_score_precision"
    | "num_char_tp_precision"
    | "num_char_fp"
  >,
  shift: number,
  tolerance: number,
): Score {
  const { counts } = got;
  found.same("num_char_gt", counts.truthCharacters, printed.num_char_gt);
  found.same("num_char_det", counts.detectionCharacters, printed.num_char_det + shift);
  found.same("gran_score_recall", counts.splitPenalty, printed.gran_score_recall);
  found.same("num_char_tp_recall", counts.foundCharacters, printed.num_char_tp_recall);
  found.same("gran_score_precision", counts.mergePenalty, printed.gran_score_precision);
  found.same("num_char_tp_precision", counts.foundCharacters, printed.num_char_tp_precision);
  found.same("num_char_fp", counts.falseCharacters, printed.num_char_fp + shift);
  const moved =
    shift === 0 ? { hmean: 0, precision: 0, recall: 0 } : movedBy(printed, printed.num_char_det + shift);
  closeScore(found, got.score, addScores(printed, moved), tolerance);
  return moved;
}

/** The printed score with another number of detected characters, less the printed score. From the file's values alone. */
function movedBy(
  printed: Score & { readonly num_char_tp_precision: number; readonly gran_score_precision: number },
  detected: number,
): Score {
  const kept = Math.max(0, printed.num_char_tp_precision - printed.gran_score_precision);
  const precision = detected === 0 ? 0 : kept / detected;
  const sum = precision + printed.recall;
  const hmean = sum === 0 ? 0 : (2 * precision * printed.recall) / sum;
  return { hmean: hmean - printed.hmean, precision: precision - printed.precision, recall: 0 };
}

function addScores(a: Score, b: Score): Score {
  return { hmean: a.hmean + b.hmean, precision: a.precision + b.precision, recall: a.recall + b.recall };
}

function sorted(matches: readonly unknown[]): string[] {
  return matches.map((match) => JSON.stringify(match)).sort();
}
