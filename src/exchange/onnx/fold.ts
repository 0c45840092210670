// Sums, products and second names: scalars and constants go into the convolution before them where nobody else reads it, and
// become a 1×1 convolution of their own elsewhere.

import type { Node, NodeKind } from "../../graph/index.ts";
import { ConstantError } from "./constants.ts";
import type { Draft, Value } from "./draft.ts";
import type { OnnxNode } from "./messages.ts";
import { Refusal } from "./refusal.ts";

type Conv = Extract<Node, { kind: "conv" | "convTranspose" }>;

/** One value under two names: whoever reads either of them reads both. */
export function identity(draft: Draft, node: OnnxNode): void {
  const [[from = ""], [to = ""]] = [node.inputs, node.outputs];
  draft.values.set(to, draft.value(node, 0));
  const readers = (draft.uses.get(from) ?? 0) - 1 + (draft.uses.get(to) ?? 0);
  draft.uses.set(from, readers);
  draft.uses.set(to, readers);
}

export function add(draft: Draft, node: OnnxNode): void {
  const [a = "", b = ""] = node.inputs;
  const [isConstantA, isConstantB] = [draft.constants.has(a), draft.constants.has(b)];
  if (isConstantA !== isConstantB) {
    addConstant(draft, node, isConstantA ? b : a, isConstantA ? 0 : 1);
    return;
  }
  const [left, right] = [draft.value(node, 0), draft.value(node, 1)];
  if (left.channels !== right.channels || left.stride !== right.stride) {
    throw new Refusal(node, "its two inputs are of different shapes");
  }
  draft.push(node, { kind: "add", inputs: [left.id, right.id] }, left.channels, left.stride);
}

/** A bias: of the convolution before it, or else of a 1×1 convolution of its own. */
function addConstant(draft: Draft, node: OnnxNode, inputName: string, index: number): void {
  const input = draft.named(node, inputName);
  const bias = draft.channelBias(node, index, input.channels);
  const conv = foldable(draft, inputName, input);
  if (conv === undefined) {
    affine(draft, node, input, new Float32Array(input.channels).fill(1), bias);
    return;
  }
  if (conv.bias === undefined) {
    const name = draft.parameter(conv.weight.replace(/weight$/, "bias"), "bias", [input.channels], bias);
    draft.nodes.set(conv.id, { ...conv, bias: name });
  } else {
    const values = draft.weights.get(conv.bias);
    values?.forEach((value, i) => {
      values[i] = value + (bias[i] ?? 0);
    });
  }
  draft.values.set(node.outputs[0] ?? "", input);
}

export function multiply(draft: Draft, node: OnnxNode): void {
  const [a = "", b = ""] = node.inputs;
  const [isConstantA, isConstantB] = [draft.constants.has(a), draft.constants.has(b)];
  if (isConstantA !== isConstantB && !(node.op === "Div" && isConstantA)) {
    const input = draft.named(node, isConstantA ? b : a);
    const factors = draft.channelBias(node, isConstantA ? 0 : 1, input.channels);
    const inverse = node.op === "Div" ? factors.map((factor) => 1 / factor) : factors;
    multiplyConstant(draft, node, isConstantA ? b : a, input, inverse);
    return;
  }
  if (node.op === "Div") throw new Refusal(node, "only a division by a constant can be trained");
  const [left, right] = [draft.value(node, 0), draft.value(node, 1)];
  const [input, scale] = right.stride === "pooled" ? [left, right] : [right, left];
  if (scale.stride !== "pooled" || input.stride === "pooled" || input.channels !== scale.channels) {
    throw new Refusal(node, "only a map times one number for each channel can be trained");
  }
  draft.push(node, { kind: "scaleChannels", input: input.id, scale: scale.id }, input.channels, input.stride);
}

/** A factor for each channel: into the convolution before it, or else a 1×1 convolution of its own. */
function multiplyConstant(
  draft: Draft,
  node: OnnxNode,
  inputName: string,
  input: Value,
  factors: Float32Array,
): void {
  const conv = foldable(draft, inputName, input);
  if (conv === undefined) {
    affine(draft, node, input, factors, undefined);
    return;
  }
  const weight = draft.weights.get(conv.weight);
  if (weight === undefined) throw new ConstantError(`"${conv.weight}" is missing`);
  const perOut = weight.length / conv.outChannels;
  weight.forEach((value, i) => {
    const channel = conv.kind === "conv" ? Math.floor(i / perOut) : Math.floor(i / 4) % conv.outChannels;
    weight[i] = value * (factors[channel] ?? 1);
  });
  const bias = conv.bias === undefined ? undefined : draft.weights.get(conv.bias);
  bias?.forEach((value, channel) => {
    bias[channel] = value * (factors[channel] ?? 1);
  });
  draft.values.set(node.outputs[0] ?? "", input);
}

/** A factor and a number to add for each channel, as a depthwise 1×1 convolution. */
function affine(
  draft: Draft,
  node: OnnxNode,
  input: Value,
  factors: Float32Array,
  bias: Float32Array | undefined,
): void {
  const { channels } = input;
  const prefix = draft.prefix(`${node.outputs[0] ?? ""}.weight`, node);
  const kind: NodeKind = {
    kind: "conv",
    input: input.id,
    inChannels: channels,
    outChannels: channels,
    kernel: 1,
    stride: 1,
    padding: 0,
    groups: channels,
    weight: draft.parameter(`${prefix}.weight`, "weight", [channels, 1, 1, 1], factors),
    ...(bias && { bias: draft.parameter(`${prefix}.bias`, "bias", [channels], bias) }),
  };
  draft.push(node, kind, channels, input.stride);
}

/** The convolution that makes the value and that nobody else reads. */
function foldable(draft: Draft, name: string, value: Value): Conv | undefined {
  const node = draft.nodes.get(value.id);
  const isOnly = draft.uses.get(name) === 1;
  return isOnly && (node?.kind === "conv" || node?.kind === "convTranspose") ? node : undefined;
}
