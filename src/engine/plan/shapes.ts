// Shapes of lowered nodes: those of the graph, plus joined and sliced values.

import type { NodeId, Shape } from "../../graph/index.ts";
import type { Lowered } from "./lowered.ts";

/** Channels and size of every lowered value for a square input. The graph itself was checked before. */
export function shapesOf(nodes: readonly Lowered[], sizePx: number): ReadonlyMap<NodeId, Shape> {
  const shapes = new Map<NodeId, Shape>();
  const inputShape = (node: Lowered, index = 0): Shape => {
    const shape = shapes.get(node.inputs[index] ?? "");
    if (shape === undefined) throw new Error(`"${node.id}" stands before its input`);
    return shape;
  };
  for (const node of nodes)
    shapes.set(
      node.id,
      shapeOf(node, (index) => inputShape(node, index), sizePx),
    );
  return shapes;
}

function shapeOf(node: Lowered, at: (index?: number) => Shape, sizePx: number): Shape {
  switch (node.kind) {
    case "input":
      return { channels: 3, heightPx: sizePx, widthPx: sizePx };
    case "conv":
      return { ...windowed(at(), node.geometry), channels: node.channels };
    case "maxPool":
      return windowed(at(), node.geometry);
    case "convTranspose":
      return { ...scaled(at(), 2), channels: node.channels };
    case "globalAveragePool":
      return { channels: at().channels, heightPx: 1, widthPx: 1 };
    case "upsample":
      return scaled(at(), node.factor);
    case "concat":
      return {
        ...at(),
        channels: node.inputs.reduce((sum, _, index) => sum + at(index).channels, 0),
      };
    case "slice":
      return { ...at(), channels: node.channels };
    case "batchNorm":
    case "activation":
    case "addUpsampled":
    case "scaleChannels":
      return at();
    default:
      return node satisfies never;
  }
}

function windowed(input: Shape, geometry: { kernel: number; stride: number; padding: number }): Shape {
  const { kernel, stride, padding } = geometry;
  const side = (px: number): number => Math.floor((px + 2 * padding - kernel) / stride) + 1;
  return { channels: input.channels, heightPx: side(input.heightPx), widthPx: side(input.widthPx) };
}

function scaled(input: Shape, factor: number): Shape {
  return { ...input, heightPx: input.heightPx * factor, widthPx: input.widthPx * factor };
}
