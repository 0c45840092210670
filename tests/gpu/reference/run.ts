// Runs a whole plan in 64 bits: image input, operations, loss, and the optimiser's move.

import type { TrainBatch } from "../../../src/core/index.ts";
import type { EngineSettings } from "../../../src/engine/engine.ts";
import type { Plan } from "../../../src/engine/plan/types.ts";
import type { Weights } from "../../../src/graph/index.ts";
import { lossReference, type ReferenceLoss } from "./loss.ts";
import { runOperation } from "./operations.ts";
import { eachElement, type Memory, tensorAt, write } from "./tensors.ts";

export type LossAndImage = Pick<EngineSettings, "loss" | "normalisation" | "thresholdRange">;

export interface ReferenceState {
  readonly memory: Memory;
  /** Optimiser moments over the trainable store. */
  readonly moments: readonly [Float64Array, Float64Array];
  moves: number;
}

export function referenceState(plan: Plan, weights: Weights): ReferenceState {
  const { sizes, slots } = plan.parameters;
  const stores = {
    trainable: new Float64Array(sizes.trainable),
    frozen: new Float64Array(sizes.frozen),
    statistics: new Float64Array(sizes.statistics),
  };
  for (const [name, { store, offset }] of slots) stores[store].set(weights.get(name) ?? [], offset);
  const buffers = plan.buffers.map((size) => new Float64Array(size).fill(Number.NaN));
  const gradients = new Float64Array(sizes.trainable);
  const moments = [new Float64Array(sizes.trainable), new Float64Array(sizes.trainable)] as const;
  return { memory: { buffers, stores, gradients }, moments, moves: 0 };
}

/** Forward, loss and gradient; gradients are added to what `memory.gradients` holds. */
export function runPlan(
  plan: Plan,
  memory: Memory,
  batch: TrainBatch,
  settings: LossAndImage,
): ReferenceLoss | undefined {
  let loss: ReferenceLoss | undefined;
  for (const op of plan.ops) {
    if (op.kind === "importImage") {
      const output = tensorAt(memory, op.output);
      const { mean, deviation } = settings.normalisation;
      write(output, false, (n, c, y, x) => {
        const byte = batch.images[((n * output.height + y) * output.width + x) * 4 + c] ?? Number.NaN;
        return (byte / 255 - (mean[c] ?? 0)) / (deviation[c] ?? 1);
      });
    } else if (op.kind === "loss") {
      const flat = (view: typeof op.probability): Float64Array => {
        const values: number[] = [];
        const tensor = tensorAt(memory, view);
        eachElement(tensor, (...i) => values.push(tensor.get(...i)));
        return Float64Array.from(values);
      };
      const { thresholdRange } = settings;
      const targets = { flags: batch.flags, thresholds: batch.thresholds, thresholdRange };
      loss = lossReference(flat(op.probability), flat(op.threshold), targets, settings.loss);
      const spread = (view: typeof op.probability, values: Float64Array): void => {
        let next = 0;
        write(tensorAt(memory, view), false, () => values[next++] ?? Number.NaN);
      };
      spread(op.probabilityGradient, loss.probabilityGradient);
      spread(op.thresholdGradient, loss.thresholdGradient);
    } else runOperation(memory, op);
  }
  return loss;
}

/** Clips, moves the weights, clears the gradients. Returns the global norm before clipping. */
export function moveReference(
  state: ReferenceState,
  settings: Pick<EngineSettings, "optimizer" | "clipNorm" | "accumulate">,
  learningRate: number,
): number {
  const { memory, moments } = state;
  const { gradients, stores } = memory;
  const weights = stores.trainable;
  const mean = gradients.map((value) => value / settings.accumulate);
  const norm = Math.sqrt(mean.reduce((sum, value) => sum + value * value, 0));
  const scale = settings.clipNorm === "off" ? 1 : Math.min(1, settings.clipNorm / (norm + 1e-6));
  state.moves += 1;
  const { optimizer } = settings;
  const [first, second] = moments;
  for (const [index, value] of mean.entries()) {
    const gradient = value * scale;
    const weight = weights[index] ?? 0;
    if (optimizer.kind === "sgd") {
      const { momentum, nesterov = false } = optimizer;
      const slope = gradient + optimizer.weightDecay * weight;
      const velocity = momentum * (first[index] ?? 0) + slope;
      first[index] = velocity;
      weights[index] = weight - learningRate * (nesterov ? slope + momentum * velocity : velocity);
      continue;
    }
    const { beta1, beta2, epsilon, decay = "decoupled" } = optimizer;
    const slope = decay === "gradient" ? gradient + optimizer.weightDecay * weight : gradient;
    const weightDecay = decay === "gradient" ? 0 : optimizer.weightDecay;
    const m = beta1 * (first[index] ?? 0) + (1 - beta1) * slope;
    const v = beta2 * (second[index] ?? 0) + (1 - beta2) * slope ** 2;
    first[index] = m;
    second[index] = v;
    const unbiased = Math.sqrt(v / (1 - beta2 ** state.moves)) + epsilon;
    weights[index] =
      weight * (1 - learningRate * weightDecay) - (learningRate * m) / (1 - beta1 ** state.moves) / unbiased;
  }
  gradients.fill(0);
  return norm;
}
