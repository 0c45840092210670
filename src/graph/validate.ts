// Proves that a graph fits together before anything is built from it: nodes, parameters, outputs.

import { PlaygroundError } from "../core/index.ts";
import { broken, type InputSize, inferShapes } from "./shapes.ts";
import type { Graph, Node, Parameter, ParameterName, ParameterRole } from "./types.ts";

/** Throws PlaygroundError naming the first node, parameter or size that is wrong. */
export function validateGraph(graph: Graph, size: InputSize = graph.sizeMultiplePx): void {
  const [first, ...others] = graph.nodes;
  if (first?.kind !== "input") throw wrong(graph, "its first node is not the input");
  const second = others.find((node) => node.kind === "input");
  if (second !== undefined) throw broken(second, "a detector has one input");
  const shapes = inferShapes(graph, size);
  const input = shapes.get(first.id);
  for (const id of [graph.outputs.probability, graph.outputs.threshold]) {
    const shape = shapes.get(id);
    if (shape === undefined) throw wrong(graph, `its output "${id}" does not exist`);
    if (shape.channels !== 1 || shape.heightPx !== input?.heightPx || shape.widthPx !== input.widthPx) {
      throw wrong(graph, `its output "${id}" is not one channel of the input's size`);
    }
  }
  validateParameters(graph);
}

function validateParameters(graph: Graph): void {
  const declared = new Map<ParameterName, Parameter>();
  for (const parameter of graph.parameters) {
    if (declared.has(parameter.name)) throw wrong(graph, `parameter "${parameter.name}" is declared twice`);
    declared.set(parameter.name, parameter);
  }
  const used = new Set<ParameterName>();
  for (const node of graph.nodes) {
    for (const { name, role, shape } of parametersOf(node)) {
      const parameter = declared.get(name);
      if (parameter === undefined) throw broken(node, `its parameter "${name}" is not declared`);
      if (used.has(name)) throw broken(node, `its parameter "${name}" belongs to another node too`);
      if (parameter.role !== role || parameter.shape.join() !== shape.join()) {
        const is = `${parameter.role} [${parameter.shape.join(", ")}]`;
        throw broken(node, `parameter "${name}" is ${is}, not ${role} [${shape.join(", ")}]`);
      }
      used.add(name);
    }
  }
  for (const name of declared.keys()) {
    if (!used.has(name)) throw wrong(graph, `no node uses parameter "${name}"`);
  }
}

/** Parameters that a node reads, with the role and shape that it needs. */
export function parametersOf(
  node: Node,
): { name: ParameterName; role: ParameterRole; shape: readonly number[] }[] {
  switch (node.kind) {
    case "conv":
      return withBias(node, [node.outChannels, node.inChannels / node.groups, node.kernel, node.kernel]);
    case "convTranspose":
      return withBias(node, [node.inChannels, node.outChannels, 2, 2]);
    case "batchNorm": {
      const shape = [node.channels];
      return [
        { name: node.gamma, role: "gamma", shape },
        { name: node.beta, role: "beta", shape },
        { name: node.runningMean, role: "runningMean", shape },
        { name: node.runningVariance, role: "runningVariance", shape },
      ];
    }
    default:
      return [];
  }
}

function withBias(
  node: Node & { kind: "conv" | "convTranspose" },
  shape: readonly number[],
): { name: ParameterName; role: ParameterRole; shape: readonly number[] }[] {
  const weight = { name: node.weight, role: "weight" as const, shape };
  if (node.bias === undefined) return [weight];
  return [weight, { name: node.bias, role: "bias" as const, shape: [node.outChannels] }];
}

function wrong(graph: Graph, why: string): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: `The network "${graph.name}" does not fit together: ${why}.`,
    what: graph.name,
    doing: "checking the network",
  });
}
