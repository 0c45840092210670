// What a graph costs: parameters, multiply-adds and activations by block, for the model card and for estimates.

import { sizeOf } from "./init.ts";
import { type InputSize, inferShapes } from "./shapes.ts";
import type { Block, Graph, Node, NodeId, Shape } from "./types.ts";

interface BlockDescription {
  readonly block: Block;
  /** Trainable values; running statistics are not counted, as in PyTorch. */
  readonly parameters: number;
  /** Of one page, forward. A training step costs about three times as many. */
  readonly multiplyAdds: number;
  /** Values of one page that the block writes, forward. */
  readonly activations: number;
  readonly nodes: number;
  /** What leaves the block: outputs that another block or the loss reads. */
  readonly outputs: readonly (Shape & { readonly id: NodeId })[];
}

export interface ModelDescription {
  readonly name: string;
  readonly input: Shape;
  readonly blocks: readonly BlockDescription[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly activations: number;
}

const BLOCKS: readonly Block[] = ["encoder", "neck", "probabilityHead", "thresholdHead"];

/** Trainable values, as PyTorch counts parameters. */
export function countParameters(graph: Graph): number {
  return sum(graph.parameters.filter(isCounted), sizeOf);
}

/** Throws as inferShapes does. */
export function describeGraph(graph: Graph, size: InputSize): ModelDescription {
  const shapes = inferShapes(graph, size);
  const shapeOf = (id: NodeId): Shape => shapes.get(id) ?? { channels: 0, heightPx: 0, widthPx: 0 };
  const volume = (node: Node): number => volumeOf(shapeOf(node.id));
  const blocks = BLOCKS.map((block) => {
    const nodes = graph.nodes.filter((node) => node.block === block && node.kind !== "input");
    return {
      block,
      parameters: sum(
        graph.parameters.filter((parameter) => parameter.block === block && isCounted(parameter)),
        sizeOf,
      ),
      multiplyAdds: sum(nodes, (node) => multiplyAddsOf(node, shapeOf)),
      activations: sum(nodes, volume),
      nodes: nodes.length,
      outputs: nodes.filter((node) => leaves(graph, node)).map(({ id }) => ({ id, ...shapeOf(id) })),
    };
  }).filter(({ nodes }) => nodes > 0);
  return {
    name: graph.name,
    input: shapeOf(graph.nodes[0]?.id ?? ""),
    blocks,
    parameters: sum(blocks, ({ parameters }) => parameters),
    multiplyAdds: sum(blocks, ({ multiplyAdds }) => multiplyAdds),
    activations: sum(blocks, ({ activations }) => activations),
  };
}

/** Nodes whose outputs a node reads, in order. */
export function inputsOf(node: Node): readonly NodeId[] {
  switch (node.kind) {
    case "input":
      return [];
    case "add":
    case "concat":
      return node.inputs;
    case "scaleChannels":
      return [node.input, node.scale];
    default:
      return [node.input];
  }
}

function multiplyAddsOf(node: Node, shapeOf: (id: NodeId) => Shape): number {
  if (node.kind === "conv") {
    return volumeOf(shapeOf(node.id)) * (node.inChannels / node.groups) * node.kernel ** 2;
  }
  // Every input value meets 2×2 outputs, so every output sees each input channel once.
  if (node.kind === "convTranspose") return volumeOf(shapeOf(node.id)) * node.inChannels;
  return 0;
}

function leaves(graph: Graph, node: Node): boolean {
  if (node.id === graph.outputs.probability || node.id === graph.outputs.threshold) return true;
  return graph.nodes.some((other) => other.block !== node.block && inputsOf(other).includes(node.id));
}

function isCounted(parameter: Graph["parameters"][number]): boolean {
  return parameter.role !== "runningMean" && parameter.role !== "runningVariance";
}

function volumeOf(shape: Shape): number {
  return shape.channels * shape.heightPx * shape.widthPx;
}

function sum<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((total, item) => total + measure(item), 0);
}
