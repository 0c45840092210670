// An engine taken apart, so that every part of it can be compared with a reference: one operation and its gradient, the
// loss, the optimiser, whole steps on inputs of any size. For checks; training uses Engine.

import type { Graph, Node, NodeId, ParameterName, Weights } from "../graph/index.ts";
import type { EngineId, LossParts, LossSettings, OptimizerSettings } from "./engine.ts";

/** Row-major; maps and features are NCHW. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface NodesQuestion {
  /** In execution order; there may be several input nodes. */
  readonly nodes: readonly Node[];
  readonly output: NodeId;
  readonly feeds: ReadonlyMap<NodeId, Values>;
  readonly weights: Weights;
  readonly mode: "training" | "inference";
  readonly outputGradient: Values;
}

export interface NodesAnswer {
  readonly output: Values;
  readonly feedGradients: ReadonlyMap<NodeId, Float32Array>;
  /** Of all parameters but running statistics. */
  readonly weightGradients: Weights;
  /** Running statistics afterwards. */
  readonly running: Weights;
  /** Why there are no gradients, where this engine never computes these. */
  readonly withoutGradients?: string;
}

/** Masks and maps of N·H·W values, 0 or 1 but for `threshold`. */
export interface LossTargets {
  readonly text: Float32Array;
  readonly mask: Float32Array;
  readonly threshold: Float32Array;
  readonly thresholdMask: Float32Array;
}

export interface LossQuestion {
  readonly input:
    | { readonly kind: "logits"; readonly probability: Float32Array; readonly threshold: Float32Array }
    /** The published code's way: cross entropy of 32-bit probabilities; saturates where logits do not. */
    | {
        readonly kind: "logits as probabilities";
        readonly probability: Float32Array;
        readonly threshold: Float32Array;
      }
    /** Three maps that do not depend on each other. */
    | {
        readonly kind: "maps";
        readonly probability: Float32Array;
        readonly threshold: Float32Array;
        readonly binary: Float32Array;
      };
  readonly targets: LossTargets;
  readonly settings: LossSettings;
}

export interface LossAnswer extends Omit<LossParts, "gradientNorm"> {
  readonly positives: number;
  readonly negatives: number;
  /** By the name of the input. */
  readonly gradients: ReadonlyMap<"probability" | "threshold" | "binary", Float32Array>;
}

export interface TrainingQuestion {
  readonly graph: Graph;
  readonly weights: Weights;
  /** [N, 3, H, W], normalised. */
  readonly images: Values;
  readonly targets: LossTargets;
  readonly loss: LossSettings;
  readonly optimizer: OptimizerSettings;
  readonly learningRate: number;
  /** Steps on this same batch. */
  readonly steps: number;
}

export interface TrainingAnswer {
  readonly firstGradients: ReadonlyMap<ParameterName, Float32Array>;
  /** Maps of N·H·W before the first step, in training mode. */
  readonly firstMaps: {
    readonly probability: Float32Array;
    readonly threshold: Float32Array;
    /** Missing where the engine keeps it to itself, inside the loss. */
    readonly binary?: Float32Array;
  };
  readonly losses: readonly LossParts[];
  readonly finalWeights: Weights;
  /** Probability map after the last step, in inference mode. */
  readonly finalProbability: Float32Array;
}

export interface EngineParts {
  readonly id: EngineId;
  /** Output of some nodes and the vector-Jacobian product with `outputGradient`. */
  nodes(question: NodesQuestion): Promise<NodesAnswer>;
  /** B = 1/(1 + exp(−k(P − T))) and its vector-Jacobian product. */
  binaryMap(question: {
    readonly probability: Float32Array;
    readonly threshold: Float32Array;
    readonly k: number;
    readonly outputGradient: Float32Array;
  }): Promise<{
    readonly output: Float32Array;
    readonly probability: Float32Array;
    readonly threshold: Float32Array;
  }>;
  loss(question: LossQuestion): Promise<LossAnswer>;
  /** Values after each of the moves. */
  optimize(question: {
    readonly values: Float32Array;
    readonly gradients: readonly Float32Array[];
    readonly settings: OptimizerSettings;
    readonly learningRate: number;
  }): Promise<readonly Float32Array[]>;
  /** Gradients scaled to a global norm of at most `maxNorm`, and the norm before. */
  clip(
    gradients: readonly Float32Array[],
    maxNorm: number,
  ): Promise<{ readonly norm: number; readonly gradients: readonly Float32Array[] }>;
  train(question: TrainingQuestion): Promise<TrainingAnswer>;
  dispose(): void;
}
