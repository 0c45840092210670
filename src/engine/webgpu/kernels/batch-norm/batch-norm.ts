// Batch norm: training form, the form with running statistics, and both their gradients. One dispatch each.

import type { NormSlots, PlanOp, Slot, View } from "../../../plan/types.ts";
import {
  activationCode,
  type Binding,
  blocks,
  type KernelCall,
  named,
  place,
  reads,
  readsSlot,
  writes,
} from "../../kernel.ts";
import type { Partial } from "../../partials.ts";
import { withActivation } from "../shared/epilogue.ts";
import reduceText from "../shared/reduce.wgsl?raw";
import gradientText from "./batch-norm-gradient.wgsl?raw";
import inferenceText from "./batch-norm-inference.wgsl?raw";
import forwardText from "./batch-norm.wgsl?raw";

type Of<K extends PlanOp["kind"]> = Extract<PlanOp, { kind: K }>;

export function batchNorm(op: Of<"batchNorm">): KernelCall {
  const { input, output, saved, slots, momentum, activation } = op;
  const plane = input.height * input.width;
  const writesSlot = (slot: Slot): Binding => ({ ...readsSlot(slot), access: "read_write" });
  return {
    kernel: "batchNorm",
    source: withActivation(`${reduceText}\n${forwardText}`),
    constants: { WG: groupSize(input), ACTIVATION: activationCode(activation) },
    sizes: {
      batch: input.batch,
      channels: input.channels,
      plane,
      savedOffset: saved.offset,
      ...place("input", input),
      ...place("output", output),
    },
    numbers: { epsilon: slots.epsilon, momentum, slope: activation?.slope ?? 0 },
    bindings: {
      input: reads(input),
      gamma: readsSlot(slots.gamma),
      beta: readsSlot(slots.beta),
      runningMean: writesSlot(slots.runningMean),
      runningVariance: writesSlot(slots.runningVariance),
      saved: writes(saved),
      output: writes(output),
    },
    workgroups: [input.channels, 1, 1],
  };
}

/** `reserve` hands out space for one partial copy of a slot's gradient. */
export function batchNormGradient(
  op: Of<"batchNormGradient">,
  reserve: (slot: Slot, copies: number) => Partial,
): KernelCall {
  const { saved } = op;
  return gradient(op, reserve, {
    kernel: op.kind,
    constants: { RUNNING: 0 },
    sizes: { savedOffset: saved.offset },
    numbers: {},
    bindings: { saved: reads(saved) },
  });
}

/** The same kernel, where mean and deviation are constants. */
export function batchNormInferenceGradient(
  op: Of<"batchNormInferenceGradient">,
  reserve: (slot: Slot, copies: number) => Partial,
): KernelCall {
  const { runningMean, runningVariance, epsilon } = op.slots;
  return gradient(op, reserve, {
    kernel: op.kind,
    constants: { RUNNING: 1 },
    sizes: {},
    numbers: { epsilon },
    bindings: { runningMean: readsSlot(runningMean), runningVariance: readsSlot(runningVariance) },
  });
}

function gradient(
  op: Of<"batchNormGradient"> | Of<"batchNormInferenceGradient">,
  reserve: (slot: Slot, copies: number) => Partial,
  own: Pick<KernelCall, "kernel" | "constants" | "sizes" | "numbers" | "bindings">,
): KernelCall {
  const { input, outputGradient, inputGradient, slots, activation } = op;
  const plane = input.height * input.width;
  const gamma = op.gammaGradient === undefined ? undefined : reserve(op.gammaGradient, 1);
  const beta = op.betaGradient === undefined ? undefined : reserve(op.betaGradient, 1);
  const parts = [gamma, beta].filter((part) => part !== undefined);
  const offset = Math.min(...parts.map((part) => part.offset));
  const end = Math.max(...parts.map((part) => part.offset + part.size));
  const range = parts.length === 0 ? { offset: 0, size: 64 } : { offset, size: end - offset };
  return {
    kernel: own.kernel,
    source: withActivation(`${reduceText}\n${gradientText}`),
    constants: {
      WG: groupSize(input),
      ACTIVATION: activationCode(activation),
      ACCUMULATE: Number(op.accumulate),
      HAS_GAMMA_GRADIENT: Number(gamma !== undefined),
      HAS_BETA_GRADIENT: Number(beta !== undefined),
      ...own.constants,
    },
    sizes: {
      batch: input.batch,
      channels: input.channels,
      plane,
      ...own.sizes,
      gammaPartial: (gamma?.offset ?? 0) - range.offset * Number(gamma !== undefined),
      betaPartial: (beta?.offset ?? 0) - range.offset * Number(beta !== undefined),
      ...place("input", input),
      ...place("gradient", outputGradient),
      ...place("inputGradient", inputGradient),
    },
    numbers: { slope: activation?.slope ?? 0, ...own.numbers },
    bindings: {
      input: reads(input),
      outputGradient: reads(outputGradient),
      ...own.bindings,
      gamma: readsSlot(slots.gamma),
      beta: readsSlot(slots.beta),
      ...(parts.length === 0 ? {} : { partials: named("partials", "read_write", range) }),
      inputGradient: writes(inputGradient),
    },
    workgroups: [input.channels, 1, 1],
  };
}

export function batchNormInference(op: Of<"batchNormInference">): KernelCall {
  const { input, output, slots, activation } = op;
  const plane = input.height * input.width;
  return {
    kernel: "batchNormInference",
    source: withActivation(inferenceText),
    constants: { ACTIVATION: activationCode(activation) },
    sizes: { plane, ...place("input", input), ...place("output", output) },
    numbers: { epsilon: slots.epsilon, slope: activation?.slope ?? 0 },
    bindings: { input: reads(input), ...statistics(slots), output: writes(output) },
    workgroups: [blocks(plane, 64), input.channels, input.batch],
  };
}

function statistics(slots: NormSlots): Readonly<Record<string, Binding>> {
  return {
    gamma: readsSlot(slots.gamma),
    beta: readsSlot(slots.beta),
    runningMean: readsSlot(slots.runningMean),
    runningVariance: readsSlot(slots.runningVariance),
  };
}

/** Threads for a channel: few where it has few pixels, because all wait for the last at every sum. */
function groupSize(view: View): number {
  const pixels = view.batch * view.height * view.width;
  return pixels < 512 ? 16 : 64;
}
