// Operators → nodes of the graph, one by one in the file's order: weights copied out of the file, scalars and added constants
// folded into the convolution before them, the last sigmoid left to the loss. Refuses by name whatever it does not know.

import {
  type Graph,
  type Node,
  type NodeId,
  type NodeKind,
  type Parameter,
  type ParameterRole,
  asRgb,
  type Preprocessing,
  validateGraph,
} from "../../graph/index.ts";
import { assignBlocks } from "./blocks.ts";
import { ConstantError, type Constant, type Constants } from "./constants.ts";
import { findHardSwish } from "./hard-swish.ts";
import type { OnnxModel, OnnxNode } from "./messages.ts";
import type { ImportedDetector, NotTrainable } from "./read.ts";

export class Refusal extends Error {
  readonly data: NotTrainable;

  constructor(node: OnnxNode | undefined, reason: string) {
    const operator = node?.op ?? "";
    const name = node === undefined ? "" : node.name || (node.outputs[0] ?? "");
    const sentence =
      node === undefined
        ? `It cannot be trained: ${reason}.`
        : `Operator ${operator} ("${name}") cannot be trained: ${reason}.`;
    super(sentence);
    this.data = { operator, node: name, reason, sentence };
  }
}

interface Value {
  readonly id: NodeId;
  readonly channels: number;
  readonly stride: number | "pooled";
}

type Conv = Extract<Node, { kind: "conv" | "convTranspose" }>;
const BLOCKS = ["encoder", "neck", "probabilityHead", "thresholdHead"] as const;
type BlockName = (typeof BLOCKS)[number];

export class GraphImport {
  readonly #model: OnnxModel;
  readonly #constants: Constants;
  readonly #preprocessing: Preprocessing;
  readonly #makers = new Map<string, OnnxNode>();
  readonly #uses = new Map<string, number>();
  readonly #values = new Map<string, Value>();
  readonly #nodes = new Map<NodeId, Node>();
  readonly #parameters = new Map<string, Parameter>();
  readonly #weights = new Map<string, Float32Array>();
  readonly #prefixes = new Set<string>();
  /** Blocks that the file itself names. */
  readonly #noted = new Map<NodeId, BlockName>();

  constructor(model: OnnxModel, constants: Constants, preprocessing: Preprocessing) {
    this.#model = model;
    this.#constants = constants;
    this.#preprocessing = preprocessing;
  }

  /** Throws Refusal, ConstantError or PlaygroundError. */
  run(name: string): ImportedDetector {
    for (const node of this.#model.nodes) {
      for (const output of node.outputs) {
        if (output === "") continue;
        if (this.#makers.has(output)) throw new Refusal(node, `another operator makes "${output}" too`);
        this.#makers.set(output, node);
      }
    }
    const [output, more] = this.#model.outputs;
    if (output === undefined) throw new Refusal(undefined, "it has no output");
    if (more !== undefined)
      throw new Refusal(undefined, `it has ${this.#model.outputs.length} outputs; a detector has one`);
    const needed = this.#needed(output.name);
    for (const node of needed) {
      for (const input of node.inputs) this.#uses.set(input, (this.#uses.get(input) ?? 0) + 1);
    }
    const spelled = findHardSwish(this.#model, this.#constants, this.#makers);
    this.#readInput();
    const last = this.#makers.get(output.name);
    for (const node of this.#model.nodes) {
      if (!needed.has(node) || spelled.absorbed.has(node) || node === last) continue;
      if (this.#constants.has(node.outputs[0] ?? "")) continue;
      const swish = spelled.ends.get(node);
      if (swish !== undefined) this.#activation(node, swish.input, { activation: "hardSwish" });
      else this.#operator(node);
    }
    return this.#finish(name, last);
  }

  /** Operators that the output depends on; a loop or an input that nobody makes is refused here. */
  #needed(output: string): ReadonlySet<OnnxNode> {
    const needed = new Set<OnnxNode>();
    const open = [output];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const node = this.#makers.get(name);
      if (node === undefined || needed.has(node)) continue;
      needed.add(node);
      open.push(...node.inputs.filter((input) => input !== ""));
    }
    return needed;
  }

  #readInput(): void {
    const inputs = this.#model.inputs.filter(({ name }) => !this.#constants.has(name));
    const [input] = inputs;
    if (input === undefined || inputs.length > 1) {
      throw new Refusal(undefined, `it has ${inputs.length} inputs; a detector has one, the page`);
    }
    if (input.type !== 1) throw new Refusal(undefined, `its input "${input.name}" takes no 32-bit floats`);
    const [, channels] = input.dims;
    if (input.dims.length !== 4 || channels !== 3) {
      throw new Refusal(
        undefined,
        `its input "${input.name}" is [${input.dims.join(", ")}], not [N, 3, H, W]`,
      );
    }
    this.#values.set(input.name, { id: input.name, channels: 3, stride: 1 });
    this.#nodes.set(input.name, { id: input.name, block: "encoder", kind: "input", channels: 3 });
  }

  #operator(node: OnnxNode): void {
    if (node.domain !== "" && node.domain !== "ai.onnx")
      throw new Refusal(node, `it belongs to "${node.domain}"`);
    if ([...node.attributes.values()].some(({ isSubgraph }) => isSubgraph)) {
      throw new Refusal(node, "it holds another graph");
    }
    switch (node.op) {
      case "Conv":
        this.#conv(node);
        return;
      case "ConvTranspose":
        this.#convTranspose(node);
        return;
      case "BatchNormalization":
        this.#batchNorm(node);
        return;
      case "Relu":
        this.#activation(node, node.inputs[0], { activation: "relu" });
        return;
      case "Sigmoid":
        this.#activation(node, node.inputs[0], { activation: "sigmoid" });
        return;
      case "HardSwish":
        this.#activation(node, node.inputs[0], { activation: "hardSwish" });
        return;
      case "HardSigmoid":
        this.#hardSigmoid(node);
        return;
      case "GlobalAveragePool": {
        const input = this.#value(node, 0);
        this.#push(node, { kind: "globalAveragePool", input: input.id }, input.channels, "pooled");
        return;
      }
      case "MaxPool":
        this.#maxPool(node);
        return;
      case "Resize":
      case "Upsample":
        this.#upsample(node);
        return;
      case "Add":
        this.#add(node);
        return;
      case "Mul":
      case "Div":
        this.#multiply(node);
        return;
      case "Concat":
        this.#concat(node);
        return;
      case "Identity":
        this.#identity(node);
        return;
      default:
        throw new Refusal(node, "no engine here knows this operator with its gradient");
    }
  }

  /** One value under two names: whoever reads either of them reads both. */
  #identity(node: OnnxNode): void {
    const [[from = ""], [to = ""]] = [node.inputs, node.outputs];
    this.#values.set(to, this.#value(node, 0));
    const readers = (this.#uses.get(from) ?? 0) - 1 + (this.#uses.get(to) ?? 0);
    this.#uses.set(from, readers);
    this.#uses.set(to, readers);
  }

  #conv(node: OnnxNode): void {
    const input = this.#value(node, 0);
    const weight = this.#constant(node, 1, "its weights are computed, not stored");
    const [outChannels = 0, perGroup = 0, kernel = 0, width = 0] = weight.dims;
    if (weight.dims.length !== 4 || kernel !== width || ![1, 3, 5, 7].includes(kernel)) {
      throw new Refusal(
        node,
        `its window is [${weight.dims.slice(2).join(", ")}]; 1, 3, 5 or 7 to both sides can be trained`,
      );
    }
    const stride = this.#same(node, "strides", 1);
    if (stride !== 1 && stride !== 2)
      throw new Refusal(node, `its stride is ${stride}; 1 and 2 can be trained`);
    const padding = this.#same(node, "pads", 0);
    this.#plain(node);
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
      input.id === this.#model.inputs[0]?.name ? this.#inRgb(node, weight, groups) : weight.values;
    const prefix = this.#prefix(node.inputs[1] ?? "", node);
    const bias =
      node.inputs[2] === undefined || node.inputs[2] === ""
        ? undefined
        : this.#channelBias(node, 2, outChannels);
    const names = {
      weight: this.#parameter(`${prefix}.weight`, "weight", weight.dims, values),
      ...(bias && { bias: this.#parameter(`${prefix}.bias`, "bias", [outChannels], bias) }),
    };
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
    this.#push(node, kind, outChannels, input.stride === "pooled" ? "pooled" : input.stride * stride);
  }

  /** The file's first weights with their channels in the order red, green, blue. */
  #inRgb(node: OnnxNode, { dims, values }: Constant, groups: number): Float32Array {
    if (this.#preprocessing.channels === "rgb") return values;
    if (groups !== 1)
      throw new Refusal(node, "it treats the page's channels one by one and wants them as blue, green, red");
    const [outChannels = 0, inChannels = 0, height = 0, width = 0] = dims;
    const area = height * width;
    const turned = new Float32Array(values.length);
    for (let out = 0; out < outChannels; out++) {
      for (let channel = 0; channel < inChannels; channel++) {
        const from = (out * inChannels + channel) * area;
        turned.set(
          values.subarray(from, from + area),
          (out * inChannels + (inChannels - 1 - channel)) * area,
        );
      }
    }
    return turned;
  }

  #convTranspose(node: OnnxNode): void {
    const input = this.#value(node, 0);
    const weight = this.#constant(node, 1, "its weights are computed, not stored");
    const [inChannels = 0, outChannels = 0, kernel = 0, width = 0] = weight.dims;
    const stride = this.#same(node, "strides", 1);
    const padding = this.#same(node, "pads", 0);
    this.#plain(node);
    const groups = node.attributes.get("group")?.integer ?? 1;
    const isPlain =
      weight.dims.length === 4 &&
      kernel === 2 &&
      width === 2 &&
      stride === 2 &&
      padding === 0 &&
      groups === 1;
    if (!isPlain || node.attributes.get("output_padding")?.integers.some((side) => side !== 0)) {
      throw new Refusal(node, "only window 2, stride 2, no padding and one group can be trained");
    }
    if (inChannels !== input.channels || input.stride === "pooled" || input.stride === 1) {
      throw new Refusal(
        node,
        `${input.channels} channels at stride ${input.stride} do not fit its weights for ${inChannels}`,
      );
    }
    const prefix = this.#prefix(node.inputs[1] ?? "", node);
    const bias =
      node.inputs[2] === undefined || node.inputs[2] === ""
        ? undefined
        : this.#channelBias(node, 2, outChannels);
    const names = {
      weight: this.#parameter(`${prefix}.weight`, "weight", weight.dims, weight.values),
      ...(bias && { bias: this.#parameter(`${prefix}.bias`, "bias", [outChannels], bias) }),
    };
    this.#push(
      node,
      { kind: "convTranspose", input: input.id, inChannels, outChannels, ...names },
      outChannels,
      input.stride / 2,
    );
  }

  #batchNorm(node: OnnxNode): void {
    const input = this.#value(node, 0);
    if ((node.attributes.get("training_mode")?.integer ?? 0) !== 0) {
      throw new Refusal(node, "it was written in training mode; export the model for inference");
    }
    const { channels } = input;
    const prefix = this.#prefix(node.inputs[1] ?? "", node);
    const read = (index: number, suffix: string, role: ParameterRole): string => {
      const { values } = this.#constant(node, index, "its statistics are computed, not stored");
      if (values.length !== channels)
        throw new Refusal(node, `it has ${values.length} values for ${channels} channels`);
      return this.#parameter(`${prefix}.${suffix}`, role, [channels], values);
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
    this.#push(node, kind, channels, input.stride);
  }

  #activation(
    node: OnnxNode,
    inputName: string | undefined,
    kind: Pick<Extract<NodeKind, { kind: "activation" }>, "activation" | "slope">,
  ): void {
    const input = this.#named(node, inputName ?? "");
    this.#push(node, { kind: "activation", input: input.id, ...kind }, input.channels, input.stride);
  }

  #hardSigmoid(node: OnnxNode): void {
    const alpha = node.attributes.get("alpha")?.float ?? 0.2;
    const beta = node.attributes.get("beta")?.float ?? 0.5;
    if (Math.abs(beta - 0.5) > 1e-6) throw new Refusal(node, `its beta is ${beta}; 0.5 can be trained`);
    const isSixth = Math.abs(alpha - 1 / 6) < 1e-6;
    this.#activation(node, node.inputs[0], {
      activation: "hardSigmoid",
      ...(isSixth ? {} : { slope: rounded(alpha) }),
    });
  }

  #maxPool(node: OnnxNode): void {
    const input = this.#value(node, 0);
    const [kernel = 0, width = 0] = node.attributes.get("kernel_shape")?.integers ?? [];
    const stride = this.#same(node, "strides", 1);
    const padding = this.#same(node, "pads", 0);
    this.#plain(node);
    const isCeil = (node.attributes.get("ceil_mode")?.integer ?? 0) !== 0;
    const fits =
      kernel === width && stride === 2 && (kernel === 2 || kernel === 3) && (padding === 0 || padding === 1);
    if (!fits || isCeil || input.stride === "pooled") {
      throw new Refusal(node, "only windows of 2 or 3 with stride 2, rounded down, can be trained");
    }
    const kind: NodeKind = { kind: "maxPool", input: input.id, kernel, stride: 2, padding };
    this.#push(node, kind, input.channels, input.stride * 2);
  }

  #upsample(node: OnnxNode): void {
    const input = this.#value(node, 0);
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
    const [batch, channels, factor = 0, width] = this.#constant(
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
    this.#push(node, { kind: "upsample", input: input.id, factor }, input.channels, input.stride / factor);
  }

  #add(node: OnnxNode): void {
    const [a = "", b = ""] = node.inputs;
    const [isConstantA, isConstantB] = [this.#constants.has(a), this.#constants.has(b)];
    if (isConstantA !== isConstantB) {
      this.#addConstant(node, isConstantA ? b : a, isConstantA ? 0 : 1);
      return;
    }
    const [left, right] = [this.#value(node, 0), this.#value(node, 1)];
    if (left.channels !== right.channels || left.stride !== right.stride) {
      throw new Refusal(node, "its two inputs are of different shapes");
    }
    this.#push(node, { kind: "add", inputs: [left.id, right.id] }, left.channels, left.stride);
  }

  /** A bias: of the convolution before it, or else of a 1×1 convolution of its own. */
  #addConstant(node: OnnxNode, inputName: string, index: number): void {
    const input = this.#named(node, inputName);
    const bias = this.#channelBias(node, index, input.channels);
    const conv = this.#foldable(inputName, input);
    if (conv === undefined) {
      this.#affine(node, input, new Float32Array(input.channels).fill(1), bias);
      return;
    }
    if (conv.bias === undefined) {
      const name = this.#parameter(conv.weight.replace(/weight$/, "bias"), "bias", [input.channels], bias);
      this.#nodes.set(conv.id, { ...conv, bias: name });
    } else {
      const values = this.#weights.get(conv.bias);
      values?.forEach((value, i) => {
        values[i] = value + (bias[i] ?? 0);
      });
    }
    this.#values.set(node.outputs[0] ?? "", input);
  }

  #multiply(node: OnnxNode): void {
    const [a = "", b = ""] = node.inputs;
    const [isConstantA, isConstantB] = [this.#constants.has(a), this.#constants.has(b)];
    if (isConstantA !== isConstantB && !(node.op === "Div" && isConstantA)) {
      const input = this.#named(node, isConstantA ? b : a);
      const factors = this.#channelBias(node, isConstantA ? 0 : 1, input.channels);
      const inverse = node.op === "Div" ? factors.map((factor) => 1 / factor) : factors;
      this.#multiplyConstant(node, isConstantA ? b : a, input, inverse);
      return;
    }
    if (node.op === "Div") throw new Refusal(node, "only a division by a constant can be trained");
    const [left, right] = [this.#value(node, 0), this.#value(node, 1)];
    const [input, scale] = right.stride === "pooled" ? [left, right] : [right, left];
    if (scale.stride !== "pooled" || input.stride === "pooled" || input.channels !== scale.channels) {
      throw new Refusal(node, "only a map times one number for each channel can be trained");
    }
    this.#push(
      node,
      { kind: "scaleChannels", input: input.id, scale: scale.id },
      input.channels,
      input.stride,
    );
  }

  /** A factor for each channel: into the convolution before it, or else a 1×1 convolution of its own. */
  #multiplyConstant(node: OnnxNode, inputName: string, input: Value, factors: Float32Array): void {
    const conv = this.#foldable(inputName, input);
    if (conv === undefined) {
      this.#affine(node, input, factors, undefined);
      return;
    }
    const weight = this.#weights.get(conv.weight);
    if (weight === undefined) throw new ConstantError(`"${conv.weight}" is missing`);
    const perOut = weight.length / conv.outChannels;
    weight.forEach((value, i) => {
      const channel = conv.kind === "conv" ? Math.floor(i / perOut) : Math.floor(i / 4) % conv.outChannels;
      weight[i] = value * (factors[channel] ?? 1);
    });
    const bias = conv.bias === undefined ? undefined : this.#weights.get(conv.bias);
    bias?.forEach((value, channel) => {
      bias[channel] = value * (factors[channel] ?? 1);
    });
    this.#values.set(node.outputs[0] ?? "", input);
  }

  /** A factor and a number to add for each channel, as a depthwise 1×1 convolution. */
  #affine(node: OnnxNode, input: Value, factors: Float32Array, bias: Float32Array | undefined): void {
    const { channels } = input;
    const prefix = this.#prefix(`${node.outputs[0] ?? ""}.weight`, node);
    const kind: NodeKind = {
      kind: "conv",
      input: input.id,
      inChannels: channels,
      outChannels: channels,
      kernel: 1,
      stride: 1,
      padding: 0,
      groups: channels,
      weight: this.#parameter(`${prefix}.weight`, "weight", [channels, 1, 1, 1], factors),
      ...(bias && { bias: this.#parameter(`${prefix}.bias`, "bias", [channels], bias) }),
    };
    this.#push(node, kind, channels, input.stride);
  }

  /** The convolution that makes the value and that nobody else reads. */
  #foldable(name: string, value: Value): Conv | undefined {
    const node = this.#nodes.get(value.id);
    const isOnly = this.#uses.get(name) === 1;
    return isOnly && (node?.kind === "conv" || node?.kind === "convTranspose") ? node : undefined;
  }

  #concat(node: OnnxNode): void {
    const axis = node.attributes.get("axis")?.integer;
    if (axis !== 1 && axis !== -3)
      throw new Refusal(node, `it joins along axis ${axis}; channels (axis 1) can be trained`);
    const inputs = node.inputs.map((_, index) => this.#value(node, index));
    const [first] = inputs;
    if (first === undefined || inputs.some(({ stride }) => stride !== first.stride)) {
      throw new Refusal(node, "its inputs are of different sizes");
    }
    const channels = inputs.reduce((sum, input) => sum + input.channels, 0);
    this.#push(node, { kind: "concat", inputs: inputs.map(({ id }) => id) }, channels, first.stride);
  }

  #finish(name: string, last: OnnxNode | undefined): ImportedDetector {
    if (last?.op !== "Sigmoid") {
      throw new Refusal(last, "the last operator of a detector is the Sigmoid of its probability map");
    }
    const logits = this.#value(last, 0);
    if (logits.channels !== 1 || logits.stride !== 1) {
      throw new Refusal(
        last,
        `its map has ${logits.channels} channels at stride ${logits.stride}; one at the page's size is needed`,
      );
    }
    const strides = new Map([...this.#values.values()].map(({ id, stride }) => [id, stride]));
    const nodes = this.#blocks([...this.#nodes.values()], strides);
    const blockOf = new Map<string, Node["block"]>();
    for (const node of nodes)
      for (const value of Object.values(node)) if (typeof value === "string") blockOf.set(value, node.block);
    const parameters = [...this.#parameters.values()].map((parameter) => ({
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
    return { graph, weights: this.#weights, preprocessing: asRgb(this.#preprocessing) };
  }

  #blocks(nodes: readonly Node[], strides: ReadonlyMap<NodeId, number | "pooled">): Node[] {
    const isNoted = nodes.every((node) => node.kind === "input" || this.#noted.has(node.id));
    if (!isNoted) return assignBlocks(nodes, strides);
    return nodes.map((node) => ({ ...node, block: this.#noted.get(node.id) ?? "encoder" }));
  }

  #push(node: OnnxNode, kind: NodeKind, channels: number, stride: Value["stride"]): void {
    const [id = ""] = node.outputs;
    if (id === "" || this.#values.has(id))
      throw new Refusal(node, `its output "${id}" has no name of its own`);
    if (typeof stride === "number" && stride > 256)
      throw new Refusal(node, "it makes the page 256 times smaller");
    this.#values.set(id, { id, channels, stride });
    this.#nodes.set(id, { id, block: "encoder", ...kind });
    const block = BLOCKS.find((each) => node.note === `block: ${each}`);
    if (block !== undefined) this.#noted.set(id, block);
  }

  #value(node: OnnxNode, index: number): Value {
    return this.#named(node, node.inputs[index] ?? "");
  }

  #named(node: OnnxNode, name: string): Value {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    if (this.#constants.has(name)) throw new Refusal(node, `its input "${name}" is a constant`);
    const isMade = this.#makers.has(name);
    throw new Refusal(
      node,
      isMade
        ? `its input "${name}" is made only after it: the operators run in a circle or stand in the wrong order`
        : `nothing makes its input "${name}"`,
    );
  }

  #constant(node: OnnxNode, index: number, otherwise: string): Constant {
    const name = node.inputs[index] ?? "";
    if (!this.#constants.has(name)) throw new Refusal(node, otherwise);
    try {
      return this.#constants.read(name);
    } catch (thrown) {
      if (thrown instanceof ConstantError) throw new Refusal(node, thrown.message);
      throw thrown;
    }
  }

  /** A number for each channel, from [C], [1, C, 1, 1], [C, 1, 1] or a single number. */
  #channelBias(node: OnnxNode, index: number, channels: number): Float32Array {
    const { dims, values } = this.#constant(node, index, "its constant is computed, not stored");
    if (values.length === 1) return new Float32Array(channels).fill(values[0] ?? 0);
    const isBias = node.op === "Conv" || node.op === "ConvTranspose";
    const at = isBias ? 0 : dims.length - 3;
    const isPerChannel = dims.every((side, axis) => side === (axis === at ? channels : 1));
    if (!isPerChannel || values.length !== channels) {
      throw new Refusal(
        node,
        `its constant of shape [${dims.join(", ")}] is not one number for each of ${channels} channels`,
      );
    }
    return Float32Array.from(values);
  }

  /** The one number that a list of the attribute repeats. */
  #same(node: OnnxNode, name: string, otherwise: number): number {
    const values = node.attributes.get(name)?.integers ?? [];
    const [first = otherwise] = values;
    if (values.some((value) => value !== first)) {
      throw new Refusal(node, `its ${name} are ${values.join(", ")}; the same to all sides can be trained`);
    }
    return first;
  }

  #plain(node: OnnxNode): void {
    const automatic = node.attributes.get("auto_pad")?.text ?? "NOTSET";
    if (automatic !== "NOTSET" && automatic !== "VALID")
      throw new Refusal(node, `its padding is "${automatic}"; a fixed one can be trained`);
    const dilation = this.#same(node, "dilations", 1);
    if (dilation !== 1) throw new Refusal(node, `its dilation is ${dilation}; 1 can be trained`);
  }

  #parameter(name: string, role: ParameterRole, shape: readonly number[], values: Float32Array): string {
    const trainable = role !== "runningMean" && role !== "runningVariance";
    this.#parameters.set(name, { name, role, shape: [...shape], block: "encoder", trainable });
    this.#weights.set(name, values);
    return name;
  }

  /** What stands before ".weight" in the names of a layer's parameters, as PyTorch would write it; never used twice. */
  #prefix(constant: string, node: OnnxNode): string {
    const base = constant
      .replace(/[._](weight|w_\d+|W|gamma|scale|kernel)$/, "")
      .replace(/[^A-Za-z0-9_.-]+/g, "_");
    const clean = base.replace(/^\.+|\.+$/g, "").replace(/\.{2,}/g, ".") || `layer_${node.op}`;
    let prefix = clean;
    for (let i = 2; this.#prefixes.has(prefix); i++) prefix = `${clean}_${i}`;
    this.#prefixes.add(prefix);
    return prefix;
  }
}

/** Six digits: what a 32-bit float keeps of the number that was meant. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
