// A graph's parameters on the device: trainable values in one vector (an optimiser move is then a few operations),
// running statistics in another, frozen values one by one. Outside they are NCHW arrays by name.

import * as tf from "@tensorflow/tfjs-core";
import { PlaygroundError } from "../../core/index.ts";
import {
  type Graph,
  type Node,
  type Parameter,
  type ParameterName,
  sizeOf,
  type Weights,
} from "../../graph/index.ts";
import { inverseAxes, permuted, tfjsAxes } from "./layout.ts";

interface Entry {
  readonly parameter: Parameter;
  /** First value in its vector. */
  readonly offset: number;
  readonly size: number;
  /** Order of the axes in tfjs, and the shape that results. */
  readonly axes: readonly number[];
  readonly tfjsShape: number[];
}

/** Where each parameter of one group lies in the group's vector. */
export class ParameterVector {
  readonly entries: readonly Entry[];
  readonly size: number;

  constructor(graph: Pick<Graph, "nodes">, parameters: readonly Parameter[]) {
    const depthwise = depthwiseWeights(graph.nodes);
    let offset = 0;
    this.entries = parameters.map((parameter) => {
      const axes = tfjsAxes(parameter.role, parameter.shape, depthwise.has(parameter.name));
      const tfjsShape = axes.map((axis) => parameter.shape[axis] ?? 0);
      const entry = { parameter, offset, size: sizeOf(parameter), axes, tfjsShape };
      offset += entry.size;
      return entry;
    });
    this.size = offset;
  }

  /** One vector from NCHW arrays. Throws PlaygroundError naming a parameter that is missing or of another size. */
  pack(values: Weights, doing: string): Float32Array<ArrayBuffer> {
    const packed = new Float32Array(this.size);
    for (const { parameter, offset, size, axes } of this.entries) {
      const given = values.get(parameter.name);
      if (given?.length !== size) {
        const has = given === undefined ? "is missing" : `has ${given.length} values, not ${size}`;
        const message = `Parameter "${parameter.name}" ${has}.`;
        throw new PlaygroundError({ code: "bad-file", message, what: parameter.name, doing });
      }
      packed.set(permuted(given, parameter.shape, axes), offset);
    }
    return packed;
  }

  /** NCHW arrays from one vector. */
  unpack(packed: Float32Array): Map<ParameterName, Float32Array> {
    return new Map(
      this.entries.map(({ parameter, offset, size, axes, tfjsShape }) => [
        parameter.name,
        permuted(packed.subarray(offset, offset + size), tfjsShape, inverseAxes(axes)),
      ]),
    );
  }

  /** One tensor for each parameter, in order, in tfjs layout. */
  slices(vector: tf.Tensor1D): tf.Tensor[] {
    return this.entries.map(({ offset, size, tfjsShape }) =>
      tf.reshape(tf.slice1d(vector, offset, size), tfjsShape),
    );
  }
}

function depthwiseWeights(nodes: readonly Node[]): ReadonlySet<ParameterName> {
  return new Set(
    nodes.flatMap((node) =>
      node.kind === "conv" &&
      node.groups > 1 &&
      node.groups === node.inChannels &&
      node.groups === node.outChannels
        ? [node.weight]
        : [],
    ),
  );
}
