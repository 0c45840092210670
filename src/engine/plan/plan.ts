// Graph and sizes → a training step or a prediction as a fixed list of operations (see types.ts).
// Training: heads joined, batch statistics, loss and gradient. Prediction and what is frozen: batch norm and activation folded.

import type { Graph, NodeId } from "../../graph/index.ts";
import { learningNodes, planBackward } from "./backward.ts";
import { type Forward, known, planForward } from "./forward.ts";
import { fuse } from "./fuse.ts";
import { type Lowered, lowerGraph } from "./lowered.ts";
import { shareMemory } from "./memory.ts";
import { layOut } from "./parameters.ts";
import { type InputSize, shapesOf } from "./shapes.ts";
import { joinTwins, namesOf } from "./twins.ts";
import type { FrozenPart, ParameterLayout, Plan, View } from "./types.ts";

export interface PlanSize extends InputSize {
  readonly batchSize: number;
  /**
   * What values are stored as; 32 bits unless given. With 16, logits, statistics, gradients and what a frozen part hands on keep 32.
   */
  readonly storage?: "f32" | "f16";
}

/**
 * Forward, loss and gradient of one batch. The optimiser's move is one pass over the flat stores after it.
 * Batch norms of `runningNorms` normalise with running statistics and leave them; what learns nothing is planned as for
 * a prediction. `freeze` makes graph and norms of what a run freezes.
 */
export function planTraining(
  graph: Graph,
  size: PlanSize,
  runningNorms: ReadonlySet<NodeId> = new Set(),
): Plan {
  const parameters = parameterLayout(graph);
  const outputs = [graph.outputs.probability, graph.outputs.threshold];
  const lowered = lowerGraph(graph, outputs, (id) => (runningNorms.has(id) ? "running" : "batch"));
  const joined = joinTwins(lowered, graph);
  const nodes = frozenFirst(fuse(joined, outputs, learningNodes(joined, parameters)), parameters);
  const learning = learningNodes(nodes, parameters);
  const isBoundary = (id: NodeId): boolean => !learning.has(id) && id !== nodes[0]?.id;
  const halves = size.storage === "f16" ? halvesOf(nodes, outputs, isBoundary) : undefined;
  const forward = planForward(nodes, shapesOf(nodes, size), parameters, size.batchSize, halves);
  const frozen = frozenPart(forward);
  planBackward(forward, graph.outputs);
  return finish(forward, size, graph.outputs.probability, graph.outputs.threshold, frozen);
}

/** Logits in inference mode, over the same parameter stores as the training step. */
export function planPrediction(graph: Graph, size: PlanSize, wanted: { readonly threshold: boolean }): Plan {
  const { probability, threshold } = graph.outputs;
  const outputs = wanted.threshold ? [probability, threshold] : [probability];
  const lowered = lowerGraph(graph, outputs, () => "running");
  const nodes = fuse(wanted.threshold ? joinTwins(lowered, graph) : lowered, outputs, new Set());
  const shapes = shapesOf(nodes, size);
  const halves = size.storage === "f16" ? halvesOf(nodes, outputs, () => false) : undefined;
  const forward = planForward(nodes, shapes, parameterLayout(graph), size.batchSize, halves);
  return finish(forward, size, probability, wanted.threshold ? threshold : undefined);
}

/** Where the parameters of a graph lie, for training and prediction alike. */
export function parameterLayout(graph: Graph): ParameterLayout {
  const outputs = [graph.outputs.probability, graph.outputs.threshold];
  const joined = joinTwins(
    lowerGraph(graph, outputs, () => "batch"),
    graph,
  );
  return layOut(
    graph,
    joined.flatMap(namesOf).filter((names) => names.length > 1),
  );
}

/** Values that may be stored in 16 bits: all but logits and those that `isFull` names. */
function halvesOf(
  nodes: readonly Lowered[],
  outputs: readonly NodeId[],
  isFull: (id: NodeId) => boolean,
): ReadonlySet<NodeId> {
  const logits = new Set(outputs);
  for (const { kind, inputs } of nodes) if (kind === "slice") for (const id of inputs) logits.add(id);
  return new Set(nodes.map(({ id }) => id).filter((id) => !logits.has(id) && !isFull(id)));
}

/** What does not learn depends on nothing that does, so it may stand before it. */
function frozenFirst(nodes: readonly Lowered[], parameters: ParameterLayout): Lowered[] {
  const learning = learningNodes(nodes, parameters);
  return [...nodes.filter(({ id }) => !learning.has(id)), ...nodes.filter(({ id }) => learning.has(id))];
}

/** Undefined where nothing but the input is frozen. */
function frozenPart({ nodes, opsUntil, values, parameters }: Forward): FrozenPart | undefined {
  const learning = learningNodes(nodes, parameters);
  const frozen = nodes.filter(({ id }) => !learning.has(id));
  const last = frozen.at(-1);
  if (last === undefined || frozen.every(({ kind }) => kind === "input")) return undefined;
  const read = new Set(nodes.filter(({ id }) => learning.has(id)).flatMap(({ inputs }) => inputs));
  const boundary = frozen.filter(({ id }) => read.has(id));
  return { ops: known(opsUntil, last.id), values: boundary.map(({ id }) => known(values, id)) };
}

function finish(
  forward: Forward,
  size: PlanSize,
  probability: NodeId,
  threshold: NodeId | undefined,
  frozen?: FrozenPart,
): Plan {
  const ids = threshold === undefined ? [probability] : [probability, threshold];
  const views = ids.map((id) => known(forward.values, id));
  const kept = views.map(({ buffer }) => buffer);
  const { buffers, ops, assignment } = shareMemory(forward.ops, forward.bufferSizes, kept);
  const placed = (view: View): View => ({ ...view, buffer: assignment[view.buffer] ?? -1 });
  const [first, second] = views.map(placed);
  if (first === undefined) throw new Error("a plan needs an output");
  const { batchSize, sizePx } = size;
  return {
    batchSize,
    sizePx,
    parameters: forward.parameters,
    buffers,
    ops,
    ...(frozen && { frozen: { ...frozen, values: frozen.values.map(placed) } }),
    outputs: second === undefined ? { probability: first } : { probability: first, threshold: second },
  };
}
