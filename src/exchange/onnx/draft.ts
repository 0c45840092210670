// The network while it is read: what every name of the file stands for, the nodes and parameters so far, and the questions that
// operators ask of their inputs and attributes. Every answer that cannot be trained is a Refusal.

import type { Node, NodeId, NodeKind, Parameter, ParameterRole, Preprocessing } from "../../graph/index.ts";
import { type Constant, ConstantError, type Constants } from "./constants.ts";
import type { OnnxModel, OnnxNode } from "./messages.ts";
import { Refusal } from "./refusal.ts";

export interface Value {
  readonly id: NodeId;
  readonly channels: number;
  readonly stride: number | "pooled";
}

const BLOCKS = ["encoder", "neck", "probabilityHead", "thresholdHead"] as const;
type BlockName = (typeof BLOCKS)[number];

export class Draft {
  readonly model: OnnxModel;
  readonly constants: Constants;
  readonly preprocessing: Preprocessing;
  readonly makers = new Map<string, OnnxNode>();
  readonly uses = new Map<string, number>();
  readonly values = new Map<string, Value>();
  readonly nodes = new Map<NodeId, Node>();
  readonly parameters = new Map<string, Parameter>();
  readonly weights = new Map<string, Float32Array>();
  readonly prefixes = new Set<string>();
  /** Blocks that the file itself names. */
  readonly noted = new Map<NodeId, BlockName>();

  constructor(model: OnnxModel, constants: Constants, preprocessing: Preprocessing) {
    this.model = model;
    this.constants = constants;
    this.preprocessing = preprocessing;
  }

  push(node: OnnxNode, kind: NodeKind, channels: number, stride: Value["stride"]): void {
    const [id = ""] = node.outputs;
    if (id === "" || this.values.has(id))
      throw new Refusal(node, `its output "${id}" has no name of its own`);
    if (typeof stride === "number" && stride > 256)
      throw new Refusal(node, "it makes the page 256 times smaller");
    this.values.set(id, { id, channels, stride });
    this.nodes.set(id, { id, block: "encoder", ...kind });
    const block = BLOCKS.find((each) => node.note === `block: ${each}`);
    if (block !== undefined) this.noted.set(id, block);
  }

  value(node: OnnxNode, index: number): Value {
    return this.named(node, node.inputs[index] ?? "");
  }

  named(node: OnnxNode, name: string): Value {
    const value = this.values.get(name);
    if (value !== undefined) return value;
    if (this.constants.has(name)) throw new Refusal(node, `its input "${name}" is a constant`);
    const isMade = this.makers.has(name);
    throw new Refusal(
      node,
      isMade
        ? `its input "${name}" is made only after it: the operators run in a circle or stand in the wrong order`
        : `nothing makes its input "${name}"`,
    );
  }

  constant(node: OnnxNode, index: number, otherwise: string): Constant {
    const name = node.inputs[index] ?? "";
    if (!this.constants.has(name)) throw new Refusal(node, otherwise);
    try {
      return this.constants.read(name);
    } catch (thrown) {
      if (thrown instanceof ConstantError) throw new Refusal(node, thrown.message);
      throw thrown;
    }
  }

  /** A number for each channel, from [C], [1, C, 1, 1], [C, 1, 1] or a single number. */
  channelBias(node: OnnxNode, index: number, channels: number): Float32Array {
    const { dims, values } = this.constant(node, index, "its constant is computed, not stored");
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
  same(node: OnnxNode, name: string, otherwise: number): number {
    const values = node.attributes.get(name)?.integers ?? [];
    const [first = otherwise] = values;
    if (values.some((value) => value !== first)) {
      throw new Refusal(node, `its ${name} are ${values.join(", ")}; the same to all sides can be trained`);
    }
    return first;
  }

  plain(node: OnnxNode): void {
    const automatic = node.attributes.get("auto_pad")?.text ?? "NOTSET";
    if (automatic !== "NOTSET" && automatic !== "VALID")
      throw new Refusal(node, `its padding is "${automatic}"; a fixed one can be trained`);
    const dilation = this.same(node, "dilations", 1);
    if (dilation !== 1) throw new Refusal(node, `its dilation is ${dilation}; 1 can be trained`);
  }

  parameter(name: string, role: ParameterRole, shape: readonly number[], values: Float32Array): string {
    const trainable = role !== "runningMean" && role !== "runningVariance";
    this.parameters.set(name, { name, role, shape: [...shape], block: "encoder", trainable });
    this.weights.set(name, values);
    return name;
  }

  /** Parameters of a convolution, from the operator's second and, where there is one, third input. */
  weightAndBias(
    node: OnnxNode,
    shape: readonly number[],
    values: Float32Array,
    outChannels: number,
  ): { readonly weight: string; readonly bias?: string } {
    const prefix = this.prefix(node.inputs[1] ?? "", node);
    const bias = (node.inputs[2] ?? "") === "" ? undefined : this.channelBias(node, 2, outChannels);
    return {
      weight: this.parameter(`${prefix}.weight`, "weight", shape, values),
      ...(bias && { bias: this.parameter(`${prefix}.bias`, "bias", [outChannels], bias) }),
    };
  }

  /** What stands before ".weight" in the names of a layer's parameters, as PyTorch would write it; never used twice. */
  prefix(constant: string, node: OnnxNode): string {
    const base = constant
      .replace(/[._](weight|w_\d+|W|gamma|scale|kernel)$/, "")
      .replace(/[^A-Za-z0-9_.-]+/g, "_");
    const clean = base.replace(/^\.+|\.+$/g, "").replace(/\.{2,}/g, ".") || `layer_${node.op}`;
    let prefix = clean;
    for (let i = 2; this.prefixes.has(prefix); i++) prefix = `${clean}_${i}`;
    this.prefixes.add(prefix);
    return prefix;
  }
}
