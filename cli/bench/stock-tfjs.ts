// Stock tfjs on WebGPU as a contestant: the network as its documentation would have it written, a variable for each
// parameter, tf.moments and tf.batchNorm, tf.train.adam; tfjs derives every gradient. It keeps no running statistics, which
// saves it work.

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import "@tensorflow/tfjs-backend-webgpu";
import type { EngineSettings } from "../../src/engine/index.ts";
import { type Graph, type Node, sizeOf } from "../../src/graph/index.ts";
import { type FloatBatch, floatsOf } from "./nets.ts";
import type { ContestantFactory } from "./types.ts";

type Variables = ReadonlyMap<string, tf.Variable>;

export const stockTfjs: ContestantFactory = {
  key: "tfjs",
  label: "stock tfjs",
  async build(settings) {
    await tf.setBackend("webgpu");
    const { graph, optimizer } = settings;
    const variables = variablesOf(settings);
    if (optimizer.kind !== "adamw") throw new Error("this contestant trains with Adam");
    let adam: tf.Optimizer | undefined;
    return {
      async step(batch, learningRate) {
        adam ??= tf.train.adam(learningRate, optimizer.beta1, optimizer.beta2, optimizer.epsilon);
        const floats = floatsOf(batch, settings, "NHWC");
        const start = performance.now();
        const cost = adam.minimize(() => lossOf(graph, variables, floats, settings), true);
        const scriptMs = performance.now() - start;
        if (cost === null) throw new Error("tfjs gave no loss");
        const [loss = Number.NaN] = await cost.data();
        cost.dispose();
        return { loss, scriptMs };
      },
      figures() {
        const memory: ReturnType<typeof tf.memory> & { readonly numBytesAllocatedInGPU?: number } =
          tf.memory();
        return { gpuBytes: memory.numBytesAllocatedInGPU ?? memory.numBytes };
      },
      dispose() {
        adam?.dispose();
        for (const variable of variables.values()) variable.dispose();
      },
    };
  },
};

/** Weights are [out, in, k, k]; tfjs wants [k, k, in, out], and of transposed convolutions [k, k, out, in]. */
function variablesOf({ graph, initialWeights }: EngineSettings): Variables {
  const trainable = graph.parameters.filter((parameter) => parameter.trainable);
  return new Map(
    trainable.map((parameter) => {
      const { name, shape } = parameter;
      const values = initialWeights.get(name) ?? new Float32Array(sizeOf(parameter));
      const variable = tf.tidy(() => {
        const tensor = tf.tensor(values, [...shape]);
        return tf.variable(shape.length === 4 ? tf.transpose(tensor, [2, 3, 1, 0]) : tensor);
      });
      return [name, variable];
    }),
  );
}

function lossOf(graph: Graph, variables: Variables, batch: FloatBatch, settings: EngineSettings): tf.Scalar {
  const { batchSize, sizePx, loss } = settings;
  const values = new Map<string, tf.Tensor4D>();
  const image = tf.tensor4d(batch.images, [batchSize, sizePx, sizePx, 3]);
  for (const node of graph.nodes)
    values.set(node.id, node.kind === "input" ? image : run(node, values, variables));
  const { probability, threshold } = graph.outputs;
  const [p, t] = [probability, threshold].map((id) => tf.reshape(at(values, id), [-1])) as [
    tf.Tensor1D,
    tf.Tensor1D,
  ];
  const [positive, valid, target, mask] = [
    batch.positive,
    batch.valid,
    batch.threshold,
    batch.thresholdMask,
  ].map((data) => tf.tensor1d(data)) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  const crossEntropy = tf.sub(tf.softplus(p), tf.mul(p, positive));
  const balanced = tf.div(tf.sum(tf.mul(crossEntropy, valid)), tf.add(tf.sum(valid), loss.epsilon));
  const thresholdMap = tf.sigmoid(t);
  const distance = tf.sum(tf.mul(tf.abs(tf.sub(thresholdMap, target)), mask));
  const l1 = tf.div(distance, tf.maximum(tf.sum(mask), 1));
  const binary = tf.sigmoid(tf.mul(tf.sub(tf.sigmoid(p), thresholdMap), loss.k));
  const union = tf.add(tf.add(tf.sum(tf.mul(binary, valid)), tf.sum(positive)), loss.epsilon);
  const dice = tf.sub(1, tf.div(tf.mul(tf.sum(tf.mul(binary, positive)), 2), union));
  return tf.addN([
    tf.mul(balanced, loss.probabilityWeight),
    tf.mul(l1, loss.thresholdWeight),
    tf.mul(dice, loss.binaryWeight),
  ]) as tf.Scalar;
}

function run(
  node: Exclude<Node, { kind: "input" }>,
  values: ReadonlyMap<string, tf.Tensor4D>,
  variables: Variables,
): tf.Tensor4D {
  const parameter = <R extends tf.Rank>(name: string): tf.Tensor<R> =>
    variables.get(name) as unknown as tf.Tensor<R>;
  switch (node.kind) {
    case "conv": {
      const y = tf.conv2d(
        at(values, node.input),
        parameter<tf.Rank.R4>(node.weight),
        node.stride,
        node.padding,
      );
      return node.bias === undefined ? y : tf.add(y, parameter(node.bias));
    }
    case "convTranspose": {
      const x = at(values, node.input);
      const [batch, height, width] = x.shape;
      const shape: [number, number, number, number] = [batch, 2 * height, 2 * width, node.outChannels];
      const y = tf.conv2dTranspose(x, parameter<tf.Rank.R4>(node.weight), shape, 2, "valid");
      return node.bias === undefined ? y : tf.add(y, parameter(node.bias));
    }
    case "batchNorm": {
      const x = at(values, node.input);
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      const [gamma, beta] = [parameter<tf.Rank.R1>(node.gamma), parameter<tf.Rank.R1>(node.beta)];
      return tf.batchNorm4d(x, mean as tf.Tensor1D, variance as tf.Tensor1D, beta, gamma, node.epsilon);
    }
    case "activation":
      if (node.activation === "relu") return tf.relu(at(values, node.input));
      break;
    case "upsample": {
      const x = at(values, node.input);
      return tf.image.resizeNearestNeighbor(x, [x.shape[1] * node.factor, x.shape[2] * node.factor]);
    }
    case "add":
      return tf.add(at(values, node.inputs[0]), at(values, node.inputs[1]));
    case "concat":
      return tf.concat(
        node.inputs.map((id) => at(values, id)),
        3,
      );
  }
  throw new Error(`the benchmark's nets have no ${node.kind}`);
}

function at(values: ReadonlyMap<string, tf.Tensor4D>, id: string): tf.Tensor4D {
  const value = values.get(id);
  if (value === undefined) throw new Error(`"${id}" has no value yet`);
  return value;
}
