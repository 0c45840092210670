// Plan operations → records. The one table of which kernel runs what.

import type { EngineSettings } from "../engine.ts";
import type { PlanOp } from "../plan/types.ts";
import { batchNorm, batchNormGradient, batchNormInference } from "./kernels/batch-norm/batch-norm.ts";
import {
  convTranspose,
  convTransposeInputGradient,
  convTransposeWeightGradient,
} from "./kernels/conv-transpose/conv-transpose.ts";
import { conv, convInputGradient, convWeightGradient } from "./kernels/convolution/convolution.ts";
import { importImage } from "./kernels/image/image.ts";
import { type LossSpace, loss } from "./kernels/loss/loss.ts";
import {
  activation,
  activationGradient,
  addUpsampled,
  copy,
  scaleChannels,
  scaleChannelsInputGradient,
  scaleChannelsScaleGradient,
  upsample,
  upsampleGradient,
} from "./kernels/pointwise/pointwise.ts";
import {
  biasGradient,
  globalAveragePool,
  globalAveragePoolGradient,
  maxPool,
  maxPoolGradient,
} from "./kernels/pooling/pooling.ts";
import type { Record } from "./program.ts";
import type { Space } from "./space.ts";

export type Constants = Pick<EngineSettings, "loss" | "thresholdRange" | "normalisation">;

export interface BatchSpace extends LossSpace {
  readonly images: number;
}

/** The records of one operation; `batch` is where the batch's bytes lie. */
export function encode(op: PlanOp, constants: Constants, batch: BatchSpace, space: Space): readonly Record[] {
  switch (op.kind) {
    case "importImage":
      return [importImage(op.output, constants.normalisation, batch.images, space)];
    case "conv":
      return conv(op, space);
    case "convInputGradient":
      return convInputGradient(op, space);
    case "convWeightGradient":
      return convWeightGradient(op, space);
    case "convTranspose":
      return convTranspose(op, space);
    case "convTransposeInputGradient":
      return convTransposeInputGradient(op, space);
    case "convTransposeWeightGradient":
      return convTransposeWeightGradient(op, space);
    case "biasGradient":
      return [biasGradient(op, space)];
    case "batchNorm":
      return [batchNorm(op, space)];
    case "batchNormGradient":
    case "batchNormInferenceGradient":
      return [batchNormGradient(op, space)];
    case "batchNormInference":
      return [batchNormInference(op, space)];
    case "activation":
      return [activation(op, space)];
    case "activationGradient":
      return [activationGradient(op, space)];
    case "maxPool":
      return [maxPool(op, space)];
    case "maxPoolGradient":
      return [maxPoolGradient(op, space)];
    case "globalAveragePool":
      return [globalAveragePool(op, space)];
    case "globalAveragePoolGradient":
      return [globalAveragePoolGradient(op, space)];
    case "upsample":
      return [upsample(op, space)];
    case "upsampleGradient":
      return [upsampleGradient(op, space)];
    case "addUpsampled":
      return [addUpsampled(op, space)];
    case "scaleChannels":
      return [scaleChannels(op, space)];
    case "scaleChannelsInputGradient":
      return [scaleChannelsInputGradient(op, space)];
    case "scaleChannelsScaleGradient":
      return [scaleChannelsScaleGradient(op, space)];
    case "copy":
      return [copy(op, space)];
    case "loss":
      return loss(op, constants, batch, space);
    default:
      return op satisfies never;
  }
}
