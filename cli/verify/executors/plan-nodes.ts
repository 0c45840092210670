// One node of a graph and its gradient on a compiled engine, planned by the planner of whole networks.
// What is fed stands where a convolution's output would: such values have a gradient, a network's image has none.

import type { NodesAnswer, NodesQuestion } from "../../../src/engine/index.ts";
import { planBackward } from "../../../src/engine/plan/backward.ts";
import { planForward } from "../../../src/engine/plan/forward.ts";
import { lowerGraph } from "../../../src/engine/plan/lowered.ts";
import { layOut } from "../../../src/engine/plan/parameters.ts";
import type { PlanOp, Slot, View } from "../../../src/engine/plan/types.ts";
import { type Node, type Parameter, parametersOf, type Shape } from "../../../src/graph/index.ts";
import { atLeast, IDLE, type OpenMachine } from "./machine.ts";
import { Refused } from "./refused.ts";

const IMAGE = "image of the plan";
/** Stands for the other output that a plan must have. */
const OTHER = "other output of the plan";

export async function answerNodes(question: NodesQuestion, open: OpenMachine): Promise<NodesAnswer> {
  const { feeds, output, weights, mode, outputGradient } = question;
  const [node, ...more] = question.nodes.filter(({ kind }) => kind !== "input");
  if (node === undefined || more.length > 0) throw new Refused("one operation at a time");
  const [[, first] = [output, outputGradient]] = feeds;
  const batch = first.shape[0] ?? 1;
  const producers = [...feeds.keys(), OTHER].map((id) => producer(id, feeds.get(id)?.shape[1] ?? 1));
  const nodes: Node[] = [{ id: IMAGE, block: "encoder", kind: "input", channels: 3 }, ...producers, node];
  const parameters = nodes.flatMap((each) =>
    parametersOf(each).map(
      ({ name, role, shape }): Parameter => ({
        name,
        role,
        shape,
        block: each.block,
        trainable: role !== "runningMean" && role !== "runningVariance",
      }),
    ),
  );
  const outputs = { probability: output, threshold: OTHER };
  const graph = { name: "operation", nodes, parameters, outputs, sizeMultiplePx: 1 };
  const layout = layOut(graph, []);
  const shapes = new Map<string, Shape>([
    [IMAGE, { channels: 3, heightPx: 1, widthPx: 1 }],
    [OTHER, { channels: 1, heightPx: 1, widthPx: 1 }],
    [output, shapeOf(outputGradient.shape)],
    ...[...feeds].map(([id, { shape }]) => [id, shapeOf(shape)] as const),
  ]);
  const statistics = mode === "training" ? "batch" : "running";
  const lowered = lowerGraph(graph, [output, OTHER], () => statistics);
  const forward = planForward(lowered, shapes, layout, batch);
  const view = (id: string): View => {
    const found = forward.values.get(id);
    if (found === undefined) throw new Error(`the plan has no value "${id}"`);
    return found;
  };
  const standIns = new Set([IMAGE, ...producers.map(({ id }) => id)].map(view));
  const isNodes = (op: PlanOp): boolean => !("output" in op && standIns.has(op.output));
  const ahead = forward.ops.filter(isNodes);
  const start = forward.ops.length;
  planBackward(forward, outputs);
  const back = forward.ops.slice(start);
  const loss = back.find((op) => op.kind === "loss");
  const slotOf = (name: string): Slot => {
    const slot = layout.slots.get(name);
    if (slot === undefined) throw new Error(`the plan has no parameter "${name}"`);
    return slot;
  };
  const gradientOf = (id: string): View | undefined =>
    back.flatMap((op) =>
      op.kind === "convWeightGradient" && op.gradient.offset === slotOf(weightOf(id)).offset
        ? [op.outputGradient]
        : [],
    )[0];
  const feedGradientViews = [...feeds.keys()].map((id) => [id, gradientOf(id)] as const);
  const inputs = new Set(producers.map(({ id }) => slotOf(weightOf(id)).offset));
  const machine = await open({
    buffers: forward.bufferSizes,
    stores: atLeast(layout.sizes),
    pages: batch,
    pixels: 4 * batch,
    programs: {
      forward: { ops: ahead },
      backward: {
        ops: back.filter(
          (op) => op.kind !== "loss" && !(op.kind === "convWeightGradient" && inputs.has(op.gradient.offset)),
        ),
      },
    },
    settings: IDLE,
  });
  try {
    const stores = {
      trainable: new Float32Array(atLeast(layout.sizes).trainable),
      statistics: new Float32Array(atLeast(layout.sizes).statistics),
    };
    for (const { name, trainable } of parameters) {
      stores[trainable ? "trainable" : "statistics"].set(weights.get(name) ?? [], slotOf(name).offset);
    }
    machine.writeStore("trainable", stores.trainable);
    machine.writeStore("statistics", stores.statistics);
    for (const [id, { data }] of feeds) machine.writeTensor(view(id), data);
    await machine.run("forward");
    const values = await machine.readTensor(view(output));
    const running = await machine.readStore("statistics");
    const cut = (from: Float32Array, name: string): Float32Array =>
      from.slice(slotOf(name).offset, slotOf(name).offset + slotOf(name).size);
    const named = parametersOf(node).map(({ name }) => name);
    const ofStore = (store: "trainable" | "statistics", from: Float32Array) =>
      new Map(named.filter((name) => slotOf(name).store === store).map((name) => [name, cut(from, name)]));
    if (loss === undefined) throw new Error("a backward plan begins with the loss");
    machine.writeTensor(loss.probabilityGradient, outputGradient.data);
    machine.clearGradients();
    await machine.run("backward");
    const gradients = await machine.readGradients();
    const feedGradients = new Map<string, Float32Array>();
    for (const [id, at] of feedGradientViews)
      if (at !== undefined) feedGradients.set(id, await machine.readTensor(at));
    return {
      output: { shape: outputGradient.shape, data: values },
      running: ofStore("statistics", running),
      feedGradients,
      weightGradients: ofStore("trainable", gradients),
    };
  } finally {
    machine.dispose();
  }
}

function producer(id: string, outChannels: number): Node & { readonly id: string } {
  const size = { inChannels: 3, outChannels, kernel: 1, stride: 1, padding: 0, groups: 1 } as const;
  return { id, block: "encoder", kind: "conv", input: IMAGE, ...size, weight: weightOf(id) };
}

function weightOf(id: string): string {
  return `stand-in for ${id}`;
}

function shapeOf([, channels = 1, heightPx = 1, widthPx = 1]: readonly number[]): Shape {
  return { channels, heightPx, widthPx };
}
