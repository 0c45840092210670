// Lowered nodes → forward operations on virtual buffers (one for each value; memory.ts lets them share later).
// A value that only goes into a concatenation is written straight into its place there.

import type { NodeId, Shape } from "../../graph/index.ts";
import { consumersOf, type Lowered, type Names, type Norm } from "./lowered.ts";
import { joinedSlot } from "./parameters.ts";
import type { Epilogue, NormSlots, ParameterLayout, PlanOp, Slot, View } from "./types.ts";
import { channelSlice, wholeView } from "./views.ts";

export interface Forward {
  readonly nodes: readonly Lowered[];
  readonly ops: PlanOp[];
  /** Operations up to and with each node. */
  readonly opsUntil: ReadonlyMap<NodeId, number>;
  /** Of every lowered value. */
  readonly values: ReadonlyMap<NodeId, View>;
  /** Mean and 1/deviation of each batch norm with the batch's statistics, by its node. */
  readonly saved: ReadonlyMap<NodeId, View>;
  readonly shapes: ReadonlyMap<NodeId, Shape>;
  readonly parameters: ParameterLayout;
  /** Inputs of a concatenation that are written in place, as "concat < input". */
  readonly placed: ReadonlySet<string>;
  /** A new virtual buffer for a tensor of this shape. */
  allocate(shape: Shape): View;
  /** Sizes of the virtual buffers so far, in floats. */
  readonly bufferSizes: readonly number[];
}

export function placedKey(concat: NodeId, input: NodeId): string {
  return `${concat} < ${input}`;
}

export function planForward(
  nodes: readonly Lowered[],
  shapes: ReadonlyMap<NodeId, Shape>,
  parameters: ParameterLayout,
  batch: number,
  halves: ReadonlySet<NodeId> = new Set(),
): Forward {
  const bufferSizes: number[] = [];
  const allocate = (shape: Shape): View => {
    const view = wholeView(bufferSizes.length, batch, shape);
    bufferSizes.push(view.batch * view.batchStride);
    return view;
  };
  const allocateHalf = (shape: Shape): View => {
    const view = wholeView(bufferSizes.length, batch, shape);
    bufferSizes.push(Math.ceil((view.batch * view.batchStride) / 2));
    return { ...view, isHalf: true };
  };
  const shapeOf = (id: NodeId): Shape => known(shapes, id);
  const { values, placed } = placeValues(nodes, shapeOf, halves, (id) =>
    (halves.has(id) ? allocateHalf : allocate)(shapeOf(id)),
  );
  const saved = new Map<NodeId, View>();
  const opsOf = (node: Lowered): PlanOp[] => {
    const output = known(values, node.id);
    const input = (index = 0): View => known(values, node.inputs[index] ?? "");
    if (node.kind === "batchNorm" && node.statistics === "batch") {
      const statistics = wholeView(bufferSizes.length, 1, {
        channels: 2,
        heightPx: 1,
        widthPx: output.channels,
      });
      bufferSizes.push(2 * output.channels);
      saved.set(node.id, statistics);
      const { momentum } = node.norm;
      const slots = normSlots(node.norm, parameters);
      return [
        {
          kind: "batchNorm",
          input: input(),
          output,
          saved: statistics,
          slots,
          momentum,
          ...activationOf(node),
        },
      ];
    }
    if (node.kind === "concat") {
      return node.inputs.flatMap((id, index): PlanOp[] => {
        if (placed.has(placedKey(node.id, id))) return [];
        const part = channelSlice(output, channelsBefore(node, index, shapeOf), shapeOf(id).channels);
        return [{ kind: "copy", input: input(index), output: part, accumulate: false }];
      });
    }
    return forwardOp(node, input, output, parameters);
  };
  const ops: PlanOp[] = [];
  const opsUntil = new Map<NodeId, number>();
  for (const node of nodes) {
    ops.push(...opsOf(node));
    opsUntil.set(node.id, ops.length);
  }
  return { nodes, ops, opsUntil, values, saved, shapes, parameters, placed, allocate, bufferSizes };
}

function forwardOp(
  node: Exclude<Lowered, { kind: "concat" }>,
  input: (index?: number) => View,
  output: View,
  parameters: ParameterLayout,
): PlanOp[] {
  switch (node.kind) {
    case "input":
      return [{ kind: "importImage", output }];
    case "conv": {
      const weight = joinedSlot(parameters, node.weight);
      const epilogue = epilogueOf(node, parameters);
      return [{ kind: "conv", input: input(), weight, output, geometry: node.geometry, epilogue }];
    }
    case "convTranspose": {
      const weight = joinedSlot(parameters, node.weight);
      const epilogue = epilogueOf(node, parameters);
      return [{ kind: "convTranspose", input: input(), weight, output, groups: node.groups, epilogue }];
    }
    case "batchNorm": {
      const slots = normSlots(node.norm, parameters);
      return [{ kind: "batchNormInference", input: input(), output, slots, ...activationOf(node) }];
    }
    case "activation":
      return [{ kind: "activation", input: input(), output, activation: node.activation }];
    case "maxPool":
      return [{ kind: "maxPool", input: input(), output, geometry: node.geometry }];
    case "globalAveragePool":
      return [{ kind: "globalAveragePool", input: input(), output }];
    case "upsample":
      return [{ kind: "upsample", input: input(), output, factor: node.factor }];
    case "addUpsampled":
      return [{ kind: "addUpsampled", base: input(0), coarse: input(1), output, factor: node.factor }];
    case "scaleChannels":
      return [{ kind: "scaleChannels", input: input(0), scale: input(1), output }];
    case "slice":
      return [];
    default:
      return node satisfies never;
  }
}

/** A view for every value; slices and placed inputs of concatenations are parts of another's buffer. */
function placeValues(
  nodes: readonly Lowered[],
  shapeOf: (id: NodeId) => Shape,
  halves: ReadonlySet<NodeId>,
  allocate: (id: NodeId) => View,
): { values: Map<NodeId, View>; placed: Set<string> } {
  const values = new Map<NodeId, View>();
  const placed = new Set<string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const consumers = consumersOf(nodes);
  for (const concat of nodes) {
    if (concat.kind !== "concat") continue;
    const whole = values.get(concat.id) ?? allocate(concat.id);
    values.set(concat.id, whole);
    for (const [index, id] of concat.inputs.entries()) {
      const producer = byId.get(id);
      const canPlace =
        !values.has(id) &&
        producer !== undefined &&
        halves.has(id) === halves.has(concat.id) &&
        isPlaceable(producer, concat, consumers.get(id) ?? []);
      if (!canPlace) continue;
      values.set(id, channelSlice(whole, channelsBefore(concat, index, shapeOf), shapeOf(id).channels));
      placed.add(placedKey(concat.id, id));
    }
  }
  for (const node of nodes) {
    if (values.has(node.id)) continue;
    const [input = ""] = node.inputs;
    const view =
      node.kind === "slice"
        ? channelSlice(known(values, input), node.first, node.channels)
        : allocate(node.id);
    values.set(node.id, view);
  }
  return { values, placed };
}

/** No operation may read one part of a buffer and write another, so neighbours must not feed each other. */
function isPlaceable(producer: Lowered, concat: Lowered, readers: readonly Lowered[]): boolean {
  if (producer.kind === "input" || producer.kind === "slice" || producer.kind === "concat") return false;
  const neighbours = new Set(concat.inputs);
  const isFed = producer.inputs.some((id) => neighbours.has(id));
  const feeds = readers.some((reader) => neighbours.has(reader.id));
  const isTwice = concat.inputs.filter((id) => id === producer.id).length > 1;
  return !isFed && !feeds && !isTwice;
}

/** Channels of a concatenation before its input of that index. */
export function channelsBefore(concat: Lowered, index: number, shapeOf: (id: NodeId) => Shape): number {
  return concat.inputs.slice(0, index).reduce((sum, id) => sum + shapeOf(id).channels, 0);
}

export function normSlots(norm: Norm, parameters: ParameterLayout): NormSlots {
  const slot = (names: Names): Slot => joinedSlot(parameters, names);
  return {
    gamma: slot(norm.gamma),
    beta: slot(norm.beta),
    runningMean: slot(norm.runningMean),
    runningVariance: slot(norm.runningVariance),
    epsilon: norm.epsilon,
  };
}

function epilogueOf(node: Lowered<"conv"> | Lowered<"convTranspose">, parameters: ParameterLayout): Epilogue {
  return {
    ...(node.bias.length === 0 ? {} : { bias: joinedSlot(parameters, node.bias) }),
    ...(node.norm === undefined ? {} : { norm: normSlots(node.norm, parameters) }),
    ...activationOf(node),
  };
}

function activationOf(node: { readonly activation?: Epilogue["activation"] }): Pick<Epilogue, "activation"> {
  return node.activation === undefined ? {} : { activation: node.activation };
}

export function known<T>(map: ReadonlyMap<NodeId, T>, id: NodeId): T {
  const value = map.get(id);
  if (value === undefined) throw new Error(`the plan knows no value "${id}"`);
  return value;
}
