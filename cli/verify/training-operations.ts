// An operation of PyTorch as nodes of this product's graph, or the reason why the graph has no word for it.

import { z } from "zod";
import type { EngineParts } from "../../src/engine/index.ts";
import type { Node, NodeKind, Weights } from "../../src/graph/index.ts";
import { type Tensor, tensor } from "./tensors.ts";

export const operation = z.object({
  op: z.string(),
  params: z.record(z.string(), z.unknown()),
  inputs: z.record(z.string(), tensor),
  output: tensor,
  grad_output: tensor,
  grads: z.record(z.string(), tensor),
  running_before: z.object({ mean: tensor, var: tensor }).optional(),
  running_after: z.object({ mean: tensor, var: tensor }).nullish(),
});

type Operation = z.infer<typeof operation>;

export interface Answered {
  readonly output: Float32Array;
  /** By the name of the input. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** "mean" and "var". */
  readonly running: ReadonlyMap<string, Float32Array>;
  /** Why there are none. */
  readonly withoutGradients?: string;
}

type Ask = (parts: EngineParts) => Promise<Answered>;

/** How to ask an engine for this operation, or why it cannot be asked. */
export function expressOperation(one: Operation): Ask | string {
  const given = (name: string): Tensor => tensor.parse(one.inputs[name]);
  const number = (name: string): number => z.number().parse(one.params[name]);
  const channels = (name: string): number => given(name).shape[1] ?? 0;
  switch (one.op) {
    case "conv2d": {
      const [kernel, stride] = [number("kernel"), number("stride")];
      if (number("dilation") !== 1) return "the graph has no dilated convolutions: no DBNet uses them";
      if (!isOneOf([1, 3, 5, 7], kernel) || !isOneOf([1, 2], stride))
        return `kernel ${kernel}, stride ${stride}`;
      const [outChannels = 0] = given("weight").shape;
      const sizes = { kernel, stride, padding: number("padding"), groups: number("groups") };
      const names = { weight: "weight", ...("bias" in one.inputs ? { bias: "bias" } : {}) };
      return asNode(one, {
        kind: "conv",
        input: "x",
        inChannels: channels("x"),
        outChannels,
        ...sizes,
        ...names,
      });
    }
    case "linear": {
      const [outChannels = 0, inChannels = 0] = given("weight").shape;
      const sizes = { inChannels, outChannels, kernel: 1, stride: 1, padding: 0, groups: 1 } as const;
      return asNode(one, { kind: "conv", input: "x", ...sizes, weight: "weight", bias: "bias" });
    }
    case "conv_transpose2d": {
      if (number("kernel") !== 2 || number("stride") !== 2 || number("padding") !== 0) {
        return "the graph's transposed convolutions are those of the DB head: kernel 2, stride 2, no padding";
      }
      const [inChannels = 0, outChannels = 0] = given("weight").shape;
      const names = { weight: "weight", ...("bias" in one.inputs ? { bias: "bias" } : {}) };
      return asNode(one, { kind: "convTranspose", input: "x", inChannels, outChannels, ...names });
    }
    case "batch_norm":
      return asNode(one, {
        kind: "batchNorm",
        input: "x",
        channels: channels("x"),
        gamma: "weight",
        beta: "bias",
        runningMean: "mean",
        runningVariance: "var",
        epsilon: number("eps"),
        momentum: number("momentum"),
      });
    case "relu":
    case "sigmoid":
      return asNode(one, { kind: "activation", input: "x", activation: one.op });
    case "hardswish":
      return asNode(one, { kind: "activation", input: "x", activation: "hardSwish" });
    case "hardsigmoid":
      return asNode(one, { kind: "activation", input: "x", activation: "hardSigmoid" });
    case "max_pool2d": {
      const [kernel, padding] = [number("kernel"), number("padding")];
      if (!isOneOf([2, 3], kernel) || !isOneOf([0, 1], padding) || number("stride") !== 2)
        return "the graph's pooling has kernel 2 or 3 and stride 2";
      return asNode(one, { kind: "maxPool", input: "x", kernel, stride: 2, padding });
    }
    case "adaptive_avg_pool2d":
      if (number("output") !== 1) return "the graph averages whole maps only";
      return asNode(one, { kind: "globalAveragePool", input: "x" });
    case "upsample_nearest": {
      const factor = number("scale");
      if (!isOneOf([2, 4, 8], factor)) return "the graph enlarges by 2, 4 or 8";
      return asNode(one, { kind: "upsample", input: "x", factor });
    }
    case "add":
      return asNode(one, { kind: "add", inputs: ["a", "b"] });
    case "mul_broadcast_channel":
      return asNode(one, { kind: "scaleChannels", input: "a", scale: "b" });
    case "concat_channels":
      return asNode(one, { kind: "concat", inputs: ["a", "b"] });
    case "step_function":
      return async (parts) => {
        const [probability, threshold] = [given("p").data, given("t").data];
        const question = { probability, threshold, k: number("k"), outputGradient: one.grad_output.data };
        const answer = await parts.binaryMap(question);
        const gradients = new Map([
          ["p", answer.probability],
          ["t", answer.threshold],
        ]);
        return { output: answer.output, gradients, running: new Map() };
      };
    default:
      return `no encoder, neck or head of the product uses ${one.op}`;
  }
}

/** Inputs that are parameters of nodes; all others are fed. */
const PARAMETERS = ["weight", "bias"];

function asNode(one: Operation, kind: NodeKind): Ask {
  const feeds = Object.entries(one.inputs).filter(([name]) => !PARAMETERS.includes(name));
  const inputs = feeds.map(
    ([id, { shape }]): Node => ({ id, block: "encoder", kind: "input", channels: shape[1] ?? 0 }),
  );
  const running = Object.entries(one.running_before ?? {});
  const values = [...Object.entries(one.inputs), ...running].map(([name, { data }]) => [name, data] as const);
  const weights: Weights = new Map(values);
  return async (parts) => {
    const answer = await parts.nodes({
      nodes: [...inputs, { id: "output", block: "encoder", ...kind }],
      output: "output",
      feeds: new Map(feeds.map(([id, value]) => [id, asMap(value)])),
      weights,
      mode: one.params.training === false ? "inference" : "training",
      outputGradient: asMap(one.grad_output),
    });
    return {
      output: answer.output.data,
      gradients: new Map([...answer.feedGradients, ...answer.weightGradients]),
      running: answer.running,
      ...(answer.withoutGradients === undefined ? {} : { withoutGradients: answer.withoutGradients }),
    };
  };
}

/** A vector per page as 1×1 maps. */
function asMap({ shape, data }: Tensor): Tensor {
  return { shape: [...shape, ...Array.from({ length: 4 - shape.length }, () => 1)], data };
}

function isOneOf<const T extends number>(allowed: readonly T[], value: number): value is T {
  return allowed.some((one) => one === value);
}
