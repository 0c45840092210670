// Channels and sizes of every node for a given input size. Throws where a graph does not fit together.

import { PlaygroundError } from "../core/index.ts";
import type { Graph, Node, NodeId, Shape } from "./types.ts";

/** A square's side, or both sides, of the input in pixels. */
export type InputSize = number | { readonly heightPx: number; readonly widthPx: number };

/**
 * Shape of each node's output. Throws PlaygroundError "bad-config" when a side is not a positive multiple of
 * `graph.sizeMultiplePx`, and "internal" naming the node when an input is missing or does not fit.
 */
export function inferShapes(graph: Graph, size: InputSize): ReadonlyMap<NodeId, Shape> {
  const { heightPx, widthPx } = typeof size === "number" ? { heightPx: size, widthPx: size } : size;
  for (const sidePx of [heightPx, widthPx]) requireMultiple(sidePx, graph);
  return inferNodeShapes(graph.nodes, (node) => ({ channels: node.channels, heightPx, widthPx }));
}

/** As inferShapes, for a bare list of nodes whose inputs may differ in shape. */
export function inferNodeShapes(
  nodes: readonly Node[],
  inputShape: (node: Node & { kind: "input" }) => Shape,
): ReadonlyMap<NodeId, Shape> {
  const shapes = new Map<NodeId, Shape>();
  for (const node of nodes) {
    if (shapes.has(node.id)) throw broken(node, "its id is used twice");
    shapes.set(node.id, node.kind === "input" ? inputShape(node) : shapeOf(node, shapes));
  }
  return shapes;
}

function shapeOf(node: Exclude<Node, { kind: "input" }>, shapes: ReadonlyMap<NodeId, Shape>): Shape {
  const at = (id: NodeId): Shape => {
    const shape = shapes.get(id);
    if (shape === undefined) throw broken(node, `its input "${id}" does not stand before it`);
    return shape;
  };
  switch (node.kind) {
    case "conv": {
      const input = at(node.input);
      requireChannels(node, input, node.inChannels);
      const side = (px: number): number => windows(node, px, node.kernel, node.stride, node.padding);
      return { channels: node.outChannels, heightPx: side(input.heightPx), widthPx: side(input.widthPx) };
    }
    case "convTranspose": {
      const input = at(node.input);
      requireChannels(node, input, node.inChannels);
      return scaled(input, 2, node.outChannels);
    }
    case "batchNorm":
      requireChannels(node, at(node.input), node.channels);
      return at(node.input);
    case "activation":
      return at(node.input);
    case "maxPool": {
      const input = at(node.input);
      const side = (px: number): number => windows(node, px, node.kernel, node.stride, node.padding);
      return { channels: input.channels, heightPx: side(input.heightPx), widthPx: side(input.widthPx) };
    }
    case "globalAveragePool":
      return { channels: at(node.input).channels, heightPx: 1, widthPx: 1 };
    case "upsample":
      return scaled(at(node.input), node.factor, at(node.input).channels);
    case "add": {
      const [a, b] = [at(node.inputs[0]), at(node.inputs[1])];
      requireChannels(node, b, a.channels);
      requireSameSize(node, a, b);
      return a;
    }
    case "scaleChannels": {
      const [input, scale] = [at(node.input), at(node.scale)];
      requireChannels(node, scale, input.channels);
      requireSameSize(node, { channels: 1, heightPx: 1, widthPx: 1 }, scale);
      return input;
    }
    case "concat": {
      const [first, ...others] = node.inputs.map(at);
      if (first === undefined) throw broken(node, "it has no inputs");
      for (const other of others) requireSameSize(node, first, other);
      const channels = others.reduce((sum, other) => sum + other.channels, first.channels);
      return { ...first, channels };
    }
    default:
      return node satisfies never;
  }
}

/** Positions of a window over a padded side. */
function windows(node: Node, px: number, kernel: number, stride: number, padding: number): number {
  const count = Math.floor((px + 2 * padding - kernel) / stride) + 1;
  if (count < 1) throw broken(node, `its input of ${px} px is smaller than its window`);
  return count;
}

function scaled(shape: Shape, factor: number, channels: number): Shape {
  return { channels, heightPx: shape.heightPx * factor, widthPx: shape.widthPx * factor };
}

function requireChannels(node: Node, shape: Shape, channels: number): void {
  if (shape.channels !== channels) {
    throw broken(node, `it expects ${channels} channels and gets ${shape.channels}`);
  }
}

function requireSameSize(node: Node, a: Shape, b: Shape): void {
  if (a.heightPx !== b.heightPx || a.widthPx !== b.widthPx) {
    throw broken(node, `sizes ${a.heightPx}×${a.widthPx} and ${b.heightPx}×${b.widthPx} differ`);
  }
}

function requireMultiple(sidePx: number, graph: Graph): void {
  if (Number.isInteger(sidePx) && sidePx > 0 && sidePx % graph.sizeMultiplePx === 0) return;
  throw new PlaygroundError({
    code: "bad-config",
    message: `Model "${graph.name}" needs sides that are multiples of ${graph.sizeMultiplePx} px; ${sidePx} px is not.`,
    what: "model.inputSizePx",
    next: `Choose ${Math.max(1, Math.round(sidePx / graph.sizeMultiplePx) || 1) * graph.sizeMultiplePx} px.`,
  });
}

/** The error of a graph that does not fit together at `node`. */
export function broken(node: Node, why: string): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: `The network does not fit together at "${node.id}" (${node.kind}): ${why}.`,
    what: node.id,
    doing: "checking the network",
  });
}
