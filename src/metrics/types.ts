// What a score is: its variant and its aggregation are part of its name.

import type { Polygon } from "../core/index.ts";

export interface Score {
  readonly hmean: number;
  readonly precision: number;
  readonly recall: number;
}

/** One truth polygon as the metrics see it. */
export interface TruthBox {
  readonly polygon: Polygon<"upright">;
  readonly ignore: boolean;
  readonly text: string | null;
}

/** One detection. */
export interface Detection {
  readonly polygon: Polygon<"upright">;
  /** 0..1, mean probability inside. */
  readonly score: number;
}

/** What became of a truth word or of a detection, for the overlays and the sentences. */
export type TruthOutcome = "matched" | "missed" | "merged" | "split" | "ignored";
export type DetectionOutcome = "matched" | "false" | "merged" | "split" | "ignored";

/** A polygon that a metric left out of its counts, and why. */
export interface LeftOut {
  readonly side: "truth" | "detection";
  /** Index in the list handed in. */
  readonly index: number;
  readonly reason: string;
}

/** A polygon that can be scored, with its index in the list handed in. */
export interface Kept<T> {
  readonly index: number;
  readonly box: T;
}

/** Per page: ICDAR 2015 IoU. Indices count only the polygons that survived the validity check. */
export interface PageIou {
  readonly score: Score;
  readonly caredTruth: number;
  readonly caredDetections: number;
  readonly matched: number;
  readonly pairs: readonly { readonly truth: number; readonly detection: number }[];
  readonly ignoredTruth: readonly number[];
  readonly ignoredDetections: readonly number[];
  readonly validTruth: number;
  readonly validDetections: number;
  /** IoU, one row for each valid truth polygon, one column for each valid detection. */
  readonly iou: readonly Float64Array[];
  readonly leftOut: readonly LeftOut[];
}

export type DetEvalRelation = "one-to-one" | "one-to-many" | "many-to-one";

/** Per page: DetEval. Indices count only the polygons that survived the validity check. */
export interface PageDetEval {
  readonly score: Score;
  readonly caredTruth: number;
  readonly caredDetections: number;
  readonly recallCredit: number;
  readonly precisionCredit: number;
  readonly pairs: readonly {
    readonly truth: readonly number[];
    readonly detections: readonly number[];
    readonly relation: DetEvalRelation;
  }[];
  readonly ignoredTruth: readonly number[];
  readonly ignoredDetections: readonly number[];
  readonly validTruth: number;
  readonly validDetections: number;
  /** Shared area / truth area, and shared area / detection area; rows truth, columns detections. */
  readonly areaRecall: readonly Float64Array[];
  readonly areaPrecision: readonly Float64Array[];
  readonly leftOut: readonly LeftOut[];
}

/** CLEval's counters of one page or, summed, of a set. All are numbers of (pseudo) characters except the last two. */
export interface ClevalCounts {
  readonly truthCharacters: number;
  /** Characters found inside matched detections, with repetition, plus `falseCharacters`. */
  readonly detectionCharacters: number;
  /** Different truth characters found. */
  readonly foundCharacters: number;
  /** Granularity penalties: pieces − 1 of every split word, words − 1 of every merging detection. */
  readonly splitPenalty: number;
  readonly mergePenalty: number;
  readonly falseCharacters: number;
  /** Characters found more than once. */
  readonly overlappedCharacters: number;
  readonly splitWords: number;
  readonly mergingDetections: number;
}

export type ClevalRelation = "one-to-one" | "one-to-many" | "many-to-one";

export interface ClevalMatch {
  readonly truth: readonly number[];
  readonly detections: readonly number[];
  readonly relation: ClevalRelation;
}

/** Per page: CLEval. Indices count only the polygons that were kept; `keptTruth` and `keptDetections` lead back. */
export interface PageCleval {
  readonly score: Score;
  readonly counts: ClevalCounts;
  readonly matches: readonly ClevalMatch[];
  /** Characters of each kept truth word, and what each kept detection would cost if nothing matched it. */
  readonly truthLengths: readonly number[];
  readonly falseCosts: readonly number[];
  readonly keptTruth: readonly number[];
  readonly keptDetections: readonly number[];
  readonly ignoredTruth: readonly number[];
  readonly ignoredDetections: readonly number[];
  readonly leftOut: readonly LeftOut[];
}
