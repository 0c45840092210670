// The training step over float tensors of any size: forward, loss, gradient, clipping, optimiser, running statistics.
// Knows neither bytes nor files nor which device runs it; nothing in it waits for a value.

import * as tf from "@tensorflow/tfjs-core";
import {
  type Graph,
  type Node,
  type NodeId,
  type ParameterName,
  validateGraph,
  type Weights,
} from "../../graph/index.ts";
import { averageShare, isAveraging } from "../average.ts";
import type { EngineSettings, EngineState } from "../engine.ts";
import { freeze } from "../freeze.ts";
import type { BatchStatistics } from "./batch-norm.ts";
import { type LossTensors, lossFromLogits, type TargetTensors } from "./loss.ts";
import { nodesFor, runNodes } from "./network.ts";
import { clipped, gradientNorm, momentCount, moved } from "./optimizer.ts";
import { ParameterVector } from "./parameters.ts";

export type TrainerSettings = Pick<
  EngineSettings,
  | "graph"
  | "initialWeights"
  | "loss"
  | "optimizer"
  | "clipNorm"
  | "accumulate"
  | "averageDecay"
  | "frozen"
  | "batchNorm"
>;

/** Called as each part of a step has been queued. */
export type Lap = (stage: "forward" | "backward" | "optimiser") => void;

/** What is kept of one forward and backward pass; whoever receives it disposes it. */
interface Gradient {
  readonly loss: LossTensors;
  /** All trainable values' gradients, in the order of the vector. */
  readonly vector: tf.Tensor1D;
  readonly statistics: readonly LayerStatistics[];
}

export interface LayerStatistics {
  readonly node: BatchNorm;
  readonly of: BatchStatistics;
}

type BatchNorm = Extract<Node, { kind: "batchNorm" }>;

export class Trainer {
  readonly #settings: TrainerSettings;
  readonly #runningNorms: ReadonlySet<NodeId>;
  readonly #trainable: ParameterVector;
  readonly #running: ParameterVector;
  readonly #frozen: ParameterVector;
  #values: tf.Tensor1D;
  #runningValues: tf.Tensor1D;
  #frozenValues: tf.Tensor1D;
  #moments: readonly tf.Tensor1D[];
  /** Running averages of values and running statistics, where the run asks for them. */
  #average: { readonly values: tf.Tensor1D; readonly running: tf.Tensor1D } | undefined;
  #moves = 0;
  /** Sum of the gradients since the last move. */
  #gathered: { readonly sum: tf.Tensor1D; readonly count: number } | undefined;

  /** Throws PlaygroundError when the graph does not fit together or weights are missing. */
  constructor(settings: TrainerSettings) {
    validateGraph(settings.graph);
    const { graph, runningNorms } = freeze(settings.graph, settings);
    this.#settings = { ...settings, graph };
    this.#runningNorms = runningNorms;
    const isRunning = (role: string): boolean => role === "runningMean" || role === "runningVariance";
    this.#trainable = new ParameterVector(
      graph,
      graph.parameters.filter(({ trainable }) => trainable),
    );
    this.#running = new ParameterVector(
      graph,
      graph.parameters.filter(({ role }) => isRunning(role)),
    );
    this.#frozen = new ParameterVector(
      graph,
      graph.parameters.filter(({ role, trainable }) => !trainable && !isRunning(role)),
    );
    const weights = settings.initialWeights;
    this.#values = vectorOf(this.#trainable.pack(weights, "building the engine"));
    this.#runningValues = vectorOf(this.#running.pack(weights, "building the engine"));
    this.#frozenValues = vectorOf(this.#frozen.pack(weights, "building the engine"));
    this.#moments = this.#zeroMoments();
    if (isAveraging(settings)) this.#average = this.#copyOfNow();
  }

  /**
   * images [N, H, W, 3] normalised. Returns [total, probability, threshold, binary, gradient norm], kept; the norm is NaN
   * unless this batch moved the optimiser.
   */
  step(images: tf.Tensor4D, targets: TargetTensors, learningRate: number, lap: Lap): tf.Tensor1D {
    const { loss, vector, statistics } = this.#gradient(images, targets, lap);
    const movesBefore = this.#moves;
    const norm = this.#gather(vector, learningRate);
    this.#runningValues = replaced(this.#runningValues, (old) =>
      runningAfter(this.#running, old, statistics),
    );
    if (this.#moves > movesBefore) this.#moveAverage();
    const { total, probability, threshold, binary } = loss;
    const report = tf.tidy(() => tf.stack([total, probability, threshold, binary, norm]) as tf.Tensor1D);
    tf.dispose([total, probability, threshold, binary, norm, vector]);
    for (const { of } of statistics) tf.dispose([of.mean, of.variance]);
    lap("optimiser");
    return report;
  }

  /** Logits [N, H, W, 1] of the asked outputs. Training mode normalises with the batch and leaves running statistics. */
  logits(
    images: tf.Tensor4D,
    outputs: readonly NodeId[],
    mode: "training" | "inference" = "inference",
  ): tf.Tensor4D[] {
    const ignore = (_node: BatchNorm, { mean, variance }: BatchStatistics): void =>
      tf.dispose([mean, variance]);
    return tf.tidy(() => {
      const nodes = nodesFor(this.#settings.graph, outputs);
      const isTraining = mode === "training";
      const slices = this.#trainable.slices((isTraining ? undefined : this.#average?.values) ?? this.#values);
      const values = this.#run(nodes, images, slices, isTraining ? ignore : undefined);
      return outputs.map((id) => tf.clone(valueAt(values, id)));
    });
  }

  /** Gradient of the loss by parameter, before clipping, without moving anything. */
  async gradients(images: tf.Tensor4D, targets: TargetTensors): Promise<Weights> {
    const { loss, vector, statistics } = this.#gradient(images, targets, () => undefined);
    const gradients = this.#trainable.unpack((await vector.data()) as Float32Array);
    tf.dispose([loss.total, loss.probability, loss.threshold, loss.binary, vector]);
    for (const { of } of statistics) tf.dispose([of.mean, of.variance]);
    return gradients;
  }

  async readState(): Promise<EngineState> {
    const moves = this.#moves;
    const now = { values: this.#values, running: this.#runningValues };
    const average = this.#average;
    const vectors = [
      ...[now, average ?? now].flatMap(({ values, running }) => [values, running]),
      ...[this.#frozenValues, ...this.#moments],
    ].map((vector) => tf.clone(vector));
    const read = (await Promise.all(vectors.map((vector) => vector.data()))) as Float32Array[];
    tf.dispose(vectors);
    const [values, running, averaged, averagedRunning, frozen, ...moments] = read;
    const weightsOf = (trainable?: Float32Array, statistics?: Float32Array): Weights => {
      const order = new Map<ParameterName, Float32Array>([
        ...this.#trainable.unpack(trainable ?? new Float32Array()),
        ...this.#running.unpack(statistics ?? new Float32Array()),
        ...this.#frozen.unpack(frozen ?? new Float32Array()),
      ]);
      return new Map(
        this.#settings.graph.parameters.map(({ name }) => [name, order.get(name) ?? new Float32Array()]),
      );
    };
    const unpacked = moments.map((moment) => this.#trainable.unpack(moment));
    return {
      weights: weightsOf(values, running),
      ...(average === undefined ? {} : { average: weightsOf(averaged, averagedRunning) }),
      optimizer: new Map(
        this.#trainable.entries.map(({ parameter: { name } }) => [
          name,
          unpacked.map((moment) => moment.get(name) ?? new Float32Array()),
        ]),
      ),
      moves,
    };
  }

  /** Throws PlaygroundError naming what is missing, and then changes nothing. Gathered gradients are dropped. */
  writeState(state: EngineState): void {
    const doing = "restoring the engine's state";
    const packed = {
      values: this.#trainable.pack(state.weights, doing),
      running: this.#running.pack(state.weights, doing),
      frozen: this.#frozen.pack(state.weights, doing),
      moments: this.#moments.map((_, index) => {
        const moment = new Map(
          [...state.optimizer].map(([name, all]) => [name, all[index] ?? new Float32Array()]),
        );
        return this.#trainable.pack(moment, doing);
      }),
    };
    const { average } = state;
    const averaged = average && [this.#trainable, this.#running].map((group) => group.pack(average, doing));
    this.#disposeVectors();
    this.#values = vectorOf(packed.values);
    this.#runningValues = vectorOf(packed.running);
    this.#frozenValues = vectorOf(packed.frozen);
    this.#moments = packed.moments.map(vectorOf);
    this.#moves = state.moves;
    if (!isAveraging(this.#settings)) return;
    const [values, running] = averaged?.map(vectorOf) ?? [];
    this.#average = values && running ? { values, running } : this.#copyOfNow();
  }

  dispose(): void {
    this.#disposeVectors();
  }

  #gradient(images: tf.Tensor4D, targets: TargetTensors, lap: Lap): Gradient {
    const { graph, loss: settings } = this.#settings;
    const statistics: { node: BatchNorm; of: BatchStatistics }[] = [];
    const losses: LossTensors[] = [];
    const outputs = [graph.outputs.probability, graph.outputs.threshold] as const;
    const nodes = nodesFor(graph, outputs);
    const lossOf = (...slices: tf.Tensor[]): tf.Scalar => {
      const values = this.#run(nodes, images, slices, (node, of) => statistics.push({ node, of }));
      const [probability, threshold] = outputs.map((id) => flat(valueAt(values, id))) as [
        tf.Tensor1D,
        tf.Tensor1D,
      ];
      const loss = lossFromLogits(probability, threshold, targets, settings);
      losses.push(keptLoss(loss));
      lap("forward");
      return loss.total;
    };
    const vector = tf.tidy(() => {
      const { grads } = tf.valueAndGrads(lossOf)(this.#trainable.slices(this.#values));
      return tf.concat1d(grads.map((gradient) => flat(gradient)));
    });
    lap("backward");
    const [loss] = losses;
    if (loss === undefined) throw new Error("the loss was not computed");
    return { loss, vector, statistics };
  }

  /** Adds a gradient; moves the optimiser when enough are there. Returns the norm before clipping, or NaN. */
  #gather(gradient: tf.Tensor1D, learningRate: number): tf.Scalar {
    const { accumulate, clipNorm, optimizer } = this.#settings;
    const before = this.#gathered;
    const count = (before?.count ?? 0) + 1;
    const sum = tf.tidy(
      () => (before === undefined ? tf.clone(gradient) : tf.add(before.sum, gradient)) as tf.Tensor1D,
    );
    before?.sum.dispose();
    if (count < accumulate) {
      this.#gathered = { sum, count };
      return tf.scalar(Number.NaN);
    }
    this.#gathered = undefined;
    this.#moves++;
    const { values, moments, norm } = tf.tidy(() => {
      const mean = count === 1 ? sum : tf.div<tf.Tensor1D>(sum, count);
      const norm = gradientNorm(mean);
      const now = { values: this.#values, moments: this.#moments };
      const after = moved(now, clipped(mean, norm, clipNorm), optimizer, learningRate, this.#moves);
      return { values: after.values, moments: [...after.moments], norm };
    });
    tf.dispose([sum, this.#values, ...this.#moments]);
    this.#values = values;
    this.#moments = moments;
    return norm;
  }

  #run(
    nodes: readonly Node[],
    images: tf.Tensor4D,
    trainable: readonly tf.Tensor[],
    onStatistics?: (node: BatchNorm, of: BatchStatistics) => void,
  ): ReadonlyMap<NodeId, tf.Tensor4D> {
    const parameters = new Map<ParameterName, tf.Tensor>();
    const add = (vector: ParameterVector, slices: readonly tf.Tensor[]): void =>
      vector.entries.forEach(({ parameter: { name } }, index) => {
        const slice = slices[index];
        if (slice !== undefined) parameters.set(name, slice);
      });
    add(this.#trainable, trainable);
    add(this.#frozen, this.#frozen.slices(this.#frozenValues));
    const running = (onStatistics === undefined ? this.#average?.running : undefined) ?? this.#runningValues;
    if (onStatistics === undefined || this.#runningNorms.size > 0)
      add(this.#running, this.#running.slices(running));
    const input = this.#settings.graph.nodes[0]?.id ?? "";
    return runNodes(nodes, new Map([[input, images]]), (name) => readParameter(parameters, name), {
      onStatistics: onStatistics ?? "inference",
      runningNorms: this.#runningNorms,
    });
  }

  #copyOfNow(): { readonly values: tf.Tensor1D; readonly running: tf.Tensor1D } {
    return { values: tf.clone(this.#values), running: tf.clone(this.#runningValues) };
  }

  #moveAverage(): void {
    const average = this.#average;
    if (average === undefined) return;
    const share = averageShare(this.#settings, this.#moves);
    const moved = (old: tf.Tensor1D, value: tf.Tensor1D): tf.Tensor1D =>
      replaced(old, () => tf.add(old, tf.mul(tf.sub(value, old), share)));
    const values = moved(average.values, this.#values);
    this.#average = { values, running: moved(average.running, this.#runningValues) };
  }

  #zeroMoments(): readonly tf.Tensor1D[] {
    const count = momentCount(this.#settings.optimizer);
    return Array.from({ length: count }, () => tf.zeros<tf.Rank.R1>([this.#trainable.size]));
  }

  #disposeVectors(): void {
    tf.dispose([this.#values, this.#runningValues, this.#frozenValues, ...this.#moments]);
    if (this.#average !== undefined) tf.dispose([this.#average.values, this.#average.running]);
    this.#average = undefined;
    this.#gathered?.sum.dispose();
    this.#gathered = undefined;
  }
}

/**
 * running + momentum·(batch − running) for all layers at once. The variance is made unbiased as in PyTorch; a layer
 * with a single value per channel has none, so its variance stays the biased 0.
 */
export function runningAfter(
  vector: ParameterVector,
  running: tf.Tensor1D,
  statistics: readonly LayerStatistics[],
): tf.Tensor1D {
  const batch = new Map<ParameterName, tf.Tensor1D>();
  const momenta = new Map<ParameterName, number>();
  for (const { node, of } of statistics) {
    batch.set(node.runningMean, of.mean);
    batch.set(node.runningVariance, tf.mul(of.variance, of.count / Math.max(of.count - 1, 1)));
    momenta.set(node.runningMean, node.momentum).set(node.runningVariance, node.momentum);
  }
  if (batch.size === 0) return tf.clone(running);
  const share = new Float32Array(vector.size);
  const slices = vector.entries.map(({ parameter: { name }, offset, size }) => {
    share.fill(momenta.get(name) ?? 0, offset, offset + size);
    return batch.get(name) ?? tf.zeros<tf.Rank.R1>([size]);
  });
  return tf.add(running, tf.mul(tf.sub(tf.concat1d(slices), running), tf.tensor1d(share)));
}

/** The output nodes' ids of a graph, for `logits`. */
export function outputsOf(graph: Graph, wantThreshold: boolean): readonly NodeId[] {
  const { probability, threshold } = graph.outputs;
  return wantThreshold ? [probability, threshold] : [probability];
}

function vectorOf(values: Float32Array): tf.Tensor1D {
  return tf.tensor1d(values);
}

function flat(tensor: tf.Tensor): tf.Tensor1D {
  return tf.reshape(tensor, [-1]);
}

function replaced(old: tf.Tensor1D, change: (old: tf.Tensor1D) => tf.Tensor1D): tf.Tensor1D {
  const next = tf.tidy(() => change(old));
  old.dispose();
  return next;
}

function keptLoss(loss: LossTensors): LossTensors {
  const keep = (part: tf.Scalar): tf.Scalar => tf.keep(tf.clone(part));
  return {
    total: keep(loss.total),
    probability: keep(loss.probability),
    threshold: keep(loss.threshold),
    binary: keep(loss.binary),
  };
}

function valueAt(values: ReadonlyMap<NodeId, tf.Tensor4D>, id: NodeId): tf.Tensor4D {
  const value = values.get(id);
  if (value === undefined) throw new Error(`node "${id}" was not run`);
  return value;
}

function readParameter(parameters: ReadonlyMap<ParameterName, tf.Tensor>, name: ParameterName): tf.Tensor {
  const parameter = parameters.get(name);
  if (parameter === undefined) throw new Error(`parameter "${name}" is not on the device`);
  return parameter;
}
