// jax-js as a contestant: the same network and loss, jit of the loss's value and gradient with Adam's move, on any of its
// devices. It keeps no running statistics, which saves it work. Used by nothing but the benchmark.

import {
  type Array as JaxArray,
  defaultDevice,
  type Device,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  valueAndGrad,
} from "@jax-js/jax";
import type { EngineSettings } from "../../src/engine/index.ts";
import type { Graph, Node } from "../../src/graph/index.ts";
import { floatsOf } from "./nets.ts";
import type { ContestantFactory, ContestantKey } from "./types.ts";

type Named = { [name: string]: JaxArray };

/** Everything a step reads but the parameters; `rates`: learning rate, 1 − β1^t, 1 − β2^t. */
type Batch = {
  image: JaxArray;
  positive: JaxArray;
  valid: JaxArray;
  threshold: JaxArray;
  thresholdMask: JaxArray;
};

export const jaxOnWebGpu = jaxOn("webgpu", "jax", "jax-js on WebGPU");

export function jaxOn(device: Device, key: ContestantKey, label: string): ContestantFactory {
  return { key, label, build: (settings) => build(device, settings) };
}

async function build(device: Device, settings: EngineSettings): ReturnType<ContestantFactory["build"]> {
  const ready = await init(device);
  if (!ready.includes(device)) throw new Error(`jax-js has no device "${device}" here`);
  const { graph, batchSize, sizePx, optimizer } = settings;
  if (optimizer.kind !== "adamw") throw new Error("this contestant trains with Adam");
  const { beta1, beta2, epsilon } = optimizer;
  const onDevice = <T>(work: () => T): T => {
    const before = defaultDevice();
    defaultDevice(device);
    try {
      return work();
    } finally {
      defaultDevice(before);
    }
  };
  const named = (valuesOf: (name: string, size: number) => Float32Array<ArrayBuffer>): Named =>
    Object.fromEntries(
      graph.parameters
        .filter(({ trainable }) => trainable)
        .map(({ name, shape }) => {
          const size = shape.reduce((product, side) => product * side, 1);
          return [name, np.array(valuesOf(name, size), { shape: [...shape], device })];
        }),
    );
  let weights = named(
    (name, size) => new Float32Array(settings.initialWeights.get(name) ?? new Float32Array(size)),
  );
  let first = named((_, size) => new Float32Array(size));
  let second = named((_, size) => new Float32Array(size));
  let moves = 0;

  const lossAndGradient = valueAndGrad((parameters: Named, batch: Batch) =>
    lossOf(parameters, batch, settings),
  );
  const move = jit((weights: Named, first: Named, second: Named, batch: Batch, rates: JaxArray) => {
    const [loss, gradient] = lossAndGradient(
      ofEach(weights, (one) => one.ref),
      batch,
    ) as [JaxArray, Named];
    const rate = (index: number): JaxArray => rates.ref.slice(index);
    const next = { weights: {} as Named, first: {} as Named, second: {} as Named };
    for (const [name, weight] of Object.entries(weights)) {
      const [g, m, v] = [gradient[name], first[name], second[name]];
      if (g === undefined || m === undefined || v === undefined) throw new Error(`no gradient of ${name}`);
      const mean = m.mul(beta1).add(g.ref.mul(1 - beta1));
      const square = v.mul(beta2).add(np.square(g).mul(1 - beta2));
      const deviation = np.sqrt(square.ref.div(rate(2))).add(epsilon);
      next.weights[name] = weight.sub(mean.ref.div(rate(1)).div(deviation).mul(rate(0)));
      next.first[name] = mean;
      next.second[name] = square;
    }
    rates.dispose();
    return { loss, ...next };
  });

  return {
    async step(bytes, learningRate) {
      const floats = floatsOf(bytes, settings, "NCHW");
      const start = performance.now();
      moves += 1;
      const result = onDevice(() => {
        const map = (data: Float32Array<ArrayBuffer>): JaxArray => np.array(data, { device });
        const batch: Batch = {
          image: np.array(floats.images, { shape: [batchSize, 3, sizePx, sizePx], device }),
          positive: map(floats.positive),
          valid: map(floats.valid),
          threshold: map(floats.threshold),
          thresholdMask: map(floats.thresholdMask),
        };
        const rates = map(Float32Array.of(learningRate, 1 - beta1 ** moves, 1 - beta2 ** moves));
        return move(weights, first, second, batch, rates);
      });
      ({ weights, first, second } = result);
      const scriptMs = performance.now() - start;
      const [loss = Number.NaN] = await result.loss.data();
      await Promise.all(Object.values(weights).map((weight) => weight.blockUntilReady()));
      return { loss, scriptMs };
    },
    figures: () => ({}),
    dispose() {
      move.dispose();
      for (const each of [weights, first, second]) for (const array of Object.values(each)) array.dispose();
    },
  };
}

function ofEach(named: Named, change: (array: JaxArray) => JaxArray): Named {
  return Object.fromEntries(Object.entries(named).map(([name, array]) => [name, change(array)]));
}

/** Takes over its arguments, as jax-js asks of every function. */
function lossOf(parameters: Named, batch: Batch, { graph, loss }: EngineSettings): JaxArray {
  const { probability, threshold } = logitsOf(graph, parameters, batch.image);
  const { positive, valid, threshold: target, thresholdMask: mask } = batch;
  const sum = (array: JaxArray): JaxArray => np.sum(array);
  const crossEntropy = nn.softplus(probability.ref).sub(probability.ref.mul(positive.ref));
  const balanced = sum(crossEntropy.mul(valid.ref)).div(sum(valid.ref).add(loss.epsilon));
  const thresholdMap = nn.sigmoid(threshold);
  const distance = sum(np.absolute(thresholdMap.ref.sub(target)).mul(mask.ref));
  const l1 = distance.div(np.maximum(sum(mask), 1));
  const binary = nn.sigmoid(nn.sigmoid(probability).sub(thresholdMap).mul(loss.k));
  const overlap = sum(binary.ref.mul(positive.ref));
  const union = sum(binary.mul(valid)).add(sum(positive)).add(loss.epsilon);
  const dice = overlap.mul(-2).div(union).add(1);
  return balanced
    .mul(loss.probabilityWeight)
    .add(l1.mul(loss.thresholdWeight))
    .add(dice.mul(loss.binaryWeight));
}

/** Logits of both heads, a value for each pixel. */
function logitsOf(
  graph: Graph,
  parameters: Named,
  image: JaxArray,
): { probability: JaxArray; threshold: JaxArray } {
  const values = new Map<string, JaxArray>();
  const at = (id: string): JaxArray => {
    const value = values.get(id);
    if (value === undefined) throw new Error(`"${id}" has no value yet`);
    return value.ref;
  };
  const parameter = (name: string): JaxArray => {
    const value = parameters[name];
    if (value === undefined) throw new Error(`there is no parameter "${name}"`);
    return value.ref;
  };
  for (const node of graph.nodes)
    values.set(node.id, node.kind === "input" ? image : run(node, at, parameter));
  const flat = (id: string): JaxArray => np.ravel(at(id));
  const outputs = { probability: flat(graph.outputs.probability), threshold: flat(graph.outputs.threshold) };
  for (const value of [...values.values(), ...Object.values(parameters)]) value.dispose();
  return outputs;
}

function run(
  node: Exclude<Node, { kind: "input" }>,
  at: (id: string) => JaxArray,
  parameter: (name: string) => JaxArray,
): JaxArray {
  const perChannel = (name: string): JaxArray => np.reshape(parameter(name), [1, -1, 1, 1]);
  const withBias = (y: JaxArray, bias: string | undefined): JaxArray =>
    bias === undefined ? y : y.add(perChannel(bias));
  switch (node.kind) {
    case "conv": {
      const { stride, padding } = node;
      const sides: [number, number][] = [
        [padding, padding],
        [padding, padding],
      ];
      return withBias(lax.conv(at(node.input), parameter(node.weight), [stride, stride], sides), node.bias);
    }
    case "convTranspose": {
      const options = { transposeKernel: true };
      const y = lax.convTranspose(at(node.input), parameter(node.weight), [2, 2], "VALID", options);
      return withBias(y, node.bias);
    }
    case "batchNorm": {
      const overPixels = { keepdims: true };
      const mean = np.mean(at(node.input), [0, 2, 3], overPixels);
      const centred = at(node.input).sub(mean);
      const variance = np.mean(np.square(centred.ref), [0, 2, 3], overPixels);
      const unit = centred.div(np.sqrt(variance.add(node.epsilon)));
      return unit.mul(perChannel(node.gamma)).add(perChannel(node.beta));
    }
    case "activation":
      if (node.activation === "relu") return nn.relu(at(node.input));
      break;
    case "upsample":
      return np.repeat(np.repeat(at(node.input), node.factor, 2), node.factor, 3);
    case "add":
      return at(node.inputs[0]).add(at(node.inputs[1]));
    case "concat":
      return np.concatenate(node.inputs.map(at), 1);
  }
  throw new Error(`the benchmark's nets have no ${node.kind}`);
}
