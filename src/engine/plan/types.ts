// A compiled training step as data: a fixed list of operations over planned buffers, which any device can run.
// Knows no device: no shaders, no work sizes, no alignment beyond that of the flat parameter stores.
// Tensors are NCHW; a View names one inside a buffer, so a slice of a concatenation needs no copy.

import type { ActivationKind } from "../../graph/index.ts";

/** Element (n, c, y, x) lies at offset + n·batchStride + (c·height + y)·width + x, in 32-bit floats or, with `isHalf`, 16-bit ones. */
export interface View {
  /** Index into `Plan.buffers`. */
  readonly buffer: number;
  readonly offset: number;
  readonly batchStride: number;
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly isHalf?: boolean;
}

/** trainable: moved by the optimiser, beside equally long gradients and moments · frozen: weights that stay · statistics: running statistics. */
export type Store = "trainable" | "frozen" | "statistics";

/** A stretch of a flat store, in floats; row-major in PyTorch's shape. */
export interface Slot {
  readonly store: Store;
  readonly offset: number;
  readonly size: number;
}

export interface Activation {
  readonly kind: ActivationKind;
  /** Of hardSigmoid: max(0, min(1, slope·x + 0.5)). */
  readonly slope: number;
}

export interface ConvGeometry {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** Input and output channels are split into this many parts that do not see each other. */
  readonly groups: number;
}

export interface PoolGeometry {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

export interface NormSlots {
  readonly gamma: Slot;
  readonly beta: Slot;
  readonly runningMean: Slot;
  readonly runningVariance: Slot;
  readonly epsilon: number;
}

/** What a convolution does to its sum before it is stored: bias, then batch norm with running statistics, then activation. */
export interface Epilogue {
  readonly bias?: Slot;
  readonly norm?: NormSlots;
  readonly activation?: Activation;
}

/** `accumulate`: add to what the output holds instead of replacing it. */
export type PlanOp =
  /** The batch's bytes, normalised per channel. */
  | { readonly kind: "importImage"; readonly output: View }
  | {
      readonly kind: "conv";
      readonly input: View;
      readonly weight: Slot;
      readonly output: View;
      readonly geometry: ConvGeometry;
      readonly epilogue: Epilogue;
    }
  | {
      readonly kind: "convInputGradient";
      readonly outputGradient: View;
      readonly weight: Slot;
      readonly inputGradient: View;
      readonly accumulate: boolean;
      readonly geometry: ConvGeometry;
    }
  | {
      readonly kind: "convWeightGradient";
      readonly input: View;
      readonly outputGradient: View;
      readonly gradient: Slot;
      readonly geometry: ConvGeometry;
    }
  /** Kernel 2, stride 2. Weight [in, out/groups, 2, 2]. */
  | {
      readonly kind: "convTranspose";
      readonly input: View;
      readonly weight: Slot;
      readonly output: View;
      readonly groups: number;
      readonly epilogue: Epilogue;
    }
  | {
      readonly kind: "convTransposeInputGradient";
      readonly outputGradient: View;
      readonly weight: Slot;
      readonly inputGradient: View;
      readonly accumulate: boolean;
      readonly groups: number;
    }
  | {
      readonly kind: "convTransposeWeightGradient";
      readonly input: View;
      readonly outputGradient: View;
      readonly gradient: Slot;
      readonly groups: number;
    }
  /** Sum over batch and pixels. */
  | { readonly kind: "biasGradient"; readonly outputGradient: View; readonly gradient: Slot }
  /** With the batch's own statistics; keeps mean and 1/deviation [2, C] in `saved` and moves the running ones. */
  | {
      readonly kind: "batchNorm";
      readonly input: View;
      readonly output: View;
      readonly saved: View;
      readonly slots: NormSlots;
      readonly momentum: number;
      readonly activation?: Activation;
    }
  | {
      readonly kind: "batchNormGradient";
      readonly input: View;
      readonly outputGradient: View;
      readonly inputGradient: View;
      readonly accumulate: boolean;
      readonly saved: View;
      readonly slots: NormSlots;
      readonly gammaGradient?: Slot;
      readonly betaGradient?: Slot;
      readonly activation?: Activation;
    }
  /** With running statistics, where no convolution could take it along. */
  | {
      readonly kind: "batchNormInference";
      readonly input: View;
      readonly output: View;
      readonly slots: NormSlots;
      readonly activation?: Activation;
    }
  /** Of the form with running statistics, which are constants. */
  | {
      readonly kind: "batchNormInferenceGradient";
      readonly input: View;
      readonly outputGradient: View;
      readonly inputGradient: View;
      readonly accumulate: boolean;
      readonly slots: NormSlots;
      readonly gammaGradient?: Slot;
      readonly betaGradient?: Slot;
      readonly activation?: Activation;
    }
  | {
      readonly kind: "activation";
      readonly input: View;
      readonly output: View;
      readonly activation: Activation;
    }
  /** `saved` is the activation's output, for hardSwish its input. */
  | {
      readonly kind: "activationGradient";
      readonly saved: View;
      readonly outputGradient: View;
      readonly inputGradient: View;
      readonly accumulate: boolean;
      readonly activation: Activation;
    }
  | { readonly kind: "maxPool"; readonly input: View; readonly output: View; readonly geometry: PoolGeometry }
  /** To the first greatest value of each window in row-major order. */
  | {
      readonly kind: "maxPoolGradient";
      readonly input: View;
      readonly outputGradient: View;
      readonly inputGradient: View;
      readonly accumulate: boolean;
      readonly geometry: PoolGeometry;
    }
  | { readonly kind: "globalAveragePool"; readonly input: View; readonly output: View }
  | {
      readonly kind: "globalAveragePoolGradient";
      readonly outputGradient: View;
      readonly inputGradient: View;
      readonly accumulate: boolean;
    }
  | { readonly kind: "upsample"; readonly input: View; readonly output: View; readonly factor: number }
  /** Sum over each factor × factor square. */
  | {
      readonly kind: "upsampleGradient";
      readonly outputGradient: View;
      readonly inputGradient: View;
      readonly accumulate: boolean;
      readonly factor: number;
    }
  /** output(y, x) = base(y, x) + coarse(⌊y/factor⌋, ⌊x/factor⌋); factor 1 is a plain sum. */
  | {
      readonly kind: "addUpsampled";
      readonly base: View;
      readonly coarse: View;
      readonly output: View;
      readonly factor: number;
    }
  /** `scale` is C×1×1. */
  | { readonly kind: "scaleChannels"; readonly input: View; readonly scale: View; readonly output: View }
  | {
      readonly kind: "scaleChannelsInputGradient";
      readonly outputGradient: View;
      readonly scale: View;
      readonly inputGradient: View;
      readonly accumulate: boolean;
    }
  | {
      readonly kind: "scaleChannelsScaleGradient";
      readonly outputGradient: View;
      readonly input: View;
      readonly scaleGradient: View;
      readonly accumulate: boolean;
    }
  | { readonly kind: "copy"; readonly input: View; readonly output: View; readonly accumulate: boolean }
  /** All parts of DBNet's loss and their gradient to both logits; targets come with the batch. */
  | {
      readonly kind: "loss";
      readonly probability: View;
      readonly threshold: View;
      readonly probabilityGradient: View;
      readonly thresholdGradient: View;
    };

export type PlanOpKind = PlanOp["kind"];

/** Where every parameter lies. Sizes are in floats and multiples of `SLOT_ALIGNMENT`. */
export interface ParameterLayout {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly sizes: Readonly<Record<Store, number>>;
}

/** What comes before the first layer that trains: the same for a page in every step, as long as its image is. */
export interface FrozenPart {
  /** So many of the plan's first operations. */
  readonly ops: number;
  /** What the rest of the step reads of it. */
  readonly values: readonly View[];
}

export interface Plan {
  readonly batchSize: number;
  readonly sizePx: number;
  readonly parameters: ParameterLayout;
  /** Sizes in floats; contents do not outlive a step. */
  readonly buffers: readonly number[];
  readonly ops: readonly PlanOp[];
  /** Of a training step in which layers are frozen. */
  readonly frozen?: FrozenPart;
  /** Logits. `threshold` is missing where a prediction does not need it. */
  readonly outputs: { readonly probability: View; readonly threshold?: View };
}
