// Encodes batch norm for batch-norm.as; with running statistics it is one scale and one shift for each channel.

import type { PlanOp } from "../../../plan/types.ts";
import { real, type Record } from "../../program.ts";
import { pageBytes, type Space } from "../../space.ts";
import { activationWords, foldEpilogue } from "../product/product.ts";

type Op<K extends PlanOp["kind"]> = Extract<PlanOp, { kind: K }>;

export function batchNorm(op: Op<"batchNorm">, space: Space): Record {
  const { input, output, saved, slots } = op;
  const mean = space.at(saved);
  const words = [
    ...[input.batch, input.height * input.width, space.at(input), pageBytes(input)],
    ...[space.at(output), pageBytes(output), mean, mean + input.channels * 4],
    ...[slots.gamma, slots.beta, slots.runningMean, slots.runningVariance].map((slot) => space.slot(slot)),
    ...[real(slots.epsilon), real(op.momentum), ...activationWords(op.activation)],
  ];
  return { kind: "batchNorm", tiles: input.channels, words };
}

/** Of either form; with running statistics the kernel finds the deviation from their variance. */
export function batchNormGradient(
  op: Op<"batchNormGradient"> | Op<"batchNormInferenceGradient">,
  space: Space,
): Record {
  const { input, outputGradient, inputGradient, slots } = op;
  const isRunning = op.kind === "batchNormInferenceGradient";
  const mean = isRunning ? space.slot(slots.runningMean) : space.at(op.saved);
  const words = [
    ...[input.batch, input.height * input.width, space.at(input), pageBytes(input)],
    ...[space.at(outputGradient), pageBytes(outputGradient)],
    ...[space.at(inputGradient), pageBytes(inputGradient), Number(op.accumulate)],
    ...[mean, isRunning ? 0 : mean + input.channels * 4, space.slot(slots.gamma), space.slot(slots.beta)],
    ...[space.optional(op.gammaGradient, "gradient"), space.optional(op.betaGradient, "gradient")],
    ...[...activationWords(op.activation), space.slot(slots.runningVariance), real(slots.epsilon)],
  ];
  return { kind: "batchNormGradient", tiles: input.channels, words };
}

export function batchNormInference(op: Op<"batchNormInference">, space: Space): Record {
  const { input, output, slots: norm } = op;
  const finish = foldEpilogue({ norm }, input.channels, space);
  const words = [
    ...[input.channels, input.height, input.width, 1, 0, ...activationWords(op.activation)],
    ...[space.at(input), pageBytes(input), finish?.scale ?? 0, finish?.shift ?? 0],
    ...[space.at(output), pageBytes(output)],
  ];
  return { kind: "affine", tiles: input.batch * input.channels, words };
}
