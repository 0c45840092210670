// Checks of the area metrics: `eval-iou` and `eval-deteval`, every page and every set.

import {
  type LeftOut,
  type PageDetEval,
  type PageIou,
  poolDetEval,
  poolIcdarIou,
  type Score,
  scoreDetEval,
  scoreIcdarIou,
} from "../../src/metrics/index.ts";
import { Deviations } from "./deviation.ts";
import { detEvalFile, detectionsOf, iouFile, isRaised, truthOf } from "./evaluation-file.ts";
import type { CaseResult, Check } from "./types.ts";

const RELATIONS = { OO: "one-to-one", OM: "one-to-many", MO: "many-to-one" } as const;
const MATRIX_TOLERANCE = 1e-6;

export const checkIcdarIou: Check = async (document) => {
  const file = iouFile.parse(document);
  const { ratios_abs: tolerance, matrices_abs: matrixTolerance = MATRIX_TOLERANCE } = file.header.tolerance;
  const pages = new Map<string, PageIou>();
  const results: CaseResult[] = file.cases.map((item) => {
    const page = scoreIcdarIou(truthOf(item), detectionsOf(item));
    pages.set(item.id, page);
    const found = new Deviations(item.id);
    if (isRaised(item.expected)) return leftOutInstead(found, page.leftOut);
    const { expected } = item;
    closeScore(found, page.score, expected, tolerance);
    sameAreaCounts(found, page, expected);
    found.same("detMatched", page.matched, expected.detMatched);
    found.same(
      "pairs",
      page.pairs.map(({ truth, detection }) => ({ gt: truth, det: detection })),
      expected.pairs,
    );
    closeMatrix(found, "iouMat", page.iou, expected.iouMat, matrixTolerance);
    return found.result();
  });
  for (const set of file.sets) {
    const found = new Deviations(`set ${set.id}`);
    closeScore(found, poolIcdarIou(pagesOf(set.cases, pages)), set.expected, tolerance);
    results.push(found.result());
  }
  return results;
};

export const checkDetEval: Check = async (document) => {
  const file = detEvalFile.parse(document);
  const { ratios_abs: tolerance, matrices_abs: matrixTolerance = MATRIX_TOLERANCE } = file.header.tolerance;
  const pages = new Map<string, PageDetEval>();
  const results: CaseResult[] = file.cases.map((item) => {
    const page = scoreDetEval(truthOf(item), detectionsOf(item));
    pages.set(item.id, page);
    const found = new Deviations(item.id);
    if (isRaised(item.expected)) return leftOutInstead(found, page.leftOut);
    const { expected } = item;
    closeScore(found, page.score, expected, tolerance);
    sameAreaCounts(found, page, expected);
    found.close("recallAccum", page.recallCredit, expected.recallAccum, tolerance);
    found.close("precisionAccum", page.precisionCredit, expected.precisionAccum, tolerance);
    found.same(
      "pairs",
      page.pairs,
      expected.pairs.map(({ gt, det, type }) => ({ truth: gt, detections: det, relation: RELATIONS[type] })),
    );
    closeMatrix(found, "recallMat", page.areaRecall, expected.recallMat, matrixTolerance);
    closeMatrix(found, "precisionMat", page.areaPrecision, expected.precisionMat, matrixTolerance);
    return found.result();
  });
  for (const set of file.sets) {
    const found = new Deviations(`set ${set.id}`);
    closeScore(found, poolDetEval(pagesOf(set.cases, pages)), set.expected, tolerance);
    results.push(found.result());
  }
  return results;
};

/** The pages of a set, in its order. Throws when the file names a case that it does not hold. */
export function pagesOf<T>(ids: readonly string[], pages: ReadonlyMap<string, T>): T[] {
  return ids.map((id) => {
    const page = pages.get(id);
    if (page === undefined) throw new Error(`a set names case "${id}", which is not in the file`);
    return page;
  });
}

export function closeScore(
  found: Deviations,
  got: Score,
  expected: Score,
  tolerance: number,
  prefix = "",
): void {
  found.close(`${prefix}recall`, got.recall, expected.recall, tolerance);
  found.close(`${prefix}precision`, got.precision, expected.precision, tolerance);
  found.close(`${prefix}hmean`, got.hmean, expected.hmean, tolerance);
}

export function leftOutInstead(found: Deviations, leftOut: readonly LeftOut[]): CaseResult {
  found.same("a polygon is left out and named", leftOut.length > 0, true);
  return found.result();
}

function sameAreaCounts(
  found: Deviations,
  page: Pick<
    PageIou,
    "caredTruth" | "caredDetections" | "ignoredTruth" | "ignoredDetections" | "validTruth" | "validDetections"
  >,
  expected: {
    readonly gtCare: number;
    readonly detCare: number;
    readonly gtDontCare: readonly number[];
    readonly detDontCare: readonly number[];
    readonly validGt: number;
    readonly validPred: number;
  },
): void {
  found.same("gtCare", page.caredTruth, expected.gtCare);
  found.same("detCare", page.caredDetections, expected.detCare);
  found.same("gtDontCare", page.ignoredTruth, expected.gtDontCare);
  found.same("detDontCare", page.ignoredDetections, expected.detDontCare);
  found.same("validGt", page.validTruth, expected.validGt);
  found.same("validPred", page.validDetections, expected.validPred);
}

/** Files leave a matrix out when it is large or the reference never filled it. */
function closeMatrix(
  found: Deviations,
  name: string,
  got: readonly Float64Array[],
  expected: readonly (readonly number[])[] | undefined,
  tolerance: number,
): void {
  if (expected === undefined) return;
  found.same(
    `shape of ${name}`,
    got.map((row) => row.length),
    expected.map((row) => row.length),
  );
  expected.forEach((row, r) => {
    row.forEach((value, c) => {
      found.close(`${name}[${r}][${c}]`, got[r]?.[c] ?? Number.NaN, value, tolerance);
    });
  });
}
