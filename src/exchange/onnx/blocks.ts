// Which part of a detector each node of a foreign file belongs to, from the shape of the network alone: the head follows the
// last concatenation, the neck begins where features of each stride leave the encoder.

import { type Block, inputsOf, type Node, type NodeId } from "../../graph/index.ts";

/** Stride of each node's value: 1, 2, 4 … 32, or "pooled" at 1×1. */
type Strides = ReadonlyMap<NodeId, number | "pooled">;

/** The nodes with their blocks. */
export function assignBlocks(nodes: readonly Node[], strides: Strides): Node[] {
  const readers = readersOf(nodes);
  const fuse =
    nodes.findLast((node) => node.kind === "concat") ?? nodes.find((node) => node.kind === "convTranspose");
  const head =
    fuse === undefined
      ? new Set<NodeId>()
      : below(fuse.kind === "concat" ? (readers.get(fuse.id) ?? []) : [fuse.id], readers);
  const neck = below(neckStarts(nodes, strides, readers, head), readers);
  if (fuse?.kind === "concat") neck.add(fuse.id);
  return nodes.map((node) => {
    const block: Block = head.has(node.id) ? "probabilityHead" : neck.has(node.id) ? "neck" : "encoder";
    return { ...node, block };
  });
}

/**
 * Where features leave the encoder: the readers of a value that lead to no greater stride while another reader of it does.
 * At the greatest stride, the convolution that first has as many channels as those.
 */
function neckStarts(
  nodes: readonly Node[],
  strides: Strides,
  readers: ReadonlyMap<NodeId, readonly NodeId[]>,
  head: ReadonlySet<NodeId>,
): NodeId[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const goesDown = new Set<NodeId>();
  for (const node of [...nodes].reverse()) {
    const stride = strides.get(node.id);
    const deeper = (readers.get(node.id) ?? []).some((id) => {
      const next = strides.get(id);
      const isDeeper = typeof stride === "number" && typeof next === "number" && next > stride;
      return isDeeper || goesDown.has(id);
    });
    if (deeper) goesDown.add(node.id);
  }
  const starts = nodes.flatMap((node) => {
    if (!goesDown.has(node.id) || head.has(node.id)) return [];
    return (readers.get(node.id) ?? []).filter(
      (id) => isConv(byId.get(id)) && !goesDown.has(id) && sameStride(node.id, id, strides),
    );
  });
  const inner = starts.map((id) => channelsOf(byId.get(id)))[0];
  const deepest = Math.max(...[...strides.values()].filter((stride) => stride !== "pooled"));
  if (inner === undefined || deepest === 1) return starts;
  const up = nodes.find((node) => node.kind === "upsample" && strides.get(node.input) === deepest);
  // From the first upsampling back along values of `inner` channels to the convolution that made them.
  let at = up?.kind === "upsample" ? byId.get(up.input) : undefined;
  for (const seen = new Set<NodeId>(); at !== undefined && !seen.has(at.id); ) {
    seen.add(at.id);
    if (at.kind === "conv" && at.outChannels === inner && at.groups === 1 && at.inChannels !== inner)
      return [...starts, at.id];
    at = byId.get(inputsOf(at)[0] ?? "");
  }
  return starts;
}

/** `from` and all that depends on it. */
function below(from: readonly NodeId[], readers: ReadonlyMap<NodeId, readonly NodeId[]>): Set<NodeId> {
  const found = new Set<NodeId>();
  const open = [...from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(readers.get(id) ?? []));
  }
  return found;
}

function readersOf(nodes: readonly Node[]): ReadonlyMap<NodeId, readonly NodeId[]> {
  const readers = new Map<NodeId, NodeId[]>();
  for (const node of nodes) {
    for (const id of inputsOf(node)) {
      const known = readers.get(id);
      if (known === undefined) readers.set(id, [node.id]);
      else known.push(node.id);
    }
  }
  return readers;
}

function isConv(node: Node | undefined): boolean {
  return node?.kind === "conv" && node.groups === 1;
}

function channelsOf(node: Node | undefined): number | undefined {
  return node?.kind === "conv" ? node.outChannels : undefined;
}

function sameStride(a: NodeId, b: NodeId, strides: Strides): boolean {
  return strides.get(a) === strides.get(b);
}
