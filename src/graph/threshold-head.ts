// The head that exported detectors have lost: DBNet trains two equal heads and ships one. The missing threshold head begins as
// a copy of the probability head and is dropped again when the network is written.

import type { Graph, Node, NodeId, Parameter, ParameterName, Weights } from "./types.ts";

/** The network with both heads; unchanged where it has both. */
export function withThresholdHead(
  graph: Graph,
  weights: Weights,
): { readonly graph: Graph; readonly weights: Weights } {
  const { probability, threshold } = graph.outputs;
  if (probability !== threshold) return { graph, weights };
  const head = graph.nodes.filter(({ block }) => block === "probabilityHead");
  const ids = new Map(head.map(({ id }) => [id, twinOf(id)]));
  const names = new Map(
    graph.parameters.flatMap(({ name, block }) =>
      block === "probabilityHead" ? [[name, twinOf(name)]] : [],
    ),
  );
  const nodes = head.map((node) => renamed(node, ids, names));
  const parameters = graph.parameters.flatMap((parameter): Parameter[] => {
    const name = names.get(parameter.name);
    return name === undefined ? [] : [{ ...parameter, name, block: "thresholdHead" }];
  });
  const copies = [...names].map(([from, to]): [ParameterName, Float32Array] => [
    to,
    Float32Array.from(weights.get(from) ?? []),
  ]);
  return {
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...nodes],
      parameters: [...graph.parameters, ...parameters],
      outputs: { probability, threshold: ids.get(probability) ?? threshold },
    },
    weights: new Map([...weights, ...copies]),
  };
}

/** The network that is shipped: the probability head alone, with the weights that it reads. */
export function withoutThresholdHead(
  graph: Graph,
  weights: Weights,
): { readonly graph: Graph; readonly weights: Weights } {
  const { probability } = graph.outputs;
  const nodes = graph.nodes.filter(({ block }) => block !== "thresholdHead");
  const parameters = graph.parameters.filter(({ block }) => block !== "thresholdHead");
  const kept = new Set(parameters.map(({ name }) => name));
  return {
    graph: { ...graph, nodes, parameters, outputs: { probability, threshold: probability } },
    weights: new Map([...weights].filter(([name]) => kept.has(name))),
  };
}

function renamed(
  node: Node,
  ids: ReadonlyMap<NodeId, NodeId>,
  names: ReadonlyMap<ParameterName, ParameterName>,
): Node {
  const id = (of: NodeId): NodeId => ids.get(of) ?? of;
  const name = (of: ParameterName): ParameterName => names.get(of) ?? of;
  const base = { id: id(node.id), block: "thresholdHead" as const };
  switch (node.kind) {
    case "input":
      return node;
    case "conv":
    case "convTranspose":
      return {
        ...node,
        ...base,
        input: id(node.input),
        weight: name(node.weight),
        ...(node.bias === undefined ? {} : { bias: name(node.bias) }),
      };
    case "batchNorm":
      return {
        ...node,
        ...base,
        input: id(node.input),
        gamma: name(node.gamma),
        beta: name(node.beta),
        runningMean: name(node.runningMean),
        runningVariance: name(node.runningVariance),
      };
    case "add":
      return { ...node, ...base, inputs: [id(node.inputs[0]), id(node.inputs[1])] };
    case "concat":
      return { ...node, ...base, inputs: node.inputs.map(id) };
    case "scaleChannels":
      return { ...node, ...base, input: id(node.input), scale: id(node.scale) };
    default:
      return { ...node, ...base, input: id(node.input) };
  }
}

/** As the builders name the two heads; others get a prefix. */
function twinOf(name: string): string {
  return name.includes("binarize") ? name.replace("binarize", "thresh") : `threshold.${name}`;
}
