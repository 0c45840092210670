// Plan operations → dispatches. The one table of which kernel runs what.

import { isAveraging } from "../average.ts";
import type { EngineSettings } from "../engine.ts";
import type { Plan, PlanOp, Slot } from "../plan/types.ts";
import { type Binding, inGroupsOf, type KernelCall } from "./kernel.ts";
import {
  batchNorm,
  batchNormGradient,
  batchNormInference,
  batchNormInferenceGradient,
} from "./kernels/batch-norm/batch-norm.ts";
import { conv, convInputGradient } from "./kernels/conv/conv.ts";
import { convInputGradientStrided } from "./kernels/conv-input-gradient-strided/conv-input-gradient-strided.ts";
import {
  convTranspose,
  convTransposeInputGradient,
  convTransposeWeightGradient,
} from "./kernels/conv-transpose/conv-transpose.ts";
import { convWeightGradient } from "./kernels/conv-weight-gradient/conv-weight-gradient.ts";
import { exportProbability, importImage } from "./kernels/image/image.ts";
import { loss, lossParts, lossReport } from "./kernels/loss/loss.ts";
import { averageStore, gatherGradients, moveWeights, normParts } from "./kernels/optimizer/optimizer.ts";
import {
  activation,
  activationGradient,
  addUpsampled,
  copy,
  scaleChannels,
  scaleChannelsInputGradient,
  upsample,
  upsampleGradient,
} from "./kernels/pointwise/pointwise.ts";
import {
  biasGradient,
  globalAveragePool,
  globalAveragePoolGradient,
  maxPool,
  maxPoolGradient,
  scaleChannelsScaleGradient,
} from "./kernels/pooling/pooling.ts";
import { type Partial, PartialSpace } from "./partials.ts";
import type { VariantOf } from "./variants.ts";

export interface CallSettings
  extends Pick<
    EngineSettings,
    "loss" | "thresholdRange" | "normalisation" | "optimizer" | "clipNorm" | "averageDecay"
  > {
  /** Which kernel runs an operation that several can; unless given, the one that suits its shape on most adapters. */
  readonly variantOf?: VariantOf | undefined;
  /** Threads of a workgroup that wait for each other; unless given, as many as suit the kernel on a GPU. */
  readonly waitingThreads?: number | undefined;
}

/** A training step's dispatches, in order, by phase. */
export interface TrainingCalls {
  /** Up to and with the loss. */
  readonly forward: readonly KernelCall[];
  /** So many of them, the first ones, are the frozen part's. */
  readonly frozenCalls: number;
  readonly backward: readonly KernelCall[];
  /** After the last of the batches whose gradients are averaged. */
  readonly move: readonly KernelCall[];
  /** After the others. */
  readonly gather: readonly KernelCall[];
  readonly partials: PartialSpace;
  /** Workgroups of the loss's passes. */
  readonly lossParts: number;
  readonly normParts: number;
}

export function trainingCalls(plan: Plan, settings: CallSettings): TrainingCalls {
  const count = plan.parameters.sizes.trainable;
  const partials = new PartialSpace(count);
  const lossAt = plan.ops.findIndex(({ kind }) => kind === "loss");
  const lossOp = plan.ops[lossAt];
  if (lossOp?.kind !== "loss") throw new Error("a training plan needs a loss");
  const callsOf = (ops: readonly PlanOp[]): KernelCall[] =>
    ops.flatMap((op) => callsFor(op, settings, (slot, copies) => partials.reserve(slot, copies)));
  const parts = normParts(count);
  const inGroups = (call: KernelCall): KernelCall => inGroupsOf(settings.waitingThreads, call);
  const report = inGroups(lossReport(lossOp, settings, parts));
  const gather = gatherGradients(count);
  const frozenOps = plan.frozen?.ops ?? 0;
  const frozen = callsOf(plan.ops.slice(0, frozenOps));
  return {
    forward: [...frozen, ...callsOf(plan.ops.slice(frozenOps, lossAt + 1))],
    frozenCalls: frozen.length,
    backward: callsOf(plan.ops.slice(lossAt + 1)),
    move: [gather, inGroups(moveWeights(count, settings)), ...averages(plan, settings), report],
    gather: [gather, report],
    partials,
    lossParts: lossParts(lossOp).all,
    normParts: parts,
  };
}

function averages({ parameters: { sizes } }: Plan, settings: CallSettings): KernelCall[] {
  if (!isAveraging(settings)) return [];
  return (["trainable", "statistics"] as const)
    .filter((store) => sizes[store] > 0)
    .map((store) => averageStore(store, sizes[store]));
}

/** A prediction's dispatches; maps follow each other in the buffer of probabilities, one for each output. */
export function predictionCalls(plan: Plan, settings: CallSettings): KernelCall[] {
  const { probability, threshold } = plan.outputs;
  const calls = plan.ops.flatMap((op) =>
    callsFor(op, settings, () => {
      throw new Error("a prediction has no gradients");
    }),
  );
  calls.push(exportProbability(probability, 0));
  if (threshold !== undefined) {
    calls.push(exportProbability(threshold, plan.batchSize * plan.sizePx ** 2));
  }
  return isAveraging(settings) ? calls.map(onAverage) : calls;
}

/** The same dispatch with the averaged weights. What no optimiser moves has no average. */
function onAverage(call: KernelCall): KernelCall {
  const bindings = Object.entries(call.bindings).map(([name, binding]): [string, Binding] => {
    const { buffer } = binding;
    const isAverage = buffer.of === "store" && buffer.store !== "frozen";
    return [name, isAverage ? { ...binding, buffer: { ...buffer, isAverage } } : binding];
  });
  return { ...call, bindings: Object.fromEntries(bindings) };
}

/** The dispatches of one operation; `reserve` hands out space for partial gradients of a slot. */
export function callsFor(
  op: PlanOp,
  settings: CallSettings,
  reserve: (slot: Slot, copies: number) => Partial,
): KernelCall[] {
  return kernelsFor(op, settings, reserve).map((call) => inGroupsOf(settings.waitingThreads, call));
}

function kernelsFor(
  op: PlanOp,
  settings: CallSettings,
  reserve: (slot: Slot, copies: number) => Partial,
): KernelCall[] {
  const variant = settings.variantOf?.(op);
  switch (op.kind) {
    case "importImage":
      return [importImage(op.output, settings.normalisation)];
    case "conv":
      return [conv(op, variant)];
    case "convInputGradient":
      return [op.geometry.stride === 1 ? convInputGradient(op, variant) : convInputGradientStrided(op)];
    case "convWeightGradient":
      return [convWeightGradient(op, (copies) => reserve(op.gradient, copies), variant)];
    case "convTranspose":
      return [convTranspose(op)];
    case "convTransposeInputGradient":
      return [convTransposeInputGradient(op)];
    case "convTransposeWeightGradient":
      return [convTransposeWeightGradient(op, (copies) => reserve(op.gradient, copies))];
    case "biasGradient":
      return [biasGradient(op, reserve)];
    case "batchNorm":
      return [batchNorm(op)];
    case "batchNormGradient":
      return [batchNormGradient(op, reserve)];
    case "batchNormInference":
      return [batchNormInference(op)];
    case "batchNormInferenceGradient":
      return [batchNormInferenceGradient(op, reserve)];
    case "activation":
      return [activation(op)];
    case "activationGradient":
      return [activationGradient(op)];
    case "maxPool":
      return [maxPool(op)];
    case "maxPoolGradient":
      return [maxPoolGradient(op)];
    case "globalAveragePool":
      return [globalAveragePool(op)];
    case "globalAveragePoolGradient":
      return [globalAveragePoolGradient(op)];
    case "upsample":
      return [upsample(op)];
    case "upsampleGradient":
      return [upsampleGradient(op)];
    case "addUpsampled":
      return [addUpsampled(op)];
    case "scaleChannels":
      return [scaleChannels(op)];
    case "scaleChannelsInputGradient":
      return [scaleChannelsInputGradient(op)];
    case "scaleChannelsScaleGradient":
      return [scaleChannelsScaleGradient(op)];
    case "copy":
      return [copy(op)];
    case "loss":
      return loss(op, settings);
    default:
      return op satisfies never;
  }
}
