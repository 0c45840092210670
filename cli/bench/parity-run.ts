// Trains each case on two engines from equal weights on equal batches and compares their losses, step by step.

import type { EngineFactory, EngineId, LossParts } from "../../src/engine/index.ts";
import { chooseEngine, engineFactories } from "../../src/engine/index.ts";
import { batchOf } from "./nets.ts";
import { type ParityCase, parityCases } from "./parity-cases.ts";

/** Largest relative difference of any part of the loss over the first 5 steps, and over all. */
export const PARITY_BOUNDS = { first5: 1e-4, all: 1e-3 } as const;
/** The same where one engine stores activations in 16 bits, which round to 5e-4 of each value. */
export const HALF_BOUNDS = { first5: 1e-3, all: 1e-2 } as const;

export interface ParityResult {
  readonly name: string;
  readonly steps: number;
  readonly first5: number;
  readonly all: number;
  /** Of the total alone, over all steps. */
  readonly total: number;
  readonly seconds: number;
}

export interface ParityOrder {
  readonly engines: readonly [EngineId, EngineId];
  /** Cases whose name contains this. */
  readonly filter: string;
  /** The first engine stores activations in 16 bits. */
  readonly isHalf?: boolean;
}

export function isWithinBounds({ first5, all }: ParityResult, isHalf = false): boolean {
  const bounds = isHalf ? HALF_BOUNDS : PARITY_BOUNDS;
  return first5 <= bounds.first5 && all <= bounds.all;
}

/** `log` hears a line for each case. */
export async function comparePairs(
  { engines, filter, isHalf = false }: ParityOrder,
  log: (line: string) => void,
  factories: readonly EngineFactory[] = engineFactories,
): Promise<readonly ParityResult[]> {
  const results: ParityResult[] = [];
  for (const one of parityCases().filter(({ name }) => name.includes(filter))) {
    const start = performance.now();
    const [ours, theirs] = [
      await lossesOf(one, engines[0], factories, isHalf ? "f16" : "f32"),
      await lossesOf(one, engines[1], factories),
    ];
    const differences = ours.map((loss, step) => differenceOf(loss, theirs[step], one));
    const totals = ours.map(({ total }, step) => Math.abs(total / (theirs[step]?.total ?? Number.NaN) - 1));
    const result = {
      name: one.name,
      steps: one.steps,
      first5: Math.max(...differences.slice(0, 5)),
      all: Math.max(...differences),
      total: Math.max(...totals),
      seconds: (performance.now() - start) / 1000,
    };
    results.push(result);
    const figures = `${result.first5.toExponential(1)} (5 steps) · ${result.all.toExponential(1)} (${one.steps}), total ${result.total.toExponential(1)}`;
    const sign = isWithinBounds(result, isHalf) ? "✓" : "✗";
    log(`${sign} ${one.name.padEnd(45)} ${figures} · ${result.seconds.toFixed(1)} s`);
  }
  return results;
}

async function lossesOf(
  { settings, steps, learningRate }: ParityCase,
  id: EngineId,
  factories: readonly EngineFactory[],
  storage: "f32" | "f16" = "f32",
): Promise<LossParts[]> {
  const factory = await chooseEngine(id, factories);
  const engine = await factory.build({ ...settings, storage }, () => undefined);
  try {
    const losses: LossParts[] = [];
    for (let step = 0; step < steps; step++)
      losses.push(await engine.step(batchOf(settings, step % 4), learningRate).loss);
    return losses;
  } finally {
    engine.dispose();
  }
}

/** Parts that do not weigh in the loss are free to wander. */
function differenceOf(a: LossParts, b: LossParts | undefined, { settings }: ParityCase): number {
  if (b === undefined) return Number.NaN;
  const { probabilityWeight, thresholdWeight, binaryWeight } = settings.loss;
  const compared = (["total", "probability", "threshold", "binary"] as const).filter(
    (part) =>
      ({ total: 1, probability: probabilityWeight, threshold: thresholdWeight, binary: binaryWeight })[part] >
      0,
  );
  return Math.max(...compared.map((part) => Math.abs(a[part] - b[part]) / Math.abs(b[part])));
}
