// Two equal branches that end in the two outputs and start at the same value run as one branch of twice the channels:
// one product for both heads' first convolution, grouped transposed convolutions after it.

import type { Graph, NodeId } from "../../graph/index.ts";
import { consumersOf, type Lowered, type Names, type Norm } from "./lowered.ts";
import type { Activation } from "./types.ts";

/**
 * The nodes with both heads joined, or unchanged where they differ. Outputs become slices under their old names.
 * Parameters of both must be trainable or both not.
 */
export function joinTwins(nodes: readonly Lowered[], graph: Graph): Lowered[] {
  const { probability, threshold } = graph.outputs;
  const pairs = pairsFrom(nodes, probability, threshold);
  const first = pairs[0];
  if (first === undefined || !haveEqualTraining(pairs, graph)) return [...nodes];
  const joined: Lowered[] = [];
  let input = first[0].inputs;
  for (const [index, [left, right]] of pairs.entries()) {
    const node = join(left, right, input, index);
    joined.push(node);
    input = [node.id];
  }
  const channels = channelsOf(pairs);
  const gone = new Set(pairs.flatMap(([left, right]) => [left.id, right.id]));
  return [
    ...nodes.filter(({ id }) => !gone.has(id)),
    ...joined,
    { id: probability, inputs: input, kind: "slice", first: 0, channels },
    { id: threshold, inputs: input, kind: "slice", first: channels, channels },
  ];
}

type Pair = readonly [Lowered, Lowered];

/** From the common input to both outputs; empty where the branches differ. */
function pairsFrom(nodes: readonly Lowered[], left: NodeId, right: NodeId): Pair[] {
  if (left === right) return [];
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const consumers = consumersOf(nodes);
  const pairs: Pair[] = [];
  let [a, b] = [byId.get(left), byId.get(right)];
  if (consumers.has(left) || consumers.has(right)) return [];
  while (a !== undefined && b !== undefined && isJoinable(a, b)) {
    pairs.unshift([a, b]);
    const [inputA, inputB] = [a.inputs[0], b.inputs[0]];
    if (inputA === undefined || inputB === undefined) return [];
    if (inputA === inputB) return a.kind === "conv" ? pairs : [];
    if (consumers.get(inputA)?.length !== 1 || consumers.get(inputB)?.length !== 1) return [];
    [a, b] = [byId.get(inputA), byId.get(inputB)];
  }
  return [];
}

/** Only layers whose parameters can be laid one after the other; inner convolutions would need groups of weights. */
function isJoinable(a: Lowered, b: Lowered): boolean {
  if (a.kind === "conv" && b.kind === "conv") {
    const same = JSON.stringify([a.geometry, a.channels, a.bias.length]);
    return a.geometry.groups === 1 && same === JSON.stringify([b.geometry, b.channels, b.bias.length]);
  }
  if (a.kind === "convTranspose" && b.kind === "convTranspose") {
    return a.channels === b.channels && a.bias.length === b.bias.length;
  }
  if (a.kind === "batchNorm" && b.kind === "batchNorm") {
    const same = [
      a.norm.epsilon === b.norm.epsilon,
      a.norm.momentum === b.norm.momentum,
      a.statistics === b.statistics,
    ];
    return same.every(Boolean) && sameActivation(a.activation, b.activation);
  }
  return a.kind === "activation" && b.kind === "activation" && sameActivation(a.activation, b.activation);
}

function sameActivation(a: Activation | undefined, b: Activation | undefined): boolean {
  return a?.kind === b?.kind && a?.slope === b?.slope;
}

function join(a: Lowered, b: Lowered, inputs: readonly NodeId[], index: number): Lowered {
  const id = `${a.id} + ${b.id}`;
  const both = (x: Names, y: Names): Names => [...x, ...y];
  if (a.kind === "conv" && b.kind === "conv") {
    // Behind the first layer each branch sees only its own half.
    const groups = index === 0 ? 1 : 2;
    const shape = { channels: 2 * a.channels, geometry: { ...a.geometry, groups } };
    return { ...a, id, inputs, ...shape, weight: both(a.weight, b.weight), bias: both(a.bias, b.bias) };
  }
  if (a.kind === "convTranspose" && b.kind === "convTranspose") {
    const shape = { channels: 2 * a.channels, groups: 2 };
    return { ...a, id, inputs, ...shape, weight: both(a.weight, b.weight), bias: both(a.bias, b.bias) };
  }
  if (a.kind === "batchNorm" && b.kind === "batchNorm") {
    const norm: Norm = {
      ...a.norm,
      gamma: both(a.norm.gamma, b.norm.gamma),
      beta: both(a.norm.beta, b.norm.beta),
      runningMean: both(a.norm.runningMean, b.norm.runningMean),
      runningVariance: both(a.norm.runningVariance, b.norm.runningVariance),
    };
    return { ...a, id, inputs, norm };
  }
  return { ...a, id, inputs };
}

function channelsOf(pairs: readonly Pair[]): number {
  for (const [node] of [...pairs].reverse()) {
    if (node.kind === "conv" || node.kind === "convTranspose") return node.channels;
  }
  return 1;
}

function haveEqualTraining(pairs: readonly Pair[], graph: Graph): boolean {
  const trainable = new Map(graph.parameters.map(({ name, trainable }) => [name, trainable]));
  return pairs.every(([a, b]) => {
    const [left, right] = [parameterNames(a), parameterNames(b)];
    return left.every((name, index) => trainable.get(name) === trainable.get(right[index] ?? ""));
  });
}

/** All parameters of a node, list by list. */
export function parameterNames(node: Lowered): Names {
  return namesOf(node).flat();
}

/** Lists of parameters that must lie side by side. */
export function namesOf(node: Lowered): readonly Names[] {
  const ofNorm = (norm: Norm | undefined): readonly Names[] =>
    norm === undefined ? [] : [norm.gamma, norm.beta, norm.runningMean, norm.runningVariance];
  if (node.kind === "conv" || node.kind === "convTranspose") {
    return [node.weight, node.bias, ...ofNorm(node.norm)];
  }
  return node.kind === "batchNorm" ? ofNorm(node.norm) : [];
}
