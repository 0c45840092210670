// What a run leaves as it is: parameters that the optimiser does not move, and batch norms that keep their running
// statistics. What lies below the first trainable layer then needs no gradient, and gives the same values in every step.

import { PlaygroundError } from "../core/index.ts";
import { type Graph, type NodeId, parametersOf } from "../graph/index.ts";
import type { EngineSettings } from "./engine.ts";

export interface FrozenGraph {
  /** Frozen parameters are not trainable. */
  readonly graph: Graph;
  /** Batch norms that normalise with running statistics in training too, and leave them. */
  readonly runningNorms: ReadonlySet<NodeId>;
}

/** Throws PlaygroundError "bad-config" naming what the graph does not have, or when nothing would be left to train. */
export function freeze(
  graph: Graph,
  { frozen = new Set(), batchNorm = "batch" }: Pick<EngineSettings, "frozen" | "batchNorm">,
): FrozenGraph {
  const parameters = new Set(graph.parameters.map(({ name }) => name));
  const names = new Set(frozen);
  for (const node of graph.nodes) {
    if (!names.delete(node.id)) continue;
    for (const { name } of parametersOf(node)) names.add(name);
  }
  for (const name of names) if (!parameters.has(name)) throw unknown(name, graph);
  const changed = {
    ...graph,
    parameters: graph.parameters.map((parameter) =>
      names.has(parameter.name) ? { ...parameter, trainable: false } : parameter,
    ),
  };
  if (!changed.parameters.some(({ trainable }) => trainable)) {
    throw new PlaygroundError({
      code: "bad-config",
      message: `Every parameter of "${graph.name}" is frozen, so there is nothing to train.`,
      what: "frozen",
      doing: "building the network",
      next: "Leave at least one block unfrozen.",
    });
  }
  const norms = graph.nodes.filter((node) => node.kind === "batchNorm");
  const runningNorms = norms.filter(
    ({ gamma, beta }) => batchNorm === "running" || (names.has(gamma) && names.has(beta)),
  );
  return { graph: changed, runningNorms: new Set(runningNorms.map(({ id }) => id)) };
}

function unknown(name: string, graph: Graph): PlaygroundError {
  return new PlaygroundError({
    code: "bad-config",
    message: `"${name}" cannot be frozen: "${graph.name}" has neither a node nor a parameter of that name.`,
    what: "frozen",
    doing: "building the network",
    next: "Name nodes or parameters of this network.",
  });
}
