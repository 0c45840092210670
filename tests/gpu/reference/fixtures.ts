// Small networks and batches for tests: one that uses every kind of node, and random pages with text.

import {
  FLAG_SHRINK_MASK,
  FLAG_TEXT,
  FLAG_THRESHOLD_MASK,
  randomFrom,
  type TrainBatch,
} from "../../../src/core/index.ts";
import type { EngineSettings } from "../../../src/engine/engine.ts";
import { type Graph, GraphBuilder, initialWeights, type Weights } from "../../../src/graph/index.ts";
import { silentTracer } from "../../../src/trace/index.ts";

/** Every node kind, values with several readers, a concatenation that cannot all be written in place. Multiple of 4. */
export function everythingGraph(): Graph {
  const b = new GraphBuilder();
  const image = b.input(3);
  const stem = b.activation(
    b.batchNorm(b.conv(image, "stem", { channels: 6, kernel: 7, stride: 2 }), "bn0"),
    "hardSwish",
  );
  const pooled = b.maxPool(stem, { kernel: 3, padding: 1 });
  const depth = b.conv(pooled, "depth", { channels: 6, kernel: 5, depthwise: true, bias: true });
  const swish = b.activation(depth, "hardSwish");
  const squeeze = b.relu(
    b.conv(b.globalAveragePool(swish), "squeeze", { channels: 3, kernel: 1, bias: true }),
  );
  const gate = b.activation(
    b.conv(squeeze, "gate", { channels: 6, kernel: 1, bias: true }),
    "hardSigmoid",
    0.2,
  );
  const scaled = b.scaleChannels(swish, gate, "scaled");
  const residual = b.relu(b.add(scaled, pooled, "residual"));
  const sum = b.add(residual, scaled, "sum");
  const small = b.relu(b.batchNorm(b.conv(sum, "down", { channels: 8, kernel: 3, stride: 2 }), "bn1"));
  b.begin("neck");
  const lateral = b.conv(sum, "lateral", { channels: 8, kernel: 1 });
  const top = b.add(b.upsample(small, 2), lateral, "top");
  const smooth = b.conv(top, "smooth", { channels: 4, kernel: 3 });
  const gated = b.activation(smooth, "sigmoid");
  const fused = b.concat([b.upsample(small, 2), smooth, gated, top], "fuse");
  const heads = (["probabilityHead", "thresholdHead"] as const).map((block) => {
    b.begin(block);
    const conv = b.relu(b.batchNorm(b.conv(fused, `${block}.0`, { channels: 4, kernel: 3 }), `${block}.1`));
    const up = b.relu(
      b.batchNorm(b.convTranspose(conv, `${block}.3`, { channels: 4, bias: true }), `${block}.4`),
    );
    return b.convTranspose(up, `${block}.6`, { channels: 1, bias: true });
  });
  const [probability = fused, threshold = fused] = heads;
  return b.build("everything", 8, { probability, threshold });
}

/** Weights with every kind of value away from its start, so that no gradient is zero by accident. */
export function livelyWeights(graph: Graph, seed: number): Weights {
  const start = initialWeights(graph, seed);
  return new Map(
    graph.parameters.map(({ name, role }) => {
      const random = randomFrom(seed, "lively", name);
      const values = start.get(name) ?? new Float32Array();
      if (role === "weight") return [name, values];
      if (role === "runningVariance") return [name, values.map(() => random.range(0.5, 2))];
      return [name, values.map((value) => value + 0.3 * random.normal())];
    }),
  );
}

/** Pages of noise with a rectangle of text each, an ignored stripe, and threshold bands. */
export function randomBatch(batchSize: number, sizePx: number, seed: number): TrainBatch {
  const random = randomFrom(seed, "batch");
  const pixels = batchSize * sizePx * sizePx;
  const images = new Uint8Array(pixels * 4).map(() => random.int(256));
  const thresholds = new Uint8Array(pixels).map(() => random.int(256));
  const flags = new Uint8Array(pixels);
  for (let page = 0; page < batchSize; page++) {
    const side = Math.max(2, Math.floor(sizePx / 3));
    const [left, top] = [random.int(sizePx - side), random.int(sizePx - side)];
    const ignored = random.int(sizePx);
    for (let y = 0; y < sizePx; y++)
      for (let x = 0; x < sizePx; x++) {
        const isText = x >= left && x < left + side && y >= top && y < top + side / 2;
        const isNear = x >= left - 2 && x < left + side + 2 && y >= top - 2 && y < top + side;
        const bits = [isText && FLAG_TEXT, y !== ignored && FLAG_SHRINK_MASK, isNear && FLAG_THRESHOLD_MASK];
        flags[(page * sizePx + y) * sizePx + x] = bits.reduce<number>((sum, bit) => sum + (bit || 0), 0);
      }
  }
  return { images, thresholds, flags };
}

export const databaseLoss: EngineSettings["loss"] = {
  probabilityWeight: 5,
  thresholdWeight: 10,
  binaryWeight: 1,
  negativeRatio: 3,
  k: 50,
  epsilon: 1e-6,
};

/** Settings of a run as DBNet trains, with AdamW. */
export function engineSettings(
  graph: Graph,
  changes: Partial<EngineSettings> & Pick<EngineSettings, "batchSize" | "sizePx">,
): EngineSettings {
  return {
    graph,
    initialWeights: initialWeights(graph, 1),
    loss: databaseLoss,
    optimizer: { kind: "adamw", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    clipNorm: "off",
    accumulate: 1,
    normalisation: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
    thresholdRange: [0.3, 0.7],
    tracer: silentTracer,
    ...changes,
  };
}
