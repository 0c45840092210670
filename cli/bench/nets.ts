// The nets, pages and settings that every contestant gets: A, B and S as in the measurements that decided for a compiled engine.

import {
  FLAG_SHRINK_MASK,
  FLAG_TEXT,
  FLAG_THRESHOLD_MASK,
  randomFrom,
  type TrainBatch,
} from "../../src/core/index.ts";
import type { EngineSettings } from "../../src/engine/index.ts";
import { buildGraph, type Graph, inferShapes, initialWeights } from "../../src/graph/index.ts";
import { silentTracer } from "../../src/trace/index.ts";
import type { NetName } from "./types.ts";

const SIZES: Readonly<Record<NetName, { model: string; batchSize: number; sizePx: number }>> = {
  A: { model: "small", batchSize: 4, sizePx: 160 },
  B: { model: "nano", batchSize: 2, sizePx: 96 },
  S: { model: "nano", batchSize: 1, sizePx: 64 },
};

/** Adam without weight decay, no clipping. */
export function settingsOf(name: NetName): EngineSettings {
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

/**
 * A batch of noise with blocks of text. Three eighths of each page are text, so that the negatives are fewer than three
 * for each positive: all of them count, and a contestant without hard-negative mining computes the same loss.
 */
export function batchOf({ batchSize, sizePx }: EngineSettings, round: number): TrainBatch {
  const random = randomFrom("bench", round);
  const pixels = batchSize * sizePx * sizePx;
  const images = new Uint8Array(pixels * 4).map(() => random.int(256));
  const thresholds = new Uint8Array(pixels).map(() => random.int(256));
  const flags = new Uint8Array(pixels).map((_, pixel) => {
    const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx) % sizePx];
    const isText = y % 32 < 16 && x % 64 < 48;
    const isNear = y % 32 < 20 && x % 64 < 56;
    return FLAG_SHRINK_MASK + Number(isText) * FLAG_TEXT + Number(isNear) * FLAG_THRESHOLD_MASK;
  });
  return { images, thresholds, flags };
}

/** A batch as floats: images normalised NHWC or NCHW, targets a value for each pixel. For contestants without bytes. */
export interface FloatBatch {
  readonly images: Float32Array<ArrayBuffer>;
  readonly positive: Float32Array<ArrayBuffer>;
  readonly valid: Float32Array<ArrayBuffer>;
  readonly threshold: Float32Array<ArrayBuffer>;
  readonly thresholdMask: Float32Array<ArrayBuffer>;
}

export function floatsOf(batch: TrainBatch, settings: EngineSettings, layout: "NHWC" | "NCHW"): FloatBatch {
  const { batchSize, sizePx, thresholdRange } = settings;
  const { mean, deviation } = settings.normalisation;
  const plane = sizePx * sizePx;
  const pixels = batchSize * plane;
  const images = new Float32Array(3 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let channel = 0; channel < 3; channel++) {
      const value = (batch.images[4 * pixel + channel] ?? 0) / 255;
      const page = Math.floor(pixel / plane);
      const at = layout === "NHWC" ? 3 * pixel + channel : (page * 3 + channel) * plane + (pixel % plane);
      images[at] = (value - (mean[channel] ?? 0)) / (deviation[channel] ?? 1);
    }
  const { flags, thresholds } = batch;
  const bit = (flag: number): Float32Array<ArrayBuffer> =>
    Float32Array.from(flags, (flags) => Number((flags & flag) !== 0));
  const [low, high] = thresholdRange;
  return {
    images,
    positive: bit(FLAG_TEXT),
    valid: bit(FLAG_SHRINK_MASK),
    threshold: Float32Array.from(thresholds, (byte) => low + ((high - low) * byte) / 255),
    thresholdMask: bit(FLAG_THRESHOLD_MASK),
  };
}

/** Multiplications and additions of all convolutions in a step: forward, input gradient, weight gradient. */
export function convolutionFlop(graph: Graph, { batchSize, sizePx }: EngineSettings): number {
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
