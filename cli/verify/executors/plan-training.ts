// Whole training steps on a compiled engine's plan and kernels, from images and targets as floats. An engine's own step
// differs in one thing: it reads the image from bytes (its tests compare that with the plan).

import type { TrainingAnswer, TrainingQuestion } from "../../../src/engine/index.ts";
import { planPrediction, planTraining } from "../../../src/engine/plan/plan.ts";
import type { Plan, PlanOp, View } from "../../../src/engine/plan/types.ts";
import { withViews } from "../../../src/engine/plan/views.ts";
import { atLeast, type OpenMachine } from "./machine.ts";
import { Refused } from "./refused.ts";
import { flagsOf, rangeOf, roundThresholds } from "./targets.ts";

export async function answerTraining(question: TrainingQuestion, open: OpenMachine): Promise<TrainingAnswer> {
  const { graph, images, targets, loss, optimizer, learningRate } = question;
  const [batchSize = 1, , sizePx = 0, widthPx = 0] = images.shape;
  if ((sizePx * widthPx) % 4 !== 0) throw new Refused("this engine takes pages of a multiple of four pixels");
  const size = { batchSize, sizePx, widthPx };
  const training = planTraining(graph, size);
  const prediction = behind(planPrediction(graph, size, { threshold: false }), training.buffers.length);
  const lossAt = training.ops.findIndex(({ kind }) => kind === "loss");
  const { probability, threshold } = training.outputs;
  if (threshold === undefined) throw new Error("a training plan has two outputs");
  const range = rangeOf(targets.threshold);
  const machine = await open({
    buffers: [...training.buffers, ...prediction.buffers],
    stores: atLeast(training.parameters.sizes),
    pages: batchSize,
    pixels: batchSize * sizePx * widthPx,
    programs: {
      forward: { ops: withoutImport(training.ops.slice(0, lossAt)), maps: [probability, threshold] },
      loss: { ops: training.ops.slice(lossAt, lossAt + 1) },
      backward: { ops: training.ops.slice(lossAt + 1) },
      predict: { ops: withoutImport(prediction.ops), maps: [prediction.outputs.probability] },
    },
    settings: { loss, thresholdRange: range, optimizer, clipNorm: "off" },
  });
  const { slots, sizes } = training.parameters;
  const names = ["trainable", "frozen", "statistics"] as const;
  try {
    for (const store of names) {
      const values = new Float32Array(atLeast(sizes)[store]);
      for (const [name, slot] of slots)
        if (slot.store === store) values.set(question.weights.get(name) ?? [], slot.offset);
      machine.writeStore(store, values);
    }
    const flags = flagsOf(targets);
    const losses = [];
    let first: Pick<TrainingAnswer, "firstGradients" | "firstMaps"> | undefined;
    for (let step = 0; step < question.steps; step++) {
      machine.writeTensor(imageOf(training.ops), images.data);
      const [p = new Float32Array(), t = new Float32Array()] = await machine.run("forward");
      const { bytes, lost } = roundThresholds(targets, t, range);
      machine.writeTargets(flags, bytes);
      machine.clearGradients();
      await machine.run("loss");
      await machine.run("backward");
      const gradients = await machine.readGradients();
      const gradientNorm = await machine.move(learningRate, step + 1);
      const report = await machine.readLoss();
      losses.push({
        ...report,
        threshold: report.threshold + lost,
        total: report.total + loss.thresholdWeight * lost,
        gradientNorm,
      });
      first ??= {
        firstGradients: new Map(
          [...slots]
            .filter(([, { store }]) => store === "trainable")
            .map(([name, { offset, size }]) => [name, gradients.slice(offset, offset + size)]),
        ),
        firstMaps: { probability: p, threshold: t },
      };
    }
    if (first === undefined) throw new Error("no step was asked for");
    const finalWeights = new Map<string, Float32Array>();
    for (const store of names) {
      const values = await machine.readStore(store);
      for (const [name, slot] of slots)
        if (slot.store === store) finalWeights.set(name, values.slice(slot.offset, slot.offset + slot.size));
    }
    machine.writeTensor(imageOf(prediction.ops), images.data);
    const [finalProbability = new Float32Array()] = await machine.run("predict");
    return { ...first, losses, finalWeights, finalProbability };
  } finally {
    machine.dispose();
  }
}

/** The plan on buffers of its own, which stand behind another plan's. */
function behind(plan: Plan, buffers: number): Pick<Plan, "buffers" | "ops" | "outputs"> {
  const move = (view: View): View => ({ ...view, buffer: view.buffer + buffers });
  return {
    buffers: plan.buffers,
    ops: plan.ops.map((op) => withViews(op, move)),
    outputs: { probability: move(plan.outputs.probability) },
  };
}

function withoutImport(ops: readonly PlanOp[]): PlanOp[] {
  return ops.filter(({ kind }) => kind !== "importImage");
}

function imageOf(ops: readonly PlanOp[]): View {
  const found = ops.find((op) => op.kind === "importImage");
  if (found === undefined) throw new Error("the plan takes no image");
  return found.output;
}
