// A compiled engine in parts: questions of the reference checks as plans, asked of its kernels (see machine.ts).
// What such an engine never computes is refused with the reason, so that it is listed and not passed over.

import type { EngineId, EngineParts, LossAnswer, LossQuestion } from "../../../src/engine/index.ts";
import { SLOT_ALIGNMENT } from "../../../src/engine/plan/parameters.ts";
import { wholeView } from "../../../src/engine/plan/views.ts";
import { IDLE, type MachineSettings, type OpenMachine } from "./machine.ts";
import { answerNodes } from "./plan-nodes.ts";
import { answerTraining } from "./plan-training.ts";
import { Refused } from "./refused.ts";
import { flagsOf, rangeOf, roundThresholds } from "./targets.ts";

export function planParts(id: EngineId, open: OpenMachine): EngineParts {
  return {
    id,
    nodes: (question) => answerNodes(question, open),
    binaryMap: async () => {
      throw new Refused("the approximate binary map exists only inside this engine's loss");
    },
    loss: (question) => answerLoss(question, open),
    optimize: ({ values, gradients, settings, learningRate }) =>
      moves(values, gradients, { ...IDLE, optimizer: settings }, learningRate, open),
    clip: async (gradients, maxNorm) => {
      const all = Float32Array.from(gradients.flatMap((each) => [...each]));
      const machine = await openOptimizer(all.length, { ...IDLE, clipNorm: maxNorm }, open);
      try {
        await machine.writeGradients(padded(all));
        const norm = await machine.move(1, 1);
        // A plain step of rate 1 from zero leaves the clipped gradient, negated.
        const moved = (await machine.readStore("trainable")).map((value) => 0 - value);
        const parts: Float32Array[] = [];
        let start = 0;
        for (const { length } of gradients) {
          parts.push(moved.slice(start, start + length));
          start += length;
        }
        return { norm, gradients: parts };
      } finally {
        machine.dispose();
      }
    },
    train: (question) => answerTraining(question, open),
    dispose: () => undefined,
  };
}

async function answerLoss(
  { input, targets, settings }: LossQuestion,
  open: OpenMachine,
): Promise<LossAnswer> {
  if (input.kind === "maps") throw new Refused("this engine's loss starts from logits, not from three maps");
  if (input.kind === "logits as probabilities")
    throw new Refused(
      "this engine's cross entropy is that of logits, which 32-bit probabilities cannot saturate",
    );
  const count = input.probability.length;
  // Pixels without a flag count nowhere.
  const pixels = Math.ceil(count / 4) * 4;
  const views = [0, 1, 2, 3].map((buffer) =>
    wholeView(buffer, 1, { channels: 1, heightPx: 1, widthPx: pixels }),
  );
  const [probability, threshold, probabilityGradient, thresholdGradient] = views as [
    (typeof views)[0],
    (typeof views)[0],
    (typeof views)[0],
    (typeof views)[0],
  ];
  const op = { kind: "loss", probability, threshold, probabilityGradient, thresholdGradient } as const;
  const range = rangeOf(targets.threshold);
  const machine = await open({
    buffers: views.map(() => pixels),
    stores: EMPTY_STORES,
    pages: 1,
    pixels,
    programs: { loss: { ops: [op] } },
    settings: { ...IDLE, loss: settings, thresholdRange: range },
  });
  try {
    const predicted = Float64Array.from(input.threshold, (logit) => 1 / (1 + Math.exp(-logit)));
    const { bytes, lost } = roundThresholds(targets, predicted, range);
    machine.writeTensor(probability, stretched(input.probability, pixels));
    machine.writeTensor(threshold, stretched(input.threshold, pixels));
    machine.writeTargets(stretchedBytes(flagsOf(targets), pixels), stretchedBytes(bytes, pixels));
    await machine.run("loss");
    const report = await machine.readLoss();
    const [ofProbability, ofThreshold] = [
      await machine.readTensor(probabilityGradient),
      await machine.readTensor(thresholdGradient),
    ];
    return {
      ...report,
      threshold: report.threshold + lost,
      total: report.total + settings.thresholdWeight * lost,
      gradients: new Map([
        ["probability", ofProbability.subarray(0, count)],
        ["threshold", ofThreshold.subarray(0, count)],
      ]),
    };
  } finally {
    machine.dispose();
  }
}

async function moves(
  values: Float32Array,
  gradients: readonly Float32Array[],
  settings: MachineSettings,
  learningRate: number,
  open: OpenMachine,
): Promise<readonly Float32Array[]> {
  const machine = await openOptimizer(values.length, settings, open);
  try {
    machine.writeStore("trainable", padded(values));
    const after: Float32Array[] = [];
    for (const [index, gradient] of gradients.entries()) {
      await machine.writeGradients(padded(gradient));
      await machine.move(learningRate, index + 1);
      after.push((await machine.readStore("trainable")).slice(0, values.length));
    }
    return after;
  } finally {
    machine.dispose();
  }
}

const EMPTY_STORES = { trainable: SLOT_ALIGNMENT, frozen: SLOT_ALIGNMENT, statistics: SLOT_ALIGNMENT };

function openOptimizer(count: number, settings: MachineSettings, open: OpenMachine) {
  const stores = { ...EMPTY_STORES, trainable: paddedSize(count) };
  return open({ buffers: [], stores, pages: 1, pixels: 4, programs: {}, settings });
}

function paddedSize(count: number): number {
  return Math.ceil(count / SLOT_ALIGNMENT) * SLOT_ALIGNMENT;
}

function padded(values: Float32Array): Float32Array {
  return stretched(values, paddedSize(values.length));
}

function stretched(values: Float32Array, size: number): Float32Array {
  const all = new Float32Array(size);
  all.set(values);
  return all;
}

function stretchedBytes(values: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  all.set(values);
  return all;
}
