// Runs a graph's nodes with plain tfjs operations, NHWC; tfjs derives the gradient.
// Slow and obvious: every other executor is compared with this one.

import * as tf from "@tensorflow/tfjs-core";
import type { Graph, Node, NodeId, ParameterName } from "../../graph/index.ts";
import { inputsOf } from "../../graph/index.ts";
import { type BatchStatistics, batchNormInference, batchNormTraining } from "./batch-norm.ts";
import { maxPool } from "./max-pool.ts";

type BatchNorm = Extract<Node, { kind: "batchNorm" }>;

export interface NetworkMode {
  /** Training normalises with the batch's statistics and reports them; inference uses the running ones. */
  readonly onStatistics: ((node: BatchNorm, statistics: BatchStatistics) => void) | "inference";
  /** Batch norms that use the running ones in training too; none unless given. */
  readonly runningNorms?: ReadonlySet<NodeId>;
}

/** Reads a parameter in tfjs layout. */
export type ParameterReader = (name: ParameterName) => tf.Tensor;

/** Values of all `nodes` [N, H, W, C], given those of the input nodes. */
export function runNodes(
  nodes: readonly Node[],
  feeds: ReadonlyMap<NodeId, tf.Tensor4D>,
  parameter: ParameterReader,
  mode: NetworkMode,
): ReadonlyMap<NodeId, tf.Tensor4D> {
  const values = new Map<NodeId, tf.Tensor4D>();
  const at = (id: NodeId): tf.Tensor4D => {
    const value = values.get(id);
    if (value === undefined) throw new Error(`node "${id}" has no value yet`);
    return value;
  };
  for (const node of nodes) {
    const value = node.kind === "input" ? feeds.get(node.id) : runNode(node, at, parameter, mode);
    if (value === undefined) throw new Error(`input "${node.id}" was not fed`);
    values.set(node.id, value);
  }
  return values;
}

/** The nodes that `outputs` depend on, in order. */
export function nodesFor(graph: Graph, outputs: readonly NodeId[]): readonly Node[] {
  const needed = new Set(outputs);
  const kept = [...graph.nodes].reverse().filter((node) => {
    if (!needed.has(node.id)) return false;
    for (const input of inputsOf(node)) needed.add(input);
    return true;
  });
  return kept.reverse();
}

function runNode(
  node: Exclude<Node, { kind: "input" }>,
  at: (id: NodeId) => tf.Tensor4D,
  parameter: ParameterReader,
  mode: NetworkMode,
): tf.Tensor4D {
  switch (node.kind) {
    case "conv":
      return withBias(convolve(node, at(node.input), parameter(node.weight) as tf.Tensor4D), node, parameter);
    case "convTranspose": {
      const x = at(node.input);
      const [batch, height, width] = x.shape;
      const shape: [number, number, number, number] = [batch, 2 * height, 2 * width, node.outChannels];
      const filter = parameter(node.weight) as tf.Tensor4D;
      return withBias(tf.conv2dTranspose(x, filter, shape, 2, "valid"), node, parameter);
    }
    case "batchNorm": {
      const [gamma, beta] = [parameter(node.gamma) as tf.Tensor1D, parameter(node.beta) as tf.Tensor1D];
      const { onStatistics } = mode;
      if (onStatistics === "inference" || mode.runningNorms?.has(node.id) === true) {
        const running = { mean: parameter(node.runningMean), variance: parameter(node.runningVariance) };
        return batchNormInference(at(node.input), { gamma, beta, ...running }, node.epsilon);
      }
      return batchNormTraining(at(node.input), gamma, beta, node.epsilon, (statistics) =>
        onStatistics(node, statistics),
      );
    }
    case "activation":
      return activate(node, at(node.input));
    case "maxPool":
      return maxPool(at(node.input), node);
    case "globalAveragePool":
      return tf.mean(at(node.input), [1, 2], true);
    case "upsample": {
      const x = at(node.input);
      return tf.image.resizeNearestNeighbor(x, [x.shape[1] * node.factor, x.shape[2] * node.factor]);
    }
    case "add":
      return tf.add(at(node.inputs[0]), at(node.inputs[1]));
    case "scaleChannels":
      return tf.mul(at(node.input), at(node.scale));
    case "concat":
      return tf.concat(node.inputs.map(at), 3);
    default:
      return node satisfies never;
  }
}

function convolve(node: Extract<Node, { kind: "conv" }>, x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  const { groups, stride, padding } = node;
  if (groups === 1) return tf.conv2d(x, filter, stride, padding);
  if (groups === node.inChannels && groups === node.outChannels) {
    return tf.depthwiseConv2d(x, filter, stride, padding);
  }
  const filters = tf.split<tf.Tensor4D>(filter, groups, 3);
  const parts = tf.split<tf.Tensor4D>(x, groups, 3);
  return tf.concat(
    filters.map((part, group) => tf.conv2d(parts[group] as tf.Tensor4D, part, stride, padding)),
    3,
  );
}

function withBias(
  x: tf.Tensor4D,
  node: { readonly bias?: ParameterName },
  parameter: ParameterReader,
): tf.Tensor4D {
  return node.bias === undefined ? x : tf.add(x, parameter(node.bias));
}

function activate(node: Extract<Node, { kind: "activation" }>, x: tf.Tensor4D): tf.Tensor4D {
  switch (node.activation) {
    case "relu":
      return tf.relu(x);
    case "sigmoid":
      return tf.sigmoid(x);
    case "hardSigmoid":
      return tf.clipByValue(tf.add(tf.mul(x, node.slope ?? 1 / 6), 0.5), 0, 1);
    case "hardSwish":
      return tf.mul(x, tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6));
    default:
      return node.activation satisfies never;
  }
}
