// The loss on the GPU against the 64-bit reference, which sorts: exact choice of hard negatives, ties, empty masks.

import { describe, expect, it } from "vitest";
import { FLAG_SHRINK_MASK, FLAG_TEXT, randomFrom, type TrainBatch } from "../../src/core/index.ts";
import type { LossSettings } from "../../src/engine/engine.ts";
import type { PlanOp } from "../../src/engine/plan/types.ts";
import { wholeView } from "../../src/engine/plan/views.ts";
import { requestGpu } from "../../src/engine/webgpu/index.ts";
import { relativeError } from "./check-operation.ts";
import { databaseLoss, engineSettings, everythingGraph, randomBatch } from "./reference/fixtures.ts";
import { lossReference } from "./reference/loss.ts";
import { runOperationOnGpu } from "./run-operation.ts";

const PAGES = 2;

interface Case {
  readonly name: string;
  readonly sizePx: number;
  readonly loss?: Partial<LossSettings>;
  /** Turns a random logit into the case's. */
  readonly logit?: (value: number) => number;
  readonly batch?: (batch: TrainBatch) => TrainBatch;
}

const withFlags = (change: (flag: number) => number) => (batch: TrainBatch) => ({
  ...batch,
  flags: batch.flags.map(change),
});

const CASES: readonly Case[] = [
  { name: "random", sizePx: 20 },
  { name: "large page", sizePx: 96 },
  { name: "many equal logits", sizePx: 20, logit: (value) => Math.round(value) },
  { name: "all logits equal", sizePx: 20, logit: () => -1.5 },
  { name: "zeros of both signs", sizePx: 20, logit: (value) => (value > 0 ? 0 : -0) },
  { name: "extreme logits", sizePx: 20, logit: (value) => value * 30 },
  { name: "no text", sizePx: 20, batch: withFlags((flag) => flag & ~FLAG_TEXT) },
  { name: "nothing counts", sizePx: 20, batch: withFlags(() => 0) },
  { name: "only text", sizePx: 20, batch: withFlags((flag) => flag | FLAG_TEXT) },
  { name: "fewer negatives than wanted", sizePx: 20, loss: { negativeRatio: 100 } },
  { name: "one hard negative", sizePx: 20, loss: { negativeRatio: 0.02 } },
  {
    name: "text outside the mask",
    sizePx: 20,
    batch: withFlags((flag) =>
      (flag & FLAG_TEXT) !== 0 && flag % 3 === 0 ? flag & ~FLAG_SHRINK_MASK : flag,
    ),
  },
  {
    name: "other weights",
    sizePx: 20,
    loss: { probabilityWeight: 2, thresholdWeight: 0, binaryWeight: 3, k: 10 },
  },
];

describe.each(["joined", "apart"] as const)("heads %s", (heads) => {
  it.each(CASES.map((one) => [one.name, one] as const))("%s", async (name, one) => {
    const { sizePx } = one;
    const random = randomFrom("loss", name);
    const logit = one.logit ?? ((value: number) => value);
    const pixels = PAGES * sizePx * sizePx;
    const shape = { channels: 1, heightPx: sizePx, widthPx: sizePx };
    const isJoined = heads === "joined";
    const joined = (buffer: number, channel: number) => {
      const view = wholeView(buffer, PAGES, { ...shape, channels: 2 });
      return { ...view, channels: 1, offset: channel * sizePx * sizePx };
    };
    const op: Extract<PlanOp, { kind: "loss" }> = {
      kind: "loss",
      probability: isJoined ? joined(0, 0) : wholeView(0, PAGES, shape),
      threshold: isJoined ? joined(0, 1) : wholeView(1, PAGES, shape),
      probabilityGradient: isJoined ? joined(1, 0) : wholeView(2, PAGES, shape),
      thresholdGradient: isJoined ? joined(1, 1) : wholeView(3, PAGES, shape),
    };
    const counts = isJoined ? [2, 2] : [1, 1, 1, 1];
    const buffers = counts.map((channels) =>
      Float64Array.from({ length: channels * pixels }, () => Math.fround(logit(2 * random.normal()))),
    );
    const batch = (one.batch ?? ((same) => same))(randomBatch(PAGES, sizePx, 3));
    const settings = engineSettings(everythingGraph(), {
      batchSize: PAGES,
      sizePx,
      loss: { ...databaseLoss, ...one.loss },
    });
    const stores = {
      trainable: new Float64Array(64),
      frozen: new Float64Array(4),
      statistics: new Float64Array(4),
    };
    const memory = { buffers, stores, gradients: new Float64Array(64) };
    const { device } = await requestGpu();
    // Either size of workgroups that an engine may choose.
    const waitingThreads = isJoined ? 4 : undefined;
    const got = await runOperationOnGpu(device, op, memory, { ...settings, waitingThreads }, batch);
    const pick = (from: readonly ArrayLike<number>[], view: typeof op.probability): Float64Array => {
      const data = from[view.buffer] ?? [];
      return Float64Array.from({ length: pixels }, (_, i) => {
        const page = Math.floor(i / (sizePx * sizePx));
        return data[view.offset + page * view.batchStride + (i % (sizePx * sizePx))] ?? Number.NaN;
      });
    };
    const targets = {
      flags: batch.flags,
      thresholds: batch.thresholds,
      thresholdRange: settings.thresholdRange,
    };
    const expected = lossReference(
      pick(buffers, op.probability),
      pick(buffers, op.threshold),
      targets,
      settings.loss,
    );
    const { total, probability, threshold, binary } = expected;
    expect(relativeError(got.report.subarray(0, 4), [total, probability, threshold, binary])).toBeLessThan(
      1e-5,
    );
    const gradients = [op.probabilityGradient, op.thresholdGradient].map((view) => pick(got.buffers, view));
    expect(relativeError(gradients[0] ?? [], expected.probabilityGradient)).toBeLessThan(1e-4);
    expect(relativeError(gradients[1] ?? [], expected.thresholdGradient)).toBeLessThan(1e-4);
  });
});
