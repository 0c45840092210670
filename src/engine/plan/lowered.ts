// The graph between its builders and the plan: the same nodes, but able to stand for several at once.
// A lowered node may carry the parameters of two equal layers, an activation, or an upsampling that was folded into it.

import type { Graph, Node, NodeId } from "../../graph/index.ts";
import type { Activation, ConvGeometry, PoolGeometry } from "./types.ts";

/** Names of parameters that act as one, in the order of their channels. */
export type Names = readonly string[];

export interface Norm {
  readonly gamma: Names;
  readonly beta: Names;
  readonly runningMean: Names;
  readonly runningVariance: Names;
  readonly epsilon: number;
  readonly momentum: number;
}

/** What a batch norm normalises with; the batch's own also move the running ones. */
export type Statistics = "batch" | "running";

export type LoweredKind =
  | { readonly kind: "input" }
  | {
      readonly kind: "conv";
      readonly channels: number;
      readonly geometry: ConvGeometry;
      readonly weight: Names;
      readonly bias: Names;
      readonly norm?: Norm;
      readonly activation?: Activation;
    }
  | {
      readonly kind: "convTranspose";
      readonly channels: number;
      readonly groups: number;
      readonly weight: Names;
      readonly bias: Names;
      readonly norm?: Norm;
      readonly activation?: Activation;
    }
  | {
      readonly kind: "batchNorm";
      readonly norm: Norm;
      readonly statistics: Statistics;
      readonly activation?: Activation;
    }
  | { readonly kind: "activation"; readonly activation: Activation }
  | { readonly kind: "maxPool"; readonly geometry: PoolGeometry }
  | { readonly kind: "globalAveragePool" }
  | { readonly kind: "upsample"; readonly factor: number }
  /** Inputs: base, coarse. */
  | { readonly kind: "addUpsampled"; readonly factor: number }
  /** Inputs: value, scale. */
  | { readonly kind: "scaleChannels" }
  | { readonly kind: "concat" }
  /** Some channels of its input. */
  | { readonly kind: "slice"; readonly first: number; readonly channels: number };

export type Lowered<K extends LoweredKind["kind"] = LoweredKind["kind"]> = {
  readonly id: NodeId;
  readonly inputs: readonly NodeId[];
} & Extract<LoweredKind, { readonly kind: K }>;

/** Nodes that `outputs` depend on, in order, each by itself. `statisticsOf` a batch norm's node. */
export function lowerGraph(
  graph: Graph,
  outputs: readonly NodeId[],
  statisticsOf: (id: NodeId) => Statistics,
): Lowered[] {
  const needed = new Set(outputs);
  const kept: Lowered[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!needed.has(node.id)) continue;
    const lowered = lowerNode(node, statisticsOf);
    for (const input of lowered.inputs) needed.add(input);
    kept.push(lowered);
  }
  return kept.reverse();
}

function lowerNode(node: Node, statisticsOf: (id: NodeId) => Statistics): Lowered {
  const { id } = node;
  switch (node.kind) {
    case "input":
      return { id, inputs: [], kind: "input" };
    case "conv": {
      const { kernel, stride, padding, groups, outChannels: channels } = node;
      const geometry = { kernel, stride, padding, groups };
      return { id, inputs: [node.input], kind: "conv", channels, geometry, ...weights(node) };
    }
    case "convTranspose":
      return {
        id,
        inputs: [node.input],
        kind: "convTranspose",
        channels: node.outChannels,
        groups: 1,
        ...weights(node),
      };
    case "batchNorm": {
      const { epsilon, momentum } = node;
      const norm = {
        gamma: [node.gamma],
        beta: [node.beta],
        runningMean: [node.runningMean],
        runningVariance: [node.runningVariance],
        epsilon,
        momentum,
      };
      return { id, inputs: [node.input], kind: "batchNorm", norm, statistics: statisticsOf(id) };
    }
    case "activation": {
      const activation = { kind: node.activation, slope: node.slope ?? 1 / 6 };
      return { id, inputs: [node.input], kind: "activation", activation };
    }
    case "maxPool": {
      const { kernel, stride, padding } = node;
      return { id, inputs: [node.input], kind: "maxPool", geometry: { kernel, stride, padding } };
    }
    case "globalAveragePool":
      return { id, inputs: [node.input], kind: "globalAveragePool" };
    case "upsample":
      return { id, inputs: [node.input], kind: "upsample", factor: node.factor };
    case "add":
      return { id, inputs: node.inputs, kind: "addUpsampled", factor: 1 };
    case "scaleChannels":
      return { id, inputs: [node.input, node.scale], kind: "scaleChannels" };
    case "concat":
      return { id, inputs: node.inputs, kind: "concat" };
    default:
      return node satisfies never;
  }
}

function weights(node: { readonly weight: string; readonly bias?: string }): { weight: Names; bias: Names } {
  return { weight: [node.weight], bias: node.bias === undefined ? [] : [node.bias] };
}

/** Who reads each value. */
export function consumersOf(nodes: readonly Lowered[]): ReadonlyMap<NodeId, readonly Lowered[]> {
  const consumers = new Map<NodeId, Lowered[]>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      const known = consumers.get(input);
      if (known === undefined) consumers.set(input, [node]);
      else known.push(node);
    }
  }
  return consumers;
}
