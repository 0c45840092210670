// A network as data: typed nodes in execution order, named parameters, shapes that follow from the input size.
// Layout in words is NCHW and PyTorch's: convolution weights [out, in/groups, k, k], transposed [in, out, k, k].
// Nothing here runs; engine/ executes it, exchange/ writes it, ui/ draws it.

/** Names a value: the output of the node of that id. */
export type NodeId = string;
/** Names a parameter, as PyTorch's state_dict would: "decoder.binarize.0.weight". */
export type ParameterName = string;

export type ActivationKind = "relu" | "hardSwish" | "hardSigmoid" | "sigmoid";

export type Node = { readonly id: NodeId; readonly block: Block } & NodeKind;

/** Which part of the detector a node belongs to (what can be frozen, and how the model card groups it). */
export type Block = "encoder" | "neck" | "probabilityHead" | "thresholdHead";

export type NodeKind =
  | { readonly kind: "input"; readonly channels: number }
  | {
      readonly kind: "conv";
      readonly input: NodeId;
      readonly inChannels: number;
      readonly outChannels: number;
      readonly kernel: 1 | 3 | 5 | 7;
      readonly stride: 1 | 2;
      /** On every side; explicit, never "same". */
      readonly padding: number;
      /** 1, or `inChannels` for a depthwise convolution. */
      readonly groups: number;
      readonly weight: ParameterName;
      readonly bias?: ParameterName;
    }
  | {
      /** Kernel 2, stride 2, no padding: doubles the size. */
      readonly kind: "convTranspose";
      readonly input: NodeId;
      readonly inChannels: number;
      readonly outChannels: number;
      readonly weight: ParameterName;
      readonly bias?: ParameterName;
    }
  | {
      readonly kind: "batchNorm";
      readonly input: NodeId;
      readonly channels: number;
      readonly gamma: ParameterName;
      readonly beta: ParameterName;
      readonly runningMean: ParameterName;
      readonly runningVariance: ParameterName;
      /** 1e-5 in PyTorch. */
      readonly epsilon: number;
      /** Share of the new batch in the running statistics; 0.1 in PyTorch. */
      readonly momentum: number;
    }
  | {
      readonly kind: "activation";
      readonly input: NodeId;
      readonly activation: ActivationKind;
      /** hardSigmoid: max(0, min(1, slope·x + 0.5)); 1/6 in PyTorch, 0.2 in ONNX files of PaddleOCR. */
      readonly slope?: number;
    }
  | {
      readonly kind: "maxPool";
      readonly input: NodeId;
      readonly kernel: 2 | 3;
      readonly stride: 2;
      readonly padding: 0 | 1;
    }
  /** To 1×1. */
  | { readonly kind: "globalAveragePool"; readonly input: NodeId }
  /** Nearest neighbour: out(y, x) = in(⌊y/factor⌋, ⌊x/factor⌋). */
  | { readonly kind: "upsample"; readonly input: NodeId; readonly factor: 2 | 4 | 8 }
  | { readonly kind: "add"; readonly inputs: readonly [NodeId, NodeId] }
  /** `scale` is C×1×1 and multiplies every pixel of its channel (squeeze-excite). */
  | { readonly kind: "scaleChannels"; readonly input: NodeId; readonly scale: NodeId }
  /** Along the channels, in this order. */
  | { readonly kind: "concat"; readonly inputs: readonly NodeId[] };

export type ParameterRole = "weight" | "bias" | "gamma" | "beta" | "runningMean" | "runningVariance";

export interface Parameter {
  readonly name: ParameterName;
  readonly role: ParameterRole;
  readonly shape: readonly number[];
  readonly block: Block;
  /** False for running statistics and for frozen blocks. */
  readonly trainable: boolean;
}

export interface Graph {
  /** Preset name, e.g. "nano". */
  readonly name: string;
  /** In execution order: a node's inputs stand before it. The first is the input node. */
  readonly nodes: readonly Node[];
  readonly parameters: readonly Parameter[];
  /** Both are logits of one channel at full input size; the sigmoid belongs to the loss or to the reader. */
  readonly outputs: { readonly probability: NodeId; readonly threshold: NodeId };
  /** Sides of the input must be a multiple of this (the greatest stride). */
  readonly sizeMultiplePx: number;
}

/** Values of all parameters by name, row-major in the parameter's shape. */
export type Weights = ReadonlyMap<ParameterName, Float32Array>;

/** Channels and size of a node's output for a given input. */
export interface Shape {
  readonly channels: number;
  readonly heightPx: number;
  readonly widthPx: number;
}
