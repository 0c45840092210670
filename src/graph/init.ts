// Weights before the first step. Kaiming-normal: He et al., "Delving Deep into Rectifiers" (2015), fan-in, gain of ReLU.
// Batch norm γ = 1, β = 1e-4 and biases 1e-4 as in the published DBNet implementations.

import { type Random, randomFrom } from "../core/index.ts";
import type { Graph, Node, Parameter, ParameterName, Weights } from "./types.ts";

const SMALL_BIAS = 1e-4;

/** The same seed gives the same values; each parameter draws from a sequence of its own. */
export function initialWeights(graph: Graph, seed: number): Weights {
  const fanIn = fanInByWeight(graph.nodes);
  return new Map(
    graph.parameters.map((parameter) => [
      parameter.name,
      fill(parameter, fanIn.get(parameter.name) ?? 1, randomFrom(seed, "weights", parameter.name)),
    ]),
  );
}

function fill(parameter: Parameter, fanIn: number, random: Random): Float32Array {
  const values = new Float32Array(sizeOf(parameter));
  switch (parameter.role) {
    case "weight": {
      const deviation = Math.sqrt(2 / fanIn);
      return values.map(() => deviation * random.normal());
    }
    case "gamma":
    case "runningVariance":
      return values.fill(1);
    case "beta":
    case "bias":
      return values.fill(SMALL_BIAS);
    case "runningMean":
      return values;
    default:
      return parameter.role satisfies never;
  }
}

/**
 * How many inputs reach one output. A transposed convolution of kernel 2 and stride 2 lays its windows side by
 * side, so each output sees `inChannels` values; PyTorch's formula would take outChannels · 4 and give
 * logits four times too large at 64 channels.
 */
function fanInByWeight(nodes: readonly Node[]): Map<ParameterName, number> {
  const fanIn = new Map<ParameterName, number>();
  for (const node of nodes) {
    if (node.kind === "conv") fanIn.set(node.weight, (node.inChannels / node.groups) * node.kernel ** 2);
    if (node.kind === "convTranspose") fanIn.set(node.weight, node.inChannels);
  }
  return fanIn;
}

/** Values in a parameter. */
export function sizeOf(parameter: Parameter): number {
  return parameter.shape.reduce((product, side) => product * side, 1);
}
