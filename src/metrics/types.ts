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
