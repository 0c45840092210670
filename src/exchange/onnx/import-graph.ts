// A file's operators → a graph, one by one in the file's order: only those that the output needs; the last sigmoid is left to
// the loss. Refuses by name whatever it does not know.

import { asRgb, type Graph, type Node, type NodeId, validateGraph } from "../../graph/index.ts";
import { assignBlocks } from "./blocks.ts";
import type { Draft } from "./draft.ts";
import { findHardSwish } from "./hard-swish.ts";
import type { OnnxNode } from "./messages.ts";
import { OPERATORS, pushActivation } from "./operators.ts";
import type { ImportedDetector } from "./read.ts";
import { Refusal } from "./refusal.ts";

/** Throws Refusal, ConstantError or PlaygroundError. The draft is a fresh one. */
export function importGraph(draft: Draft, name: string): ImportedDetector {
  for (const node of draft.model.nodes) {
    for (const output of node.outputs) {
      if (output === "") continue;
      if (draft.makers.has(output)) throw new Refusal(node, `another operator makes "${output}" too`);
      draft.makers.set(output, node);
    }
  }
  const [output, more] = draft.model.outputs;
  if (output === undefined) throw new Refusal(undefined, "it has no output");
  if (more !== undefined)
    throw new Refusal(undefined, `it has ${draft.model.outputs.length} outputs; a detector has one`);
  const needed = neededFor(draft, output.name);
  for (const node of needed) {
    for (const input of node.inputs) draft.uses.set(input, (draft.uses.get(input) ?? 0) + 1);
  }
  const spelled = findHardSwish(draft.model, draft.constants, draft.makers);
  readInput(draft);
  const last = draft.makers.get(output.name);
  for (const node of draft.model.nodes) {
    if (!needed.has(node) || spelled.absorbed.has(node) || node === last) continue;
    if (draft.constants.has(node.outputs[0] ?? "")) continue;
    const swish = spelled.ends.get(node);
    if (swish !== undefined) pushActivation(draft, node, swish.input, { activation: "hardSwish" });
    else operator(draft, node);
  }
  return finish(draft, name, last);
}

/** Operators that the output depends on; a loop or an input that nobody makes is refused here. */
function neededFor(draft: Draft, output: string): ReadonlySet<OnnxNode> {
  const needed = new Set<OnnxNode>();
  const open = [output];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = draft.makers.get(name);
    if (node === undefined || needed.has(node)) continue;
    needed.add(node);
    open.push(...node.inputs.filter((input) => input !== ""));
  }
  return needed;
}

function readInput(draft: Draft): void {
  const inputs = draft.model.inputs.filter(({ name }) => !draft.constants.has(name));
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw new Refusal(undefined, `it has ${inputs.length} inputs; a detector has one, the page`);
  }
  if (input.type !== 1) throw new Refusal(undefined, `its input "${input.name}" takes no 32-bit floats`);
  const [, channels] = input.dims;
  if (input.dims.length !== 4 || channels !== 3) {
    throw new Refusal(undefined, `its input "${input.name}" is [${input.dims.join(", ")}], not [N, 3, H, W]`);
  }
  draft.values.set(input.name, { id: input.name, channels: 3, stride: 1 });
  draft.nodes.set(input.name, { id: input.name, block: "encoder", kind: "input", channels: 3 });
}

function operator(draft: Draft, node: OnnxNode): void {
  if (node.domain !== "" && node.domain !== "ai.onnx")
    throw new Refusal(node, `it belongs to "${node.domain}"`);
  if ([...node.attributes.values()].some(({ isSubgraph }) => isSubgraph)) {
    throw new Refusal(node, "it holds another graph");
  }
  const build = OPERATORS.get(node.op);
  if (build === undefined) throw new Refusal(node, "no engine here knows this operator with its gradient");
  build(draft, node);
}

function finish(draft: Draft, name: string, last: OnnxNode | undefined): ImportedDetector {
  if (last?.op !== "Sigmoid") {
    throw new Refusal(last, "the last operator of a detector is the Sigmoid of its probability map");
  }
  const logits = draft.value(last, 0);
  if (logits.channels !== 1 || logits.stride !== 1) {
    throw new Refusal(
      last,
      `its map has ${logits.channels} channels at stride ${logits.stride}; one at the page's size is needed`,
    );
  }
  const strides = new Map([...draft.values.values()].map(({ id, stride }) => [id, stride]));
  const nodes = blocks(draft, [...draft.nodes.values()], strides);
  const blockOf = new Map<string, Node["block"]>();
  for (const node of nodes)
    for (const value of Object.values(node)) if (typeof value === "string") blockOf.set(value, node.block);
  const parameters = [...draft.parameters.values()].map((parameter) => ({
    ...parameter,
    block: blockOf.get(parameter.name) ?? parameter.block,
  }));
  const sizeMultiplePx = Math.max(...[...strides.values()].filter((stride) => stride !== "pooled"));
  const graph: Graph = {
    name: name.replace(/\.onnx$/i, ""),
    nodes,
    parameters,
    outputs: { probability: logits.id, threshold: logits.id },
    sizeMultiplePx,
  };
  validateGraph(graph);
  return { graph, weights: draft.weights, preprocessing: asRgb(draft.preprocessing) };
}

function blocks(
  draft: Draft,
  nodes: readonly Node[],
  strides: ReadonlyMap<NodeId, number | "pooled">,
): Node[] {
  const isNoted = nodes.every((node) => node.kind === "input" || draft.noted.has(node.id));
  if (!isNoted) return assignBlocks(nodes, strides);
  return nodes.map((node) => ({ ...node, block: draft.noted.get(node.id) ?? "encoder" }));
}
