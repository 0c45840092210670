// Shape of the reference files for evaluation (eval-*), and their boxes as the metrics take them.

import { z } from "zod";
import { polygonIn } from "../../src/core/index.ts";
import type { Detection, TruthBox } from "../../src/metrics/index.ts";

const points = z.array(z.tuple([z.number(), z.number()]));
const scores = { recall: z.number(), precision: z.number(), hmean: z.number() };

const boxes = {
  gt: z.array(z.object({ points, ignore: z.boolean(), text: z.string().nullish() })),
  pred: z.array(z.object({ points })),
};

const raised = z.object({ error: z.string() });

function fileOf<Expected extends z.ZodType, SetExpected extends z.ZodType, Extra extends z.ZodRawShape>(
  expected: Expected,
  setExpected: SetExpected,
  extra: Extra,
) {
  return z.object({
    header: z.object({
      variant: z.string().optional(),
      tolerance: z.object({ ratios_abs: z.number(), matrices_abs: z.number().optional() }),
    }),
    cases: z.array(
      z.object({
        id: z.string(),
        tags: z.array(z.string()),
        ...boxes,
        expected: z.union([raised, expected]),
        ...extra,
      }),
    ),
    sets: z.array(z.object({ id: z.string(), cases: z.array(z.string()), expected: setExpected })),
  });
}

const matrix = z.array(z.array(z.number())).optional();
const areaExpected = {
  ...scores,
  gtCare: z.number(),
  detCare: z.number(),
  gtDontCare: z.array(z.number()),
  detDontCare: z.array(z.number()),
  validGt: z.number(),
  validPred: z.number(),
};

export const iouFile = fileOf(
  z.object({
    ...areaExpected,
    detMatched: z.number(),
    pairs: z.array(z.object({ gt: z.number(), det: z.number() })),
    iouMat: matrix,
  }),
  z.object(scores),
  {},
);

const indexOrList = z.union([z.number(), z.array(z.number())]).transform((value) => [value].flat());

export const detEvalFile = fileOf(
  z.object({
    ...areaExpected,
    recallAccum: z.number(),
    precisionAccum: z.number(),
    pairs: z.array(z.object({ gt: indexOrList, det: indexOrList, type: z.enum(["OO", "OM", "MO"]) })),
    recallMat: matrix,
    precisionMat: matrix,
  }),
  z.object(scores),
  {},
);

const clevalCounters = {
  num_char_gt: z.number(),
  num_char_det: z.number(),
  gran_score_recall: z.number(),
  num_char_tp_recall: z.number(),
  gran_score_precision: z.number(),
  num_char_tp_precision: z.number(),
  num_char_fp: z.number(),
};
const clevalEvents = {
  num_splitted: z.number(),
  num_merged: z.number(),
  num_char_overlapped: z.number(),
};
const pooled = z.object({ ...scores, ...clevalCounters, num_splitted: z.number().optional() });

export const clevalFile = fileOf(
  z.object({
    ...scores,
    ...clevalCounters,
    ...clevalEvents,
    float32: z.object(scores).optional(),
    gtLetterCounts: z.array(z.number()),
    detFpCharsIfUnmatched: z.array(z.number()).optional(),
    hullTieAlternatives: z.record(z.string(), z.array(z.number())).optional(),
    gtKept: z.array(z.number()).optional(),
    detKept: z.array(z.number()).optional(),
    matches: z.array(z.object({ gt: z.array(z.number()), det: z.array(z.number()), type: z.string() })),
  }),
  z.union([z.object({ pooled, per_image_mean: z.object(scores) }), pooled.extend(clevalEvents)]),
  { dontCarePassed: z.boolean().optional() },
);

export type ClevalFile = z.infer<typeof clevalFile>;
export type ClevalExpected = Exclude<ClevalFile["cases"][number]["expected"], { error: string }>;

interface FileBoxes {
  readonly gt: readonly {
    readonly points: readonly (readonly number[])[];
    readonly ignore: boolean;
    readonly text?: string | null | undefined;
  }[];
  readonly pred: readonly { readonly points: readonly (readonly number[])[] }[];
}

export function truthOf(boxesOfFile: FileBoxes, isIgnorePassed = true): TruthBox[] {
  return boxesOfFile.gt.map((box) => ({
    polygon: polygonIn("upright", box.points.flat()),
    ignore: isIgnorePassed && box.ignore,
    text: box.text ?? null,
  }));
}

export function detectionsOf(boxesOfFile: FileBoxes): Detection[] {
  return boxesOfFile.pred.map((box) => ({ polygon: polygonIn("upright", box.points.flat()), score: 1 }));
}

/** Whether the reference threw on this case; then ours must leave a polygon out and name it. */
export function isRaised<T>(expected: T | { error: string }): expected is { error: string } {
  return typeof expected === "object" && expected !== null && "error" in expected;
}
