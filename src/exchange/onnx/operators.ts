// One operator of the file → one node, its weights copied out of the file: what each of them may be, and what is refused.

import type { NodeKind, ParameterRole } from "../../graph/index.ts";
import type { Constant } from "./constants.ts";
import type { Draft } from "./draft.ts";
import { add, identity, multiply } from "./fold.ts";
import type { OnnxNode } from "./messages.ts";
import { Refusal } from "./refusal.ts";

/** By the operator's type. */
export const OPERATORS: ReadonlyMap<string, (draft: Draft, node: OnnxNode) => void> = new Map([
  ["Conv", conv],
  ["ConvTranspose", convTranspose],
  ["BatchNormalization", batchNorm],
  ["Relu", plainActivation("relu")],
  ["Sigmoid", plainActivation("sigmoid")],
  ["HardSwish", plainActivation("hardSwish")],
  ["HardSigmoid", hardSigmoid],
  ["GlobalAveragePool", globalAveragePool],
  ["MaxPool", maxPool],
  ["Resize", upsample],
  ["Upsample", upsample],
  ["Add", add],
  ["Mul", multiply],
  ["Div", multiply],
  ["Concat", concat],
  ["Identity", identity],
]);

function plainActivation(activation: "relu" | "sigmoid" | "hardSwish") {
  return (draft: Draft, node: OnnxNode): void => pushActivation(draft, node, node.inputs[0], { activation });
}

function globalAveragePool(draft: Draft, node: OnnxNode): void {
  const input = draft.value(node, 0);
  draft.push(node, { kind: "globalAveragePool", input: input.id }, input.channels, "pooled");
}

function conv(draft: Draft, node: OnnxNode): void {
  const input = draft.value(node, 0);
  const weight = draft.constant(node, 1, "its weights are computed, not stored");
  const [outChannels = 0, perGroup = 0, kernel = 0, width = 0] = weight.dims;
  if (weight.dims.length !== 4 || kernel !== width || ![1, 3, 5, 7].includes(kernel)) {
    throw new Refusal(
      node,
      `its window is [${weight.dims.slice(2).join(", ")}]; 1, 3, 5 or 7 to both sides can be trained`,
    );
  }
  const stride = draft.same(node, "strides", 1);
  if (stride !== 1 && stride !== 2)
    throw new Refusal(node, `its stride is ${stride}; 1 and 2 can be trained`);
  const padding = draft.same(node, "pads", 0);
  draft.plain(node);
  const groups = node.attributes.get("group")?.integer ?? 1;
  const isDepthwise = groups === input.channels && outChannels === input.channels;
  if (groups !== 1 && !isDepthwise) {
    throw new Refusal(
      node,
      `it has ${groups} groups for ${input.channels} → ${outChannels} channels; 1 or one for each can be trained`,
    );
  }
  if (perGroup * groups !== input.channels) {
    throw new Refusal(
      node,
      `its weights are for ${perGroup * groups} channels and ${input.channels} come in`,
    );
  }
  if (padding < 0 || padding >= kernel + 1) throw new Refusal(node, `its padding is ${padding}`);
  if (input.stride === "pooled" && kernel !== 1)
    throw new Refusal(node, "its window is greater than the pooled value");
  const values =
    input.id === draft.model.inputs[0]?.name ? inRgb(draft, node, weight, groups) : weight.values;
  const names = draft.weightAndBias(node, weight.dims, values, outChannels);
  const kind: NodeKind = {
    kind: "conv",
    input: input.id,
    inChannels: input.channels,
    outChannels,
    kernel: kernel as 1 | 3 | 5 | 7,
    stride,
    padding,
    groups,
    ...names,
  };
  draft.push(node, kind, outChannels, input.stride === "pooled" ? "pooled" : input.stride * stride);
}

/** The file's first weights with their channels in the order red, green, blue. */
function inRgb(draft: Draft, node: OnnxNode, { dims, values }: Constant, groups: number): Float32Array {
  if (draft.preprocessing.channels === "rgb") return values;
  if (groups !== 1)
    throw new Refusal(node, "it treats the page's channels one by one and wants them as blue, green, red");
  const [outChannels = 0, inChannels = 0, height = 0, width = 0] = dims;
  const area = height * width;
  const turned = new Float32Array(values.length);
  for (let out = 0; out < outChannels; out++) {
    for (let channel = 0; channel < inChannels; channel++) {
      const from = (out * inChannels + channel) * area;
      turned.set(values.subarray(from, from + area), (out * inChannels + (inChannels - 1 - channel)) * area);
    }
  }
  return turned;
}

function convTranspose(draft: Draft, node: OnnxNode): void {
  const input = draft.value(node, 0);
  const weight = draft.constant(node, 1, "its weights are computed, not stored");
  const [inChannels = 0, outChannels = 0, kernel = 0, width = 0] = weight.dims;
  const stride = draft.same(node, "strides", 1);
  const padding = draft.same(node, "pads", 0);
  draft.plain(node);
  const groups = node.attributes.get("group")?.integer ?? 1;
  const isPlain =
    weight.dims.length === 4 && kernel === 2 && width === 2 && stride === 2 && padding === 0 && groups === 1;
  if (!isPlain || node.attributes.get("output_padding")?.integers.some((side) => side !== 0)) {
    throw new Refusal(node, "only window 2, stride 2, no padding and one group can be trained");
  }
  if (inChannels !== input.channels || input.stride === "pooled" || input.stride === 1) {
    throw new Refusal(
      node,
      `${input.channels} channels at stride ${input.stride} do not fit its weights for ${inChannels}`,
    );
  }
  const names = draft.weightAndBias(node, weight.dims, weight.values, outChannels);
  draft.push(
    node,
    { kind: "convTranspose", input: input.id, inChannels, outChannels, ...names },
    outChannels,
    input.stride / 2,
  );
}

function batchNorm(draft: Draft, node: OnnxNode): void {
  const input = draft.value(node, 0);
  if ((node.attributes.get("training_mode")?.integer ?? 0) !== 0) {
    throw new Refusal(node, "it was written in training mode; export the model for inference");
  }
  const { channels } = input;
  const prefix = draft.prefix(node.inputs[1] ?? "", node);
  const read = (index: number, suffix: string, role: ParameterRole): string => {
    const { values } = draft.constant(node, index, "its statistics are computed, not stored");
    if (values.length !== channels)
      throw new Refusal(node, `it has ${values.length} values for ${channels} channels`);
    return draft.parameter(`${prefix}.${suffix}`, role, [channels], values);
  };
  const kind: NodeKind = {
    kind: "batchNorm",
    input: input.id,
    channels,
    gamma: read(1, "weight", "gamma"),
    beta: read(2, "bias", "beta"),
    runningMean: read(3, "running_mean", "runningMean"),
    runningVariance: read(4, "running_var", "runningVariance"),
    epsilon: rounded(node.attributes.get("epsilon")?.float ?? 1e-5),
    momentum: rounded(1 - (node.attributes.get("momentum")?.float ?? 0.9)),
  };
  draft.push(node, kind, channels, input.stride);
}

export function pushActivation(
  draft: Draft,
  node: OnnxNode,
  inputName: string | undefined,
  kind: Pick<Extract<NodeKind, { kind: "activation" }>, "activation" | "slope">,
): void {
  const input = draft.named(node, inputName ?? "");
  draft.push(node, { kind: "activation", input: input.id, ...kind }, input.channels, input.stride);
}

function hardSigmoid(draft: Draft, node: OnnxNode): void {
  const alpha = node.attributes.get("alpha")?.float ?? 0.2;
  const beta = node.attributes.get("beta")?.float ?? 0.5;
  if (Math.abs(beta - 0.5) > 1e-6) throw new Refusal(node, `its beta is ${beta}; 0.5 can be trained`);
  const isSixth = Math.abs(alpha - 1 / 6) < 1e-6;
  pushActivation(draft, node, node.inputs[0], {
    activation: "hardSigmoid",
    ...(isSixth ? {} : { slope: rounded(alpha) }),
  });
}

function maxPool(draft: Draft, node: OnnxNode): void {
  const input = draft.value(node, 0);
  const [kernel = 0, width = 0] = node.attributes.get("kernel_shape")?.integers ?? [];
  const stride = draft.same(node, "strides", 1);
  const padding = draft.same(node, "pads", 0);
  draft.plain(node);
  const isCeil = (node.attributes.get("ceil_mode")?.integer ?? 0) !== 0;
  const fits =
    kernel === width && stride === 2 && (kernel === 2 || kernel === 3) && (padding === 0 || padding === 1);
  if (!fits || isCeil || input.stride === "pooled") {
    throw new Refusal(node, "only windows of 2 or 3 with stride 2, rounded down, can be trained");
  }
  const kind: NodeKind = { kind: "maxPool", input: input.id, kernel, stride: 2, padding };
  draft.push(node, kind, input.channels, input.stride * 2);
}

function upsample(draft: Draft, node: OnnxNode): void {
  const input = draft.value(node, 0);
  const text = (name: string, otherwise: string): string => node.attributes.get(name)?.text ?? otherwise;
  const mode = text("mode", "nearest");
  if (mode !== "nearest") throw new Refusal(node, `its mode is "${mode}"; "nearest" can be trained`);
  if (node.op === "Resize" && node.inputs.length > 2) {
    const coordinates = text("coordinate_transformation_mode", "half_pixel");
    const rounding = text("nearest_mode", "round_prefer_floor");
    const isFloor = coordinates === "asymmetric" && rounding === "floor";
    // For whole factors these two name the same pixels.
    const isHalfPixel = coordinates === "half_pixel" && rounding.startsWith("round_prefer");
    if (!isFloor && !isHalfPixel) {
      throw new Refusal(
        node,
        `it reads pixels "${coordinates}", "${rounding}"; "asymmetric", "floor" can be trained`,
      );
    }
  }
  const at = node.op === "Resize" && node.inputs.length > 2 ? 2 : 1;
  if ((node.inputs[3] ?? "") !== "")
    throw new Refusal(node, "it is given sizes; fixed whole factors can be trained");
  const [batch, channels, factor = 0, width] = draft.constant(
    node,
    at,
    "its factors are computed; fixed ones can be trained",
  ).values;
  const isWhole = factor === 2 || factor === 4 || factor === 8;
  if (batch !== 1 || channels !== 1 || factor !== width || !isWhole) {
    throw new Refusal(
      node,
      `its factors are ${[batch, channels, factor, width].join(", ")}; 2, 4 or 8 to both sides can be trained`,
    );
  }
  if (input.stride === "pooled" || input.stride < factor)
    throw new Refusal(node, "its result is greater than the page");
  draft.push(node, { kind: "upsample", input: input.id, factor }, input.channels, input.stride / factor);
}

function concat(draft: Draft, node: OnnxNode): void {
  const axis = node.attributes.get("axis")?.integer;
  if (axis !== 1 && axis !== -3)
    throw new Refusal(node, `it joins along axis ${axis}; channels (axis 1) can be trained`);
  const inputs = node.inputs.map((_, index) => draft.value(node, index));
  const [first] = inputs;
  if (first === undefined || inputs.some(({ stride }) => stride !== first.stride)) {
    throw new Refusal(node, "its inputs are of different sizes");
  }
  const channels = inputs.reduce((sum, input) => sum + input.channels, 0);
  draft.push(node, { kind: "concat", inputs: inputs.map(({ id }) => id) }, channels, first.stride);
}

/** Six digits: what a 32-bit float keeps of the number that was meant. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
