// Views of tensors inside buffers, and which of them an operation reads and writes.

import type { Shape } from "../../graph/index.ts";
import type { PlanOp, View } from "./types.ts";

/** The whole of a buffer, as one tensor. */
export function wholeView(buffer: number, batch: number, shape: Shape): View {
  const { channels, heightPx: height, widthPx: width } = shape;
  return { buffer, offset: 0, batchStride: channels * height * width, batch, channels, height, width };
}

/** `count` channels from `first` on. */
export function channelSlice(view: View, first: number, count: number): View {
  return { ...view, offset: view.offset + first * view.height * view.width, channels: count };
}

export function elementCount(view: View): number {
  return view.batch * view.channels * view.height * view.width;
}

/** Of one page; they lie side by side. */
export function pageElements(view: View): number {
  return view.channels * view.height * view.width;
}

export interface Traffic {
  readonly reads: readonly View[];
  /** Includes those that are added to. */
  readonly writes: readonly View[];
}

/** Tensors that an operation touches; parameters are not among them. */
export function trafficOf(op: PlanOp): Traffic {
  switch (op.kind) {
    case "importImage":
      return { reads: [], writes: [op.output] };
    case "conv":
    case "convTranspose":
    case "batchNormInference":
    case "activation":
    case "maxPool":
    case "globalAveragePool":
    case "upsample":
    case "copy":
      return { reads: [op.input], writes: [op.output] };
    case "convInputGradient":
    case "convTransposeInputGradient":
    case "globalAveragePoolGradient":
    case "upsampleGradient":
      return { reads: [op.outputGradient], writes: [op.inputGradient] };
    case "convWeightGradient":
    case "convTransposeWeightGradient":
      return { reads: [op.input, op.outputGradient], writes: [] };
    case "biasGradient":
      return { reads: [op.outputGradient], writes: [] };
    case "batchNorm":
      return { reads: [op.input], writes: [op.output, op.saved] };
    case "batchNormGradient":
      return { reads: [op.input, op.outputGradient, op.saved], writes: [op.inputGradient] };
    case "activationGradient":
      return { reads: [op.saved, op.outputGradient], writes: [op.inputGradient] };
    case "batchNormInferenceGradient":
    case "maxPoolGradient":
      return { reads: [op.input, op.outputGradient], writes: [op.inputGradient] };
    case "addUpsampled":
      return { reads: [op.base, op.coarse], writes: [op.output] };
    case "scaleChannels":
      return { reads: [op.input, op.scale], writes: [op.output] };
    case "scaleChannelsInputGradient":
      return { reads: [op.outputGradient, op.scale], writes: [op.inputGradient] };
    case "scaleChannelsScaleGradient":
      return { reads: [op.outputGradient, op.input], writes: [op.scaleGradient] };
    case "loss":
      return {
        reads: [op.probability, op.threshold],
        writes: [op.probabilityGradient, op.thresholdGradient],
      };
    default:
      return op satisfies never;
  }
}

/** The same operation on other views; `move` is applied to each. */
export function withViews(op: PlanOp, move: (view: View) => View): PlanOp {
  const moved = Object.entries(op).map(([key, value]) => [key, isView(value) ? move(value) : value]);
  return Object.fromEntries(moved) as PlanOp;
}

function isView(value: unknown): value is View {
  return typeof value === "object" && value !== null && "batchStride" in value;
}
