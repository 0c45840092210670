// Decisions about what runs as one: batch norm with its activation, upsampling with the addition after it, and where no
// gradient is needed a whole convolution, batch norm and activation.

import type { NodeId } from "../../graph/index.ts";
import { consumersOf, type Lowered } from "./lowered.ts";

/** Values outside `learning` are folded further, as nothing of them is kept for a gradient. `outputs` stay values of their own. */
export function fuse(
  nodes: readonly Lowered[],
  outputs: readonly NodeId[],
  learning: ReadonlySet<NodeId>,
): Lowered[] {
  let fused = foldEach(nodes, outputs, intoBatchNorm);
  fused = foldUpsampling(fused, outputs);
  return foldEach(fused, outputs, (producer, consumer) =>
    learning.has(consumer.id) ? undefined : intoConvolution(producer, consumer),
  );
}

type Fold = (producer: Lowered, consumer: Lowered) => Lowered | undefined;

/** Replaces a node and its only reader by what `fold` makes of the two, under the reader's name. */
function foldEach(nodes: readonly Lowered[], outputs: readonly NodeId[], fold: Fold): Lowered[] {
  const consumers = consumersOf(nodes);
  const done = new Map<NodeId, Lowered>();
  for (const node of nodes) {
    const [input] = node.inputs;
    const producer = input === undefined ? undefined : done.get(input);
    const isOnlyReader =
      producer !== undefined && consumers.get(producer.id)?.length === 1 && !outputs.includes(producer.id);
    const folded = isOnlyReader ? fold(producer, node) : undefined;
    if (folded !== undefined && producer !== undefined) done.delete(producer.id);
    done.set(node.id, folded ?? node);
  }
  return [...done.values()];
}

function intoBatchNorm(producer: Lowered, consumer: Lowered): Lowered | undefined {
  if (producer.kind !== "batchNorm" || consumer.kind !== "activation") return undefined;
  return { ...producer, id: consumer.id, activation: consumer.activation };
}

function intoConvolution(producer: Lowered, consumer: Lowered): Lowered | undefined {
  if (producer.kind !== "conv" && producer.kind !== "convTranspose") return undefined;
  if (producer.activation !== undefined) return undefined;
  if (consumer.kind === "activation") {
    return { ...producer, id: consumer.id, activation: consumer.activation };
  }
  const isAffine = consumer.kind === "batchNorm" && consumer.statistics === "running";
  if (!isAffine || producer.norm !== undefined) return undefined;
  const { norm, activation } = consumer;
  return { ...producer, id: consumer.id, norm, ...(activation === undefined ? {} : { activation }) };
}

/** a + upsample(b) in one pass, where nobody else wants upsample(b). */
function foldUpsampling(nodes: readonly Lowered[], outputs: readonly NodeId[]): Lowered[] {
  const consumers = consumersOf(nodes);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const gone = new Set<NodeId>();
  const folded = nodes.map((node): Lowered => {
    if (node.kind !== "addUpsampled") return node;
    for (const [index, input] of node.inputs.entries()) {
      const producer = byId.get(input);
      if (producer?.kind !== "upsample" || outputs.includes(input)) continue;
      if (consumers.get(input)?.length !== 1) continue;
      const [base, coarse] = [node.inputs[1 - index], producer.inputs[0]];
      if (base === undefined || coarse === undefined) continue;
      gone.add(input);
      return { ...node, inputs: [base, coarse], factor: producer.factor };
    }
    return node;
  });
  return folded.filter(({ id }) => !gone.has(id));
}
