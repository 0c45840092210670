// Shapes of lowered nodes: those of the graph, plus joined and sliced values.

import type { NodeId, Shape } from "../../graph/index.ts";
import type { Lowered } from "./lowered.ts";

export interface InputSize {
  /** Side of the square input, or its height. */
  readonly sizePx: number;
  /** Where it is no square. */
  readonly widthPx?: number;
}

/** Channels and size of every lowered value for an input of that size. The graph itself was checked before. */
export function shapesOf(nodes: readonly Lowered[], size: InputSize): ReadonlyMap<NodeId, Shape> {
  const shapes = new Map<NodeId, Shape>();
  const inputShape = (node: Lowered, index = 0): Shape => {
    const shape = shapes.get(node.inputs[index] ?? "");
    if (shape === undefined) throw new Error(`"${node.id}" stands before its input`);
    return shape;
  };
  for (const node of nodes)
    shapes.set(
      node.id,
      shapeOf(node, (index) => inputShape(node, index), size),
    );
  return shapes;
}

function shapeOf(node: Lowered, at: (index?: number) => Shape, size: InputSize): Shape {
  switch (node.kind) {
    case "input":
      return { channels: 3, heightPx: size.sizePx, widthPx: size.widthPx ?? size.sizePx };
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
