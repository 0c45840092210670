// The plan is right when its gradient is: finite differences through the whole plan, run in 64 bits over the shared
// buffers, catch a wrong operation, a wrong order and a buffer that was taken over too early.

import { describe, expect, it } from "vitest";
import {
  engineSettings,
  everythingGraph,
  livelyWeights,
  randomBatch,
} from "../../../tests/gpu/reference/fixtures.ts";
import { referenceState, runPlan } from "../../../tests/gpu/reference/run.ts";
import { randomFrom, type TrainBatch } from "../../core/index.ts";
import { buildGraph, type Graph, parametersOf, sizeOf, type Weights } from "../../graph/index.ts";
import { freeze } from "../freeze.ts";
import { parameterLayout, planPrediction, planTraining } from "./plan.ts";
import type { Plan } from "./types.ts";
import { elementCount, trafficOf } from "./views.ts";

const settingsFor = (graph: Graph, sizePx: number) => engineSettings(graph, { batchSize: 2, sizePx });

function lossOf(plan: Plan, weights: Weights, batch: TrainBatch, graph: Graph): number {
  const { memory } = referenceState(plan, weights);
  return runPlan(plan, memory, batch, settingsFor(graph, plan.sizePx))?.total ?? Number.NaN;
}

/** Largest relative error of the plan's gradient at sampled weights of every trainable parameter. */
function worstGradientError(
  built: Graph,
  weights: Weights,
  sizePx: number,
  everyNth: number,
  freezing: Parameters<typeof freeze>[1] = {},
): number {
  const { graph, runningNorms } = freeze(built, freezing);
  const plan = planTraining(graph, { batchSize: 2, sizePx }, runningNorms);
  const batch = randomBatch(2, sizePx, 3);
  const { memory } = referenceState(plan, weights);
  runPlan(plan, memory, batch, settingsFor(graph, sizePx));
  const random = randomFrom("samples");
  let worst = 0;
  const trainable = graph.parameters.filter((parameter) => parameter.trainable);
  for (const parameter of trainable.filter((_, index) => index % everyNth === 0)) {
    const slot = plan.parameters.slots.get(parameter.name);
    const gradient = memory.gradients.subarray(slot?.offset ?? 0, (slot?.offset ?? 0) + (slot?.size ?? 0));
    const scale = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0) / gradient.length);
    const index = random.int(sizeOf(parameter));
    const nudge = 2 ** -16;
    const [up, down] = [nudge, -nudge].map((by) => {
      const state = referenceState(plan, weights);
      const at = (slot?.offset ?? 0) + index;
      state.memory.stores.trainable[at] = (state.memory.stores.trainable[at] ?? 0) + by;
      return runPlan(plan, state.memory, batch, settingsFor(graph, sizePx))?.total ?? Number.NaN;
    });
    const measured = ((up ?? 0) - (down ?? 0)) / (2 * nudge);
    worst = Math.max(worst, Math.abs(measured - (gradient[index] ?? 0)) / (scale + 1e-3));
  }
  return worst;
}

function parametersAt(graph: Graph, id: string): number {
  const node = graph.nodes.find((one) => one.id === id);
  return node === undefined ? 0 : parametersOf(node).length;
}

describe("planTraining", () => {
  it("has the gradient that finite differences measure, for every kind of node", () => {
    const graph = everythingGraph();
    expect(worstGradientError(graph, livelyWeights(graph, 5), 16, 1)).toBeLessThan(1e-3);
  });

  it("has it for nano", () => {
    const graph = buildGraph("nano");
    expect(worstGradientError(graph, livelyWeights(graph, 6), 32, 8)).toBeLessThan(1e-3);
  });

  it("has it with batch norms that use running statistics", () => {
    const graph = everythingGraph();
    const weights = livelyWeights(graph, 5);
    expect(worstGradientError(graph, weights, 16, 1, { batchNorm: "running" })).toBeLessThan(1e-3);
  });

  it("has it above and beside what is frozen", () => {
    const graph = everythingGraph();
    // A batch norm in the middle, and one head: gradients still pass through both.
    const head = graph.nodes.filter(({ block }) => block === "thresholdHead").map(({ id }) => id);
    const frozen = new Set(["bn1.weight", "bn1.bias", ...head.filter((id) => parametersAt(graph, id) > 0)]);
    expect(worstGradientError(graph, livelyWeights(graph, 5), 16, 1, { frozen })).toBeLessThan(1e-3);
  });

  it("takes nothing of what it is given beside the size: a run's settings name what is frozen, too", () => {
    const graph = everythingGraph();
    const settings = { ...settingsFor(graph, 16), frozen: new Set(["bn0.weight"]) };
    const { frozen, ...plan } = planTraining(graph, settings);
    expect(frozen).toBeUndefined();
    expect(plan).toMatchObject({ batchSize: 2, sizePx: 16 });
    expect(plan).not.toHaveProperty("optimizer");
  });

  it("runs a frozen encoder as a prediction does, without a gradient", () => {
    const built = buildGraph("nano");
    const names = built.parameters.filter(({ block }) => block === "encoder").map(({ name }) => name);
    const { graph, runningNorms } = freeze(built, { frozen: new Set(names) });
    const plan = planTraining(graph, { batchSize: 1, sizePx: 32 }, runningNorms);
    const count = (kind: string): number => plan.ops.filter((op) => op.kind === kind).length;
    // Nine layers of the encoder are one dispatch each; only the joined heads still have batch norms.
    expect(count("batchNorm")).toBe(2);
    expect(count("batchNormInference")).toBe(0);
    expect(count("batchNormGradient")).toBe(2);
    expect(count("convInputGradient")).toBe(5);
    expect(plan.parameters.sizes.trainable).toBeLessThan(
      planTraining(built, { batchSize: 1, sizePx: 32 }).parameters.sizes.trainable,
    );
  });

  it("joins both heads and writes concatenations in place", () => {
    const plan = planTraining(buildGraph("nano"), { batchSize: 2, sizePx: 64 });
    const kinds = plan.ops.map(({ kind }) => kind);
    const count = (wanted: string): number => kinds.filter((kind) => kind === wanted).length;
    expect(count("conv")).toBe(18);
    expect(count("convTranspose")).toBe(2);
    expect(count("batchNorm")).toBe(11);
    expect(count("activation")).toBe(0);
    expect(count("copy")).toBe(0);
    expect(count("upsample")).toBe(3);
    expect(count("convInputGradient")).toBe(17);
    const { probability, threshold } = plan.outputs;
    expect(threshold?.buffer).toBe(probability.buffer);
  });

  it("gives the same loss with and without shared memory and joined heads", () => {
    const graph = buildGraph("nano");
    const weights = livelyWeights(graph, 7);
    const batch = randomBatch(2, 32, 9);
    const joined = planTraining(graph, { batchSize: 2, sizePx: 32 });
    // A frozen threshold head keeps the heads apart and must not change the loss.
    const apart = {
      ...graph,
      parameters: graph.parameters.map((parameter) =>
        parameter.block === "thresholdHead" ? { ...parameter, trainable: false } : parameter,
      ),
    };
    const separate = planTraining(apart, { batchSize: 2, sizePx: 32 });
    expect(separate.ops.filter(({ kind }) => kind === "conv").length).toBe(19);
    expect(lossOf(separate, weights, batch, graph)).toBeCloseTo(lossOf(joined, weights, batch, graph), 10);
  });

  it("plans no gradient below the first trainable layer", () => {
    const graph = buildGraph("nano");
    const frozen = {
      ...graph,
      parameters: graph.parameters.map((parameter) =>
        parameter.block === "encoder" ? { ...parameter, trainable: false } : parameter,
      ),
    };
    const plan = planTraining(frozen, { batchSize: 1, sizePx: 32 });
    const count = (kind: string): number => plan.ops.filter((op) => op.kind === kind).length;
    expect(count("convWeightGradient")).toBe(9);
    expect(count("convInputGradient")).toBe(5);
    expect(count("batchNormGradient")).toBe(2);
    expect(plan.parameters.sizes.frozen).toBeGreaterThan(0);
  });

  it("stores values in 16 bits where asked, but neither logits nor statistics nor gradients", () => {
    const size = { batchSize: 2, sizePx: 32 } as const;
    const graph = everythingGraph();
    const [full, half] = [planTraining(graph, size), planTraining(graph, { ...size, storage: "f16" })];
    const { probability, threshold } = half.outputs;
    expect([probability.isHalf, threshold?.isHalf]).toEqual([undefined, undefined]);
    let halves = 0;
    for (const [index, op] of half.ops.entries()) {
      for (const [name, value] of Object.entries(op)) {
        if (typeof value !== "object" || !("buffer" in value)) continue;
        const isGradient = /gradient/i.test(name);
        const isStatistics = name === "saved" && /^batchNorm/.test(op.kind);
        if (isGradient || isStatistics || op.kind === "loss")
          expect(value.isHalf, `${op.kind} ${name}`).not.toBe(true);
        halves += Number(value.isHalf === true);
      }
      expect(full.ops[index]?.kind).toBe(op.kind);
    }
    expect(halves).toBeGreaterThan(half.ops.length / 2);
    const floats = ({ buffers }: Plan): number => buffers.reduce((sum, size) => sum + size, 0);
    expect(floats(half)).toBeLessThan(0.8 * floats(full));
    expect(planTraining(graph, size).ops.flatMap(({ kind }) => kind)).toEqual(
      half.ops.map(({ kind }) => kind),
    );
  });

  it("lets values share memory, and never lets an operation read what it writes", () => {
    const plan = planTraining(buildGraph("small"), { batchSize: 4, sizePx: 160 });
    const written = plan.ops.flatMap((op) => trafficOf(op).writes.map(elementCount));
    const shared = plan.buffers.reduce((sum, size) => sum + size, 0);
    expect(shared).toBeLessThan(0.7 * written.reduce((sum, size) => sum + size, 0));
    for (const op of plan.ops) {
      const { reads, writes } = trafficOf(op);
      for (const { buffer } of writes) expect(reads.map((view) => view.buffer)).not.toContain(buffer);
    }
  });
});

describe("planPrediction", () => {
  it("folds batch norm and activation, and leaves out the threshold head unless asked", () => {
    const graph = buildGraph("nano");
    const plan = planPrediction(graph, { batchSize: 1, sizePx: 64 }, { threshold: false });
    expect(plan.ops.filter(({ kind }) => /batchNorm|activation/.test(kind))).toEqual([]);
    expect(plan.ops.filter(({ kind }) => kind === "conv").length).toBe(18);
    expect(plan.outputs.threshold).toBeUndefined();
    expect(
      planPrediction(graph, { batchSize: 1, sizePx: 64 }, { threshold: true }).outputs.threshold,
    ).toBeDefined();
  });

  it("uses the stores of the training plan", () => {
    const graph = buildGraph("small");
    const training = planTraining(graph, { batchSize: 1, sizePx: 64 });
    expect(parameterLayout(graph)).toEqual(training.parameters);
  });

  it("agrees with training's logits when the running statistics are the batch's", () => {
    const built = everythingGraph();
    // Momentum 1 makes one step's statistics the running ones, up to count/(count − 1) in the variance.
    const nodes = built.nodes.map((node) => (node.kind === "batchNorm" ? { ...node, momentum: 1 } : node));
    const graph = { ...built, nodes };
    const training = planTraining(graph, { batchSize: 2, sizePx: 32 });
    const batch = randomBatch(2, 32, 4);
    const settings = settingsFor(graph, 32);
    const { memory } = referenceState(training, livelyWeights(graph, 8));
    runPlan(training, memory, batch, settings);
    const prediction = planPrediction(graph, { batchSize: 2, sizePx: 32 }, { threshold: true });
    const buffers = prediction.buffers.map((size) => new Float64Array(size));
    runPlan(prediction, { ...memory, buffers }, batch, settings);
    const logits = (plan: Plan, from: readonly Float64Array[], page: number): Float64Array => {
      const { buffer, offset, batchStride } = plan.outputs.probability;
      const start = offset + page * batchStride;
      return from[buffer]?.subarray(start, start + 32 * 32) ?? new Float64Array();
    };
    for (const page of [0, 1]) {
      const expected = logits(training, memory.buffers, page);
      const got = logits(prediction, buffers, page);
      const error = Math.sqrt(got.reduce((sum, value, i) => sum + (value - (expected[i] ?? 0)) ** 2, 0));
      expect(error / Math.hypot(...expected)).toBeLessThan(0.02);
    }
  });
});
