// What a detector answers on one page, through an engine of this project and through onnxruntime, and how far two answers lie
// apart. Each session lives for one answer, so that nothing of it is left when the other one refuses.

import type { EngineFactory, EngineSettings } from "../../src/engine/index.ts";
import type { ImportedDetector } from "../../src/exchange/index.ts";
import { withThresholdHead } from "../../src/graph/index.ts";
import { openSession } from "../../src/infer/index.ts";
import { silentTracer } from "../../src/trace/index.ts";

/** Probabilities of one page of S·S·4 bytes RGBX. */
export async function predictByEngine(
  factory: Pick<EngineFactory, "build">,
  { graph, weights, preprocessing }: ImportedDetector,
  image: Uint8Array<ArrayBuffer>,
  sizePx: number,
): Promise<Float32Array> {
  const both = withThresholdHead(graph, weights);
  const settings: EngineSettings = {
    graph: both.graph,
    initialWeights: both.weights,
    loss: {
      probabilityWeight: 1,
      thresholdWeight: 0,
      binaryWeight: 0,
      negativeRatio: 3,
      k: 50,
      epsilon: 1e-6,
    },
    optimizer: { kind: "sgd", momentum: 0, weightDecay: 0 },
    clipNorm: "off",
    batchSize: 1,
    accumulate: 1,
    sizePx,
    normalisation: preprocessing,
    thresholdRange: [0.3, 0.7],
    tracer: silentTracer,
  };
  const engine = await factory.build(settings, () => undefined);
  try {
    return (await engine.predict(image)).probability;
  } finally {
    engine.dispose();
  }
}

/** The same in onnxruntime. Throws PlaygroundError "bad-file" where it refuses the file. */
export async function predictInOnnxruntime(
  bytes: Uint8Array,
  preprocessing: ImportedDetector["preprocessing"],
  image: Uint8Array,
  sizePx: number,
): Promise<Float32Array> {
  const session = await openSession(bytes, { name: "model.onnx", preprocessing, threads: 1 });
  try {
    return await session.predict(image, sizePx);
  } finally {
    await session.dispose();
  }
}

/** NaN where they are of different lengths or hold one. */
export function greatestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.NaN;
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

/** Greatest difference of the probability on one page between an engine and onnxruntime with the written file. */
export async function differenceToEngine(
  factory: Pick<EngineFactory, "build">,
  detector: ImportedDetector,
  bytes: Uint8Array,
  image: Uint8Array<ArrayBuffer>,
  sizePx: number,
): Promise<number> {
  const ours = await predictByEngine(factory, detector, image, sizePx);
  return greatestDifference(ours, await predictInOnnxruntime(bytes, detector.preprocessing, image, sizePx));
}
