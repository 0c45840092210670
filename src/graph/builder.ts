// Puts a graph together node by node and keeps its list of parameters, as PyTorch's modules would name them.
// Checks nothing that validateGraph checks; it only makes the common mistakes impossible to write.

import type {
  ActivationKind,
  Block,
  Graph,
  Node,
  NodeId,
  NodeKind,
  Parameter,
  ParameterRole,
} from "./types.ts";

/** What a builder hands out: a node's id and how many channels it has. */
export interface Value {
  readonly id: NodeId;
  readonly channels: number;
}

interface ConvOptions {
  readonly channels: number;
  readonly kernel: 1 | 3 | 5 | 7;
  readonly stride?: 1 | 2;
  /** (kernel − 1) / 2 unless given. */
  readonly padding?: number;
  /** Every channel for itself; `channels` must then be the input's. */
  readonly depthwise?: boolean;
  readonly bias?: boolean;
}

export class GraphBuilder {
  private readonly nodes: Node[] = [];
  private readonly parameters: Parameter[] = [];
  private block: Block = "encoder";

  /** Nodes added from here on belong to this block. */
  begin(block: Block): this {
    this.block = block;
    return this;
  }

  input(channels: number, id = "image"): Value {
    return this.push(id, { kind: "input", channels }, channels);
  }

  /** Node `name` with parameters `name.weight` and, with `bias`, `name.bias`. */
  conv(input: Value, name: string, options: ConvOptions): Value {
    const {
      channels,
      kernel,
      stride = 1,
      padding = (kernel - 1) / 2,
      depthwise = false,
      bias = false,
    } = options;
    const groups = depthwise ? input.channels : 1;
    const weight = this.parameter(`${name}.weight`, "weight", [
      channels,
      input.channels / groups,
      kernel,
      kernel,
    ]);
    const shape = { inChannels: input.channels, outChannels: channels, kernel, stride, padding, groups };
    const names = bias ? { weight, bias: this.parameter(`${name}.bias`, "bias", [channels]) } : { weight };
    return this.push(name, { kind: "conv", input: input.id, ...shape, ...names }, channels);
  }

  /** Kernel 2, stride 2: doubles the size. */
  convTranspose(input: Value, name: string, options: { channels: number; bias?: boolean }): Value {
    const { channels, bias = false } = options;
    const weight = this.parameter(`${name}.weight`, "weight", [input.channels, channels, 2, 2]);
    const shape = { inChannels: input.channels, outChannels: channels };
    const names = bias ? { weight, bias: this.parameter(`${name}.bias`, "bias", [channels]) } : { weight };
    return this.push(name, { kind: "convTranspose", input: input.id, ...shape, ...names }, channels);
  }

  batchNorm(input: Value, name: string, options: { epsilon?: number; momentum?: number } = {}): Value {
    const { channels } = input;
    const kind = {
      kind: "batchNorm" as const,
      input: input.id,
      channels,
      gamma: this.parameter(`${name}.weight`, "gamma", [channels]),
      beta: this.parameter(`${name}.bias`, "beta", [channels]),
      runningMean: this.parameter(`${name}.running_mean`, "runningMean", [channels]),
      runningVariance: this.parameter(`${name}.running_var`, "runningVariance", [channels]),
      epsilon: options.epsilon ?? 1e-5,
      momentum: options.momentum ?? 0.1,
    };
    return this.push(name, kind, channels);
  }

  activation(input: Value, activation: ActivationKind, slope?: number): Value {
    const kind = { kind: "activation" as const, input: input.id, activation };
    return this.push(
      `${input.id}.${activation}`,
      slope === undefined ? kind : { ...kind, slope },
      input.channels,
    );
  }

  relu(input: Value): Value {
    return this.activation(input, "relu");
  }

  maxPool(input: Value, options: { kernel: 2 | 3; padding: 0 | 1 }): Value {
    return this.push(
      `${input.id}.pool`,
      { kind: "maxPool", input: input.id, stride: 2, ...options },
      input.channels,
    );
  }

  globalAveragePool(input: Value): Value {
    return this.push(`${input.id}.mean`, { kind: "globalAveragePool", input: input.id }, input.channels);
  }

  /** The same value asked for twice at the same factor needs no second node, so ask once. */
  upsample(input: Value, factor: 2 | 4 | 8): Value {
    return this.push(
      `${input.id}.up${factor}`,
      { kind: "upsample", input: input.id, factor },
      input.channels,
    );
  }

  add(a: Value, b: Value, name: string): Value {
    return this.push(name, { kind: "add", inputs: [a.id, b.id] }, a.channels);
  }

  scaleChannels(input: Value, scale: Value, name: string): Value {
    return this.push(name, { kind: "scaleChannels", input: input.id, scale: scale.id }, input.channels);
  }

  concat(inputs: readonly Value[], name: string): Value {
    const channels = inputs.reduce((sum, value) => sum + value.channels, 0);
    return this.push(name, { kind: "concat", inputs: inputs.map(({ id }) => id) }, channels);
  }

  /** The finished graph; the builder may not be used afterwards. */
  build(name: string, sizeMultiplePx: number, outputs: { probability: Value; threshold: Value }): Graph {
    return {
      name,
      nodes: this.nodes,
      parameters: this.parameters,
      outputs: { probability: outputs.probability.id, threshold: outputs.threshold.id },
      sizeMultiplePx,
    };
  }

  private push(id: NodeId, kind: NodeKind, channels: number): Value {
    this.nodes.push({ id, block: this.block, ...kind });
    return { id, channels };
  }

  private parameter(name: string, role: ParameterRole, shape: readonly number[]): string {
    const trainable = role !== "runningMean" && role !== "runningVariance";
    this.parameters.push({ name, role, shape, block: this.block, trainable });
    return name;
  }
}
