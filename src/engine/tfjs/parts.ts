// The parts of the tfjs engine for checks against references: the very functions that train, fed with plain arrays.

import * as tf from "@tensorflow/tfjs-core";
import { type Node, type Parameter, type ParameterName, parametersOf } from "../../graph/index.ts";
import type { LossSettings } from "../engine.ts";
import type {
  EngineParts,
  LossAnswer,
  LossQuestion,
  LossTargets,
  NodesAnswer,
  NodesQuestion,
  TrainingAnswer,
  TrainingQuestion,
  Values,
} from "../parts.ts";
import { type BackendName, startBackend } from "./backend.ts";
import { NCHW_AXES, NHWC_AXES, permuted } from "./layout.ts";
import {
  binaryMap,
  hardNegativeCount,
  type LossTensors,
  lossFromLogits,
  lossFromMaps,
  type TargetTensors,
} from "./loss.ts";
import { runNodes } from "./network.ts";
import { clipped, gradientNorm, momentCount, moved } from "./optimizer.ts";
import { ParameterVector } from "./parameters.ts";
import { type LayerStatistics, outputsOf, runningAfter, Trainer } from "./trainer.ts";

/** Starts a backend; `dispose` ends it. */
export async function tfjsParts(name: BackendName): Promise<EngineParts> {
  const backend = await startBackend(name);
  const onBackend =
    <Question extends readonly unknown[], Answer>(answer: (...question: Question) => Promise<Answer>) =>
    (...question: Question): Promise<Answer> => {
      backend.use();
      return Promise.race([answer(...question), backend.failed]);
    };
  return {
    id: `tfjs-${name}`,
    nodes: onBackend(answerNodes),
    binaryMap: onBackend(answerBinaryMap),
    loss: onBackend(answerLoss),
    optimize: onBackend(answerOptimize),
    clip: onBackend(answerClip),
    train: onBackend(answerTraining),
    dispose: () => backend.release(),
  };
}

async function answerNodes(question: NodesQuestion): Promise<NodesAnswer> {
  const { nodes, output, feeds, weights, mode } = question;
  const parameters = nodes.flatMap((node) => parametersOf(node).map((parameter) => ofNode(parameter, node)));
  const graph = { nodes, parameters };
  const vector = new ParameterVector(
    graph,
    parameters.filter(({ trainable }) => trainable),
  );
  const running = new ParameterVector(
    graph,
    parameters.filter(({ trainable }) => !trainable),
  );
  const before = tf.tensor1d(running.pack(weights, "checking operations"));
  const statistics: LayerStatistics[] = [];
  const ids = [...feeds.keys()];
  const inputs = [...feeds.values()].map(toNhwc);
  const outputGradient = toNhwc(question.outputGradient);
  const values = tf.tensor1d(vector.pack(weights, "checking operations"));
  const result = tf.tidy(() => {
    const slices = vector.slices(values);
    const forward = (...given: tf.Tensor[]): tf.Tensor => {
      const byId = new Map(ids.map((id, index) => [id, given[index] as tf.Tensor4D]));
      const named = new Map<ParameterName, tf.Tensor>();
      vector.entries.forEach(({ parameter }, index) => {
        named.set(parameter.name, given[ids.length + index] as tf.Tensor);
      });
      running.slices(before).forEach((slice, index) => {
        named.set(running.entries[index]?.parameter.name ?? "", slice);
      });
      const onStatistics = (node: LayerStatistics["node"], of: LayerStatistics["of"]): void => {
        statistics.push({ node, of });
      };
      const all = runNodes(nodes, byId, (name) => named.get(name) as tf.Tensor, {
        onStatistics: mode === "training" ? onStatistics : "inference",
      });
      return all.get(output) as tf.Tensor;
    };
    const { value, grads } = tf.valueAndGrads(forward)([...inputs, ...slices], outputGradient);
    const flatGrads = grads.slice(ids.length).map((gradient) => tf.reshape<tf.Rank.R1>(gradient, [-1]));
    return {
      value,
      feeds: grads.slice(0, ids.length),
      weights: flatGrads.length === 0 ? tf.tensor1d([]) : tf.concat1d(flatGrads),
      running: mode === "training" ? runningAfter(running, before, statistics) : tf.clone(before),
    };
  });
  const feedGradients = await Promise.all(result.feeds.map(fromNhwc));
  const answer = {
    output: await fromNhwc(result.value),
    feedGradients: new Map(ids.map((id, index) => [id, (feedGradients[index] as Values).data])),
    weightGradients: vector.unpack(await read(result.weights)),
    running: running.unpack(await read(result.running)),
  };
  tf.dispose([
    result,
    inputs,
    outputGradient,
    values,
    before,
    statistics.map(({ of }) => [of.mean, of.variance]),
  ]);
  return answer;
}

async function answerBinaryMap(
  question: Parameters<EngineParts["binaryMap"]>[0],
): ReturnType<EngineParts["binaryMap"]> {
  const { value, grads } = tf.tidy(() =>
    tf.valueAndGrads((p, t) => binaryMap(p as tf.Tensor1D, t as tf.Tensor1D, question.k))(
      [tf.tensor1d(question.probability), tf.tensor1d(question.threshold)],
      tf.tensor1d(question.outputGradient),
    ),
  );
  const [output, probability, threshold] = await Promise.all([value, ...grads].map(read));
  tf.dispose([value, ...grads]);
  return { output, probability, threshold } as Awaited<ReturnType<EngineParts["binaryMap"]>>;
}

async function answerLoss({ input, targets: given, settings }: LossQuestion): Promise<LossAnswer> {
  const targets = targetTensors(given);
  const names =
    input.kind === "maps"
      ? (["probability", "threshold", "binary"] as const)
      : (["probability", "threshold"] as const);
  const inputs = names.map((name) =>
    tf.tensor1d(name === "binary" && input.kind === "maps" ? input.binary : input[name as "probability"]),
  );
  const kept: tf.Scalar[] = [];
  const { value, grads } = tf.tidy(() =>
    tf.valueAndGrads((...maps) => {
      const loss = lossOf(input.kind, maps as tf.Tensor1D[], targets, settings);
      kept.push(
        tf.keep(tf.clone(loss.probability)),
        tf.keep(tf.clone(loss.threshold)),
        tf.keep(tf.clone(loss.binary)),
      );
      return loss.total;
    })(inputs),
  );
  const parts = await Promise.all([value, ...kept].map(read));
  const gradients = await Promise.all(grads.map(read));
  tf.dispose([value, ...kept, ...grads, ...inputs, ...targetList(targets)]);
  const [total = Number.NaN, probability = Number.NaN, threshold = Number.NaN, binary = Number.NaN] =
    parts.map(([x]) => x);
  return {
    total,
    probability,
    threshold,
    binary,
    positives: targets.counts.positive,
    negatives: hardNegativeCount(targets.counts, settings),
    gradients: new Map(names.map((name, index) => [name, gradients[index] ?? new Float32Array()])),
  };
}

function lossOf(
  kind: LossQuestion["input"]["kind"],
  [probability, threshold, binary]: readonly tf.Tensor1D[],
  targets: TargetTensors,
  settings: LossSettings,
): LossTensors {
  if (probability === undefined || threshold === undefined) throw new Error("the loss needs two inputs");
  if (kind === "logits") return lossFromLogits(probability, threshold, targets, settings);
  if (binary !== undefined) return lossFromMaps({ probability, threshold, binary }, targets, settings);
  const [p, t] = [sigmoid32(probability), sigmoid32(threshold)];
  return lossFromMaps(
    { probability: p, threshold: t, binary: binaryMap(p, t, settings.k) },
    targets,
    settings,
  );
}

/** Every intermediate value rounded to 32 bits, so that it saturates where PyTorch's does. */
function sigmoid32(x: tf.Tensor1D): tf.Tensor1D {
  return tf.div(1, tf.add(1, tf.exp(tf.neg(x))));
}

async function answerOptimize(
  question: Parameters<EngineParts["optimize"]>[0],
): ReturnType<EngineParts["optimize"]> {
  const { settings, learningRate, gradients } = question;
  let state = {
    values: tf.tensor1d(question.values),
    moments: Array.from({ length: momentCount(settings) }, () =>
      tf.zerosLike(tf.tensor1d(question.values)),
    ) as readonly tf.Tensor1D[],
  };
  const after: Float32Array[] = [];
  for (const [index, gradient] of gradients.entries()) {
    const next = tf.tidy(() => {
      const { values, moments } = moved(state, tf.tensor1d(gradient), settings, learningRate, index + 1);
      return { values, moments: [...moments] };
    });
    tf.dispose([state.values, ...state.moments]);
    state = next;
    after.push(await read(next.values));
  }
  tf.dispose([state.values, ...state.moments]);
  return after;
}

async function answerClip(
  gradients: readonly Float32Array[],
  maxNorm: number,
): ReturnType<EngineParts["clip"]> {
  const { norm, vector } = tf.tidy(() => {
    const whole = tf.concat1d(gradients.map((gradient) => tf.tensor1d(gradient)));
    const norm = gradientNorm(whole);
    return { norm, vector: clipped(whole, norm, maxNorm) };
  });
  const [size = Number.NaN] = await read(norm);
  const all = await read(vector);
  tf.dispose([norm, vector]);
  const ends = gradients.map((_, index) =>
    gradients.slice(0, index + 1).reduce((sum, { length }) => sum + length, 0),
  );
  return {
    norm: size,
    gradients: gradients.map(({ length }, index) => all.slice((ends[index] ?? 0) - length, ends[index])),
  };
}

async function answerTraining(question: TrainingQuestion): Promise<TrainingAnswer> {
  const { graph, weights, loss, optimizer, learningRate, steps } = question;
  const trainer = new Trainer({
    graph,
    initialWeights: weights,
    loss,
    optimizer,
    clipNorm: "off",
    accumulate: 1,
  });
  const images = toNhwc(question.images);
  const targets = targetTensors(question.targets);
  const firstGradients = await trainer.gradients(images, targets);
  const logits = trainer.logits(images, outputsOf(graph, true), "training");
  const maps = tf.tidy(() => {
    const [probability, threshold] = logits.map((map) => tf.sigmoid(tf.reshape<tf.Rank.R1>(map, [-1]))) as [
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    return [probability, threshold, binaryMap(probability, threshold, loss.k)];
  });
  const [probability, threshold, binary] = (await Promise.all(maps.map(read))) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const losses = [];
  for (let step = 0; step < steps; step++) {
    const report = trainer.step(images, targets, learningRate, () => undefined);
    const [total, bce, l1, dice, norm] = (await read(report)) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    losses.push({ total, probability: bce, threshold: l1, binary: dice, gradientNorm: norm });
    report.dispose();
  }
  const last = trainer.logits(images, outputsOf(graph, false)).map((map) => tf.sigmoid(map));
  const finalProbability = await read(last[0] as tf.Tensor);
  const { weights: finalWeights } = await trainer.readState();
  trainer.dispose();
  tf.dispose([images, ...logits, ...maps, ...last, ...targetList(targets)]);
  return {
    firstGradients,
    firstMaps: { probability, threshold, binary },
    losses,
    finalWeights,
    finalProbability,
  };
}

function targetTensors({ text, mask, threshold, thresholdMask }: LossTargets): TargetTensors {
  const positive = text.map((value, at) => value * (mask[at] ?? 0));
  const negative = text.map((value, at) => (1 - value) * (mask[at] ?? 0));
  const count = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0);
  return {
    positive: tf.tensor1d(positive),
    negative: tf.tensor1d(negative),
    threshold: tf.tensor1d(threshold),
    thresholdMask: tf.tensor1d(thresholdMask),
    counts: { positive: count(positive), negative: count(negative), thresholdMask: count(thresholdMask) },
  };
}

function targetList({ positive, negative, threshold, thresholdMask }: TargetTensors): tf.Tensor[] {
  return [positive, negative, threshold, thresholdMask];
}

function ofNode({ name, role, shape }: ReturnType<typeof parametersOf>[number], node: Node): Parameter {
  const trainable = role !== "runningMean" && role !== "runningVariance";
  return { name, role, shape, block: node.block, trainable };
}

function toNhwc({ shape, data }: Values): tf.Tensor4D {
  const sides = NHWC_AXES.map((axis) => shape[axis] ?? 1) as [number, number, number, number];
  return tf.tensor4d(permuted(data, shape, NHWC_AXES), sides);
}

async function fromNhwc(tensor: tf.Tensor): Promise<Values> {
  const shape = NCHW_AXES.map((axis) => tensor.shape[axis] ?? 1);
  return { shape, data: permuted(await read(tensor), tensor.shape, NCHW_AXES) };
}

async function read(tensor: tf.Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}
