// Encodes the loss for loss.as: sums over tiles, choice of the hard negatives, gradient; the report in numbers.

import type { EngineSettings } from "../../../engine.ts";
import type { PlanOp } from "../../../plan/types.ts";
import type { Arena } from "../../arena.ts";
import { real, type Record } from "../../program.ts";
import { pageBytes, type Space } from "../../space.ts";

const PART_BYTES = 64;
const HISTOGRAM_BYTES = 2048 * 4;
const CHOSEN_BYTES = 64;
const REPORT_BYTES = 64;
/** Pixels of one tile. */
const BLOCK_PIXELS = 2048;

/** Memory that only the loss uses. */
export interface LossSpace {
  readonly flags: number;
  readonly thresholds: number;
  readonly codes: number;
  readonly partials: number;
  readonly histogram: number;
  readonly chosen: number;
  /** Four 64-bit numbers: total, probability, threshold, binary. */
  readonly report: number;
}

export function lossSpace(batch: number, planePx: number, arena: Arena): LossSpace {
  const pixels = batch * planePx;
  return {
    flags: arena.reserve(pixels),
    thresholds: arena.reserve(pixels),
    codes: arena.reserve(pixels * 4),
    partials: arena.reserve(batch * Math.ceil(planePx / BLOCK_PIXELS) * PART_BYTES),
    histogram: arena.reserve(HISTOGRAM_BYTES),
    chosen: arena.reserve(CHOSEN_BYTES),
    report: arena.reserve(REPORT_BYTES),
  };
}

export type LossConstants = Pick<EngineSettings, "loss" | "thresholdRange">;

export function loss(
  op: Extract<PlanOp, { kind: "loss" }>,
  { loss: settings, thresholdRange: [low, high] }: LossConstants,
  own: LossSpace,
  space: Space,
): Record[] {
  const { probability, threshold, probabilityGradient, thresholdGradient } = op;
  const plane = probability.height * probability.width;
  if (plane % 4 !== 0) throw new Error("the loss needs maps of a multiple of four pixels");
  const blocks = Math.ceil(plane / BLOCK_PIXELS);
  const parts = probability.batch * blocks;
  const { probabilityWeight, thresholdWeight, binaryWeight, negativeRatio, k, epsilon } = settings;
  const views = [probability, threshold, probabilityGradient, thresholdGradient];
  const words = [
    ...[plane, BLOCK_PIXELS, blocks, parts, ...views.flatMap((view) => [space.at(view), pageBytes(view)])],
    ...[own.flags, own.thresholds, own.codes, own.partials, own.histogram, own.chosen, own.report],
    ...[probabilityWeight, thresholdWeight, binaryWeight, negativeRatio, k, epsilon, low, high].map(real),
  ];
  return [
    { kind: "lossStatistics", tiles: parts, words },
    { kind: "lossSelect", tiles: 1, words },
    { kind: "lossGradient", tiles: parts, words },
    // Reads what is there now; the next operations write elsewhere.
    { kind: "lossReport", tiles: 1, words, isFree: true },
  ];
}
