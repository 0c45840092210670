import { beforeAll, describe, expect, it } from "vitest";
import { wasmInNode } from "../../../cli/wasm-in-node.ts";
import {
  batchNormCases,
  convCases,
  convTransposeCases,
  depthwiseCases,
  type OperationCase,
  pointwiseCases,
  poolingCases,
} from "../../../tests/gpu/operation-cases.ts";
import { databaseLoss, randomBatch } from "../../../tests/gpu/reference/fixtures.ts";
import { lossReference } from "../../../tests/gpu/reference/loss.ts";
import { runOperation } from "../../../tests/gpu/reference/operations.ts";
import type { Memory } from "../../../tests/gpu/reference/tensors.ts";
import { randomFrom, type TrainBatch } from "../../core/index.ts";
import type { LossSettings } from "../engine.ts";
import type { PlanOp } from "../plan/types.ts";
import { wholeView } from "../plan/views.ts";
import { runOperationOnWasm } from "../../../tests/wasm/run-operation.ts";

const constants = {
  loss: databaseLoss,
  thresholdRange: [0.3, 0.7] as const,
  normalisation: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const,
};

let module: WebAssembly.Module;
// Compiles the kernels where nobody did before.
beforeAll(async () => {
  module = await wasmInNode(1).kernels();
}, 120_000);

/** ‖got − expected‖ / ‖expected‖. */
function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    difference += ((got[index] ?? Number.NaN) - (expected[index] ?? Number.NaN)) ** 2;
    size += (expected[index] ?? Number.NaN) ** 2;
  }
  return Math.sqrt(difference / Math.max(size, 1e-30));
}

/** Over all memory: what should change and what should not. */
async function check({ op, memory }: OperationCase): Promise<void> {
  const measured = await runOperationOnWasm(module, op, memory, constants);
  runOperation(memory as Memory, op as Exclude<PlanOp, { kind: "importImage" | "loss" }>);
  for (const [index, expected] of memory.buffers.entries()) {
    expect(relativeError(measured.buffers[index] ?? [], expected), `buffer ${index}`).toBeLessThan(1e-5);
  }
  for (const store of ["trainable", "frozen", "statistics"] as const) {
    expect(relativeError(measured.stores[store], memory.stores[store]), store).toBeLessThan(1e-5);
  }
  expect(relativeError(measured.gradients, memory.gradients), "gradients").toBeLessThan(1e-5);
}

describe("kernels equal the 64-bit reference", () => {
  const cases = [
    ...convCases(),
    ...depthwiseCases(),
    ...convTransposeCases(),
    ...batchNormCases(),
    ...pointwiseCases(),
    ...poolingCases(),
  ];
  it.each(cases.map((each) => [each.name, each] as const))("%s", (_name, each) => check(each));
});

describe("image input", () => {
  it("normalises every channel by itself", async () => {
    const view = { ...wholeView(0, 1, { channels: 3, heightPx: 6, widthPx: 10 }), offset: 7 };
    const given = emptyMemory(200);
    const pixels = randomBatch(1, 8, 3).images.slice(0, 240);
    const batch = { images: pixels, flags: new Uint8Array(64), thresholds: new Uint8Array(64) };
    const op = { kind: "importImage", output: view } as const;
    const { buffers } = await runOperationOnWasm(module, op, given, constants, batch);
    const { mean, deviation } = constants.normalisation;
    const expected = Float64Array.from({ length: 180 }, (_, index) => {
      const channel = Math.floor(index / 60);
      const byte = pixels[(index % 60) * 4 + channel] ?? Number.NaN;
      return (byte / 255 - (mean[channel] ?? 0)) / (deviation[channel] ?? 1);
    });
    expect(relativeError(buffers[0]?.subarray(7, 187) ?? [], expected)).toBeLessThan(1e-6);
  });
});

describe("loss", () => {
  const size = 24;
  const count = size * size;
  const maps = (seed: number, scale: number): Float64Array => {
    const random = randomFrom("loss", seed);
    return Float64Array.from({ length: 4 * count + 64 }, () => Math.fround(random.normal() * scale));
  };
  const plane = (buffer: number, offset: number) => ({
    ...wholeView(buffer, 1, { channels: 1, heightPx: size, widthPx: size }),
    offset,
  });

  async function compare(logits: Float64Array, batch: TrainBatch, settings: LossSettings): Promise<void> {
    const op = {
      kind: "loss",
      probability: plane(0, 5),
      threshold: plane(0, 5 + count),
      probabilityGradient: plane(1, 0),
      thresholdGradient: plane(1, count),
    } as const;
    const given = { ...emptyMemory(0), buffers: [logits, new Float64Array(2 * count)] };
    const all = { ...constants, loss: settings };
    const measured = await runOperationOnWasm(module, op, given, all, batch);
    const { flags, thresholds } = batch;
    const targets = { flags, thresholds, thresholdRange: constants.thresholdRange };
    const [probability, threshold] = [
      logits.subarray(5, 5 + count),
      logits.subarray(5 + count, 5 + 2 * count),
    ];
    const expected = lossReference(probability, threshold, targets, settings);
    const parts = [expected.total, expected.probability, expected.threshold, expected.binary];
    expect(relativeError(measured.report, parts)).toBeLessThan(1e-5);
    const gradients = [...expected.probabilityGradient, ...expected.thresholdGradient];
    expect(relativeError(measured.buffers[1] ?? [], gradients)).toBeLessThan(1e-4);
  }

  const switches: readonly (readonly [string, Partial<LossSettings>])[] = [
    ["as in DBNet", {}],
    ["without probability", { probabilityWeight: 0 }],
    ["without threshold", { thresholdWeight: 0 }],
    ["without binary map", { binaryWeight: 0 }],
    ["half as many negatives as positives", { negativeRatio: 0.5 }],
    ["no negatives", { negativeRatio: 0 }],
    ["all negatives", { negativeRatio: 1000 }],
    ["a gentle slope", { k: 10 }],
  ];
  it.each(switches)("%s", async (_name, change) => {
    await compare(maps(1, 2), randomBatch(1, size, 5), { ...databaseLoss, ...change });
  });

  it("shares what is left among negatives of equal logits", async () => {
    const tied = maps(2, 2).map((value) => Math.round(value * 2) / 2);
    await compare(tied, randomBatch(1, size, 6), databaseLoss);
  });

  it("stays exact where logits are large", () => compare(maps(3, 30), randomBatch(1, size, 7), databaseLoss));

  it("takes all negatives as equal when all logits are", () =>
    compare(maps(4, 0).fill(0.25), randomBatch(1, size, 8), databaseLoss));

  it.each([
    ["no text", 0b110],
    ["nothing counted", 0],
    ["text everywhere", 0b111],
  ])("%s", async (_name, flag) => {
    const batch = randomBatch(1, size, 9);
    await compare(maps(5, 1), { ...batch, flags: batch.flags.fill(flag) }, databaseLoss);
  });
});

function emptyMemory(floats: number): Memory {
  const stores = {
    trainable: new Float64Array(4),
    frozen: new Float64Array(4),
    statistics: new Float64Array(4),
  };
  return { buffers: [new Float64Array(floats)], stores, gradients: new Float64Array(4) };
}
