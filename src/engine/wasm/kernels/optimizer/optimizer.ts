// Encodes the passes over all parameters for optimizer.as, and the values that change from step to step.

import { averageShare } from "../../../average.ts";
import type { EngineSettings, OptimizerSettings } from "../../../engine.ts";
import type { Arena } from "../../arena.ts";
import { real, type Record } from "../../program.ts";

/** Values of one tile. */
const BLOCK = 16_384;
const STEP_WORDS = 6;

export interface OptimizerSpace {
  readonly weights: number;
  readonly gradients: number;
  readonly moments: readonly number[];
  readonly partials: number;
  readonly step: number;
  /** A 64-bit number. */
  readonly norm: number;
}

export interface OptimizerRecords {
  readonly clear: Record;
  readonly move: readonly Record[];
}

export function momentCount(settings: OptimizerSettings): number {
  return settings.kind === "adamw" ? 2 : 1;
}

/** `count` is a multiple of 4. */
export function optimizerSpace(
  count: number,
  stores: { readonly weights: number; readonly gradients: number },
  settings: OptimizerSettings,
  arena: Arena,
): OptimizerSpace {
  const moments = Array.from({ length: momentCount(settings) }, () => arena.reserve(count * 4));
  const partials = arena.reserve(Math.ceil(count / BLOCK) * 8);
  return { ...stores, moments, partials, step: arena.reserve(STEP_WORDS * 4), norm: arena.reserve(8) };
}

export function optimizer(
  count: number,
  { optimizer: how, clipNorm }: Pick<EngineSettings, "optimizer" | "clipNorm">,
  space: OptimizerSpace,
): OptimizerRecords {
  const isAdam = how.kind === "adamw";
  const [first = 0, second = 0] = space.moments;
  const [beta1, beta2] = isAdam ? [how.beta1, how.beta2] : [how.momentum, 0];
  const isDecoupled = isAdam && how.decay !== "gradient";
  const words = [
    ...[count, BLOCK, space.weights, space.gradients, first, second, space.partials, space.step, space.norm],
    ...[isAdam ? 0 : 1, real(clipNorm === "off" ? 0 : clipNorm)],
    ...[beta1, beta2, 1 - beta1, 1 - beta2, isAdam ? how.epsilon : 0].map(real),
    ...[real(isDecoupled ? 0 : how.weightDecay), Number(!isAdam && how.nesterov === true)],
  ];
  const tiles = Math.ceil(count / BLOCK);
  const record = (kind: Record["kind"]): Record => ({ kind, tiles, words });
  return { clear: record("clear"), move: [record("squareSum"), record("move")] };
}

/** Moves the average of `count` values, a multiple of 4, towards them. */
export function average(count: number, values: number, averages: number, { step }: OptimizerSpace): Record {
  const words = [count, BLOCK, values, averages, step + 5 * 4];
  return { kind: "average", tiles: Math.ceil(count / BLOCK), words };
}

/**
 * What `move` and `average` read: learning rate, rates with bias correction, 1 / batches, what decay leaves of a weight, share of
 * the new values in the average.
 */
export function stepValues(
  { optimizer: how, averageDecay }: Pick<EngineSettings, "optimizer" | "averageDecay">,
  learningRate: number,
  move: number,
  batches: number,
): Float32Array {
  const share = averageShare({ averageDecay }, move);
  if (how.kind === "sgd") return Float32Array.of(learningRate, 0, 0, 1 / batches, 1, share);
  const kept = how.decay === "gradient" ? 1 : 1 - learningRate * how.weightDecay;
  const firstRate = learningRate / (1 - how.beta1 ** move);
  const secondRate = 1 / Math.sqrt(1 - how.beta2 ** move);
  return Float32Array.of(learningRate, firstRate, secondRate, 1 / batches, kept, share);
}
