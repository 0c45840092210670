// Runs in the browser: builds both engines from the same weights, steps them in turn on the same batches, and leaves the
// figures in the page for the command line.

import { randomFrom, type TrainBatch } from "../../src/core/index.ts";
import { type Engine, type EngineSettings, engineFactories } from "../../src/engine/index.ts";
import { buildGraph, type Graph, inferShapes, initialWeights } from "../../src/graph/index.ts";
import { silentTracer } from "../../src/trace/index.ts";
import { bestMatmul } from "./best-matmul.ts";
import { counted, countDeviceCalls } from "./device-counters.ts";
import {
  type EngineFigures,
  type EngineReport,
  type NetName,
  type NetReport,
  percentile,
  type StepCounts,
  timesOf,
} from "./engine-report.ts";

/** As in the measurements that decided for a compiled engine. */
const SIZES: Readonly<Record<NetName, { model: string; batchSize: number; sizePx: number }>> = {
  A: { model: "small", batchSize: 4, sizePx: 160 },
  B: { model: "nano", batchSize: 2, sizePx: 96 },
  S: { model: "nano", batchSize: 1, sizePx: 64 },
};

/** Steps that compile or fill caches, counted for the losses only. */
const WARM_UP = 2;
const LEARNING_RATE = 1e-3;

async function bench(name: NetName, rounds: number): Promise<EngineReport> {
  countDeviceCalls();
  const settings = settingsOf(name);
  const ours = await Contestant.build("webgpu", settings);
  const tfjs = await Contestant.build("tfjs-webgpu", settings);
  const matmul = await matmulSpeed();
  for (let round = 0; round < WARM_UP + rounds; round++) {
    const batch = page(settings, round);
    for (const contestant of round % 2 === 0 ? [tfjs, ours] : [ours, tfjs]) await contestant.step(batch);
  }
  const [oursFigures, tfjsFigures] = [ours.figures(), tfjs.figures()];
  const gflopPerStep = convolutionFlop(settings.graph, settings) / 1e9;
  const gflopPerSecond = gflopPerStep / (oursFigures.medianMs / 1000);
  const ratios = tfjs.times.map((ms, index) => ms / (ours.times[index] ?? Number.NaN));
  const differences = ours.losses.map(
    (loss, index) => Math.abs(loss - (tfjs.losses[index] ?? Number.NaN)) / Math.abs(tfjs.losses[index] ?? 1),
  );
  const net: NetReport = {
    gflopPerStep,
    tfjs: tfjsFigures,
    ours: { ...oursFigures, gflopPerSecond, shareOfBestMatmul: gflopPerSecond / matmul },
    ratios: {
      tfjsOverOurs: tfjsFigures.medianMs / oursFigures.medianMs,
      tfjsOverOursP10: percentile(ratios, 0.1),
      tfjsOverOursP90: percentile(ratios, 0.9),
    },
    lossParity: {
      first5: Math.max(...differences.slice(0, 5)),
      all: Math.max(...differences),
      steps: differences.length,
    },
  };
  const { adapter } = ours.engine.info;
  ours.engine.dispose();
  tfjs.engine.dispose();
  return {
    adapter,
    userAgent: navigator.userAgent,
    bestMatmulGflopPerSecond: matmul,
    nets: { [name]: net },
    lossParity: net.lossParity.all,
  };
}

class Contestant {
  readonly times: number[] = [];
  readonly losses: number[] = [];
  readonly engine: Engine;
  private readonly buildSeconds: number;
  private readonly scriptMs: number[] = [];
  private counts: StepCounts = { dispatches: 0, submits: 0, bufferCreations: 0, bindGroupCreations: 0 };

  private constructor(engine: Engine, buildSeconds: number) {
    this.engine = engine;
    this.buildSeconds = buildSeconds;
  }

  static async build(id: Engine["info"]["id"], settings: EngineSettings): Promise<Contestant> {
    const factory = engineFactories.find((one) => one.id === id);
    if (factory === undefined) throw new Error(`there is no engine "${id}"`);
    const start = performance.now();
    const engine = await factory.build(settings, () => undefined);
    return new Contestant(engine, (performance.now() - start) / 1000);
  }

  async step(batch: TrainBatch): Promise<void> {
    const start = performance.now();
    const { value, counts } = await counted(async () => {
      const ticket = this.engine.step(batch, LEARNING_RATE);
      const scriptMs = performance.now() - start;
      const loss = await ticket.loss;
      await ticket.accepted;
      return { loss, scriptMs };
    });
    this.losses.push(value.loss.total);
    if (this.losses.length <= WARM_UP) return;
    this.times.push(performance.now() - start);
    this.scriptMs.push(value.scriptMs);
    this.counts = counts;
  }

  figures(): EngineFigures {
    return {
      ...timesOf(this.times),
      ...this.counts,
      jsMs: percentile(this.scriptMs, 0.5),
      gpuBytes: this.engine.memory().bytes,
      compileSeconds: this.buildSeconds,
    };
  }
}

function settingsOf(name: NetName): EngineSettings {
  const { model, batchSize, sizePx } = SIZES[name];
  const graph = buildGraph(model);
  return {
    graph,
    initialWeights: initialWeights(graph, 1),
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
    batchSize,
    accumulate: 1,
    sizePx,
    normalisation: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
    thresholdRange: [0.3, 0.7],
    tracer: silentTracer,
  };
}

/** A page of noise with blocks of text, the same for both engines. */
function page({ batchSize, sizePx }: EngineSettings, round: number): TrainBatch {
  const random = randomFrom("bench", round);
  const pixels = batchSize * sizePx * sizePx;
  const images = new Uint8Array(pixels * 4).map(() => random.int(256));
  const thresholds = new Uint8Array(pixels).map(() => random.int(256));
  // Bits of text, shrink mask and threshold mask: an eighth of the page is text, a quarter counts for the threshold.
  const flags = new Uint8Array(pixels).map((_, pixel) => {
    const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx) % sizePx];
    const isText = y % 32 < 8 && x % 64 < 32;
    const isNear = y % 32 < 12 && x % 64 < 40;
    return 2 + Number(isText) + 4 * Number(isNear);
  });
  return { images, thresholds, flags };
}

/** Multiplications and additions of all convolutions in a step: forward, input gradient, weight gradient. */
function convolutionFlop(graph: Graph, { batchSize, sizePx }: EngineSettings): number {
  const shapes = inferShapes(graph, sizePx);
  const inputs = new Set(graph.nodes.filter(({ kind }) => kind === "input").map(({ id }) => id));
  let flop = 0;
  for (const node of graph.nodes) {
    if (node.kind !== "conv" && node.kind !== "convTranspose") continue;
    const shape = shapes.get(node.kind === "conv" ? node.id : node.input);
    const pixels = (shape?.heightPx ?? 0) * (shape?.widthPx ?? 0) * batchSize;
    const taps = node.kind === "conv" ? node.kernel ** 2 / node.groups : 4;
    // The image needs no gradient.
    flop += 2 * pixels * taps * node.inChannels * node.outChannels * (inputs.has(node.input) ? 2 : 3);
  }
  return flop;
}

async function matmulSpeed(): Promise<number> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error("no adapter");
  const device = await adapter.requestDevice();
  const speed = await bestMatmul(device);
  device.destroy();
  return speed;
}

try {
  const query = new URLSearchParams(location.search);
  const report = await bench((query.get("net") ?? "S") as NetName, Number(query.get("rounds") ?? 10));
  document.documentElement.dataset.report = JSON.stringify(report);
} catch (error) {
  const text = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  document.documentElement.dataset.report = JSON.stringify({ error: text });
}
