import { afterEach, describe, expect, it } from "vitest";
import {
  FLAG_SHRINK_MASK,
  FLAG_TEXT,
  FLAG_THRESHOLD_MASK,
  randomFrom,
  type TrainBatch,
} from "../../core/index.ts";
import { averaging, checkAverage } from "../../../tests/gpu/reference/average.ts";
import { buildGraph, buildPlainDetector, initialWeights } from "../../graph/index.ts";
import { silentTracer } from "../../trace/index.ts";
import type { Engine, EngineSettings } from "../engine.ts";
import { buildTfjsEngine } from "./engine.ts";

const SIZE = 32;

function settings(change: Partial<EngineSettings> = {}): EngineSettings {
  const graph = buildPlainDetector({ name: "tiny", width: 4, inner: 8 });
  return {
    graph,
    initialWeights: initialWeights(graph, 7),
    loss: {
      probabilityWeight: 5,
      thresholdWeight: 10,
      binaryWeight: 1,
      negativeRatio: 3,
      k: 50,
      epsilon: 1e-6,
    },
    optimizer: { kind: "adamw", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    clipNorm: "off",
    batchSize: 2,
    accumulate: 1,
    sizePx: SIZE,
    normalisation: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
    thresholdRange: [0.3, 0.7],
    tracer: silentTracer,
    ...change,
  };
}

/** Pages with a bright bar where the text is. */
function batchOf(pages: number, seed: string): TrainBatch {
  const random = randomFrom(seed);
  const pixels = pages * SIZE * SIZE;
  const images = new Uint8Array(pixels * 4);
  const thresholds = new Uint8Array(pixels);
  const flags = new Uint8Array(pixels);
  for (let page = 0; page < pages; page++) {
    const top = 4 + random.int(16);
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const at = (page * SIZE + y) * SIZE + x;
        const isText = y >= top && y < top + 8 && x >= 4 && x < 28;
        images.fill(isText ? 220 : 20 + random.int(40), at * 4, at * 4 + 3);
        images[at * 4 + 3] = 255;
        flags[at] = FLAG_SHRINK_MASK + (isText ? FLAG_TEXT : 0) + (y > 2 ? FLAG_THRESHOLD_MASK : 0);
        thresholds[at] = isText ? 255 : 0;
      }
    }
  }
  return { images, thresholds, flags };
}

const open: Engine[] = [];

async function build(change: Partial<EngineSettings> = {}): Promise<Engine> {
  const engine = await buildTfjsEngine("cpu", settings(change), () => undefined);
  open.push(engine);
  return engine;
}

async function train(
  engine: Engine,
  batch: TrainBatch,
  steps: number,
  learningRate: number,
): Promise<number[]> {
  const totals: number[] = [];
  for (let step = 0; step < steps; step++) {
    const ticket = engine.step(batch, learningRate);
    await ticket.accepted;
    totals.push((await ticket.loss).total);
  }
  return totals;
}

afterEach(() => {
  for (const engine of open.splice(0)) engine.dispose();
});

describe("tfjs engine", () => {
  it("learns a toy by heart and then finds its text in inference mode", async () => {
    const engine = await build();
    const batch = batchOf(2, "toy");
    const totals = await train(engine, batch, 36, 0.02);
    expect(totals.at(-1)).toBeLessThan((totals[0] ?? 0) / 2);
    const { probability, threshold } = await engine.predict(batch.images, { threshold: true });
    expect(threshold).toHaveLength(probability.length);
    let right = 0;
    probability.forEach((p, at) => {
      if (p > 0.5 === (((batch.flags[at] ?? 0) & FLAG_TEXT) !== 0)) right++;
    });
    expect(right / probability.length).toBeGreaterThan(0.9);
  });

  it("keeps the number of tensors and bytes over steps and predictions", async () => {
    const engine = await build(averaging);
    const batch = batchOf(2, "memory");
    const round = async (): Promise<unknown> => {
      await train(engine, batch, 2, 0.01);
      await engine.predict(batch.images);
      await engine.readState();
      return engine.memory();
    };
    await round();
    const first = await round();
    for (let i = 0; i < 3; i++) expect(await round()).toEqual(first);
  });

  it("frees everything when it is disposed", async () => {
    const other = await build();
    const before = other.memory();
    const engine = await build({ averageDecay: 0.9 });
    await train(engine, batchOf(2, "dispose"), 1, 0.01);
    engine.dispose();
    engine.dispose();
    expect(other.memory()).toEqual(before);
    expect(() => engine.step(batchOf(2, "dispose"), 0.01)).toThrow(/disposed/);
  });

  it("goes on from a state exactly as if it had never stopped", async () => {
    const batch = batchOf(2, "state");
    const whole = await build({ clipNorm: 1 });
    await train(whole, batch, 2, 0.01);
    const state = await whole.readState();
    expect(state.moves).toBe(2);
    const rest = await train(whole, batch, 2, 0.01);
    const resumed = await build({ clipNorm: 1 });
    await resumed.writeState(state);
    expect(await train(resumed, batch, 2, 0.01)).toEqual(rest);
    expect(await resumed.readState()).toEqual(await whole.readState());
  });

  it("predicts with the running average of the weights, which is a part of the state", async () => {
    await checkAverage(settings(), build);
  });

  it("accumulation equals one larger batch where no batch norm tells them apart", async () => {
    // Both halves are the same page, so batch statistics, losses and gradients of half and whole agree.
    const page = batchOf(1, "half");
    const twice = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from([...bytes, ...bytes]);
    const both = { images: twice(page.images), thresholds: twice(page.thresholds), flags: twice(page.flags) };
    const sgd = { optimizer: { kind: "sgd", momentum: 0.9, weightDecay: 0 } } as const;
    const large = await build(sgd);
    const largeParts = await large.step(both, 0.01).loss;
    const small = await build({ ...sgd, batchSize: 1, accumulate: 2 });
    const first = await small.step(page, 0.01).loss;
    expect(first.gradientNorm).toBeNaN();
    const second = await small.step(page, 0.01).loss;
    expect(second.gradientNorm / largeParts.gradientNorm).toBeCloseTo(1, 4);
    const [a, b] = [await large.readState(), await small.readState()];
    for (const [name, values] of a.weights) {
      if (name.includes("running")) continue;
      const other = b.weights.get(name) ?? new Float32Array();
      for (const [index, value] of values.entries()) expect(other[index]).toBeCloseTo(value, 5);
    }
  });

  it("refuses what does not fit, by name", async () => {
    const engine = await build();
    const batch = batchOf(1, "small");
    expect(() => engine.step(batch, 0.01)).toThrow(/images has 4096 bytes, not 8192/);
    await expect(engine.predict(new Uint8Array(5))).rejects.toThrow(/not 1 to 2 pages/);
    await expect(build({ sizePx: 40 })).rejects.toThrow(/multiples of 32/);
    await expect(build({ initialWeights: new Map() })).rejects.toThrow(/encoder.stem.0.weight" is missing/);
    const state = await engine.readState();
    const weights = new Map(state.weights).set("decoder.thresh.6.bias", new Float32Array(2));
    await expect(engine.writeState({ ...state, weights })).rejects.toThrow(/has 2 values, not 1/);
    expect(await engine.readState()).toEqual(state);
  });

  it("predicts fewer pages than a batch, each by itself", async () => {
    const engine = await build();
    const batch = batchOf(2, "pages");
    const both = await engine.predict(batch.images);
    const second = await engine.predict(batch.images.slice(SIZE * SIZE * 4));
    expect(second.probability).toEqual(both.probability.slice(SIZE * SIZE));
    expect(second.threshold).toBeUndefined();
  });

  it("says what it is", async () => {
    const engine = await build({
      graph: buildGraph("nano"),
      initialWeights: initialWeights(buildGraph("nano"), 1),
    });
    expect(engine.info).toMatchObject({ id: "tfjs-cpu", isSoftware: true });
    expect(engine.info.fallbackNotice).toMatch(/Measured beside a software adapter/);
  });
});
