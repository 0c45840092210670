// A worker that trains for a moment on the WASM engine, as the trainer worker would, and tells what came out.

import type { LossParts } from "../../src/engine/engine.ts";
import { browserHost } from "../../src/engine/wasm/browser-host.ts";
import { buildWasmEngine } from "../../src/engine/wasm/engine.ts";
import { hasRelaxedSimd } from "../../src/engine/wasm/features.ts";
import { buildGraph } from "../../src/graph/index.ts";
import { engineSettings, livelyWeights, randomBatch } from "../gpu/reference/fixtures.ts";

export interface TrainingTask {
  readonly model: string;
  readonly sizePx: number;
  readonly batchSize: number;
  readonly threads: number;
  readonly steps: number;
}

export interface Trained {
  readonly adapter: string;
  readonly isRelaxed: boolean;
  readonly buildMs: number;
  readonly stepMs: readonly number[];
  readonly losses: readonly LossParts[];
  readonly probability: Float32Array;
}

export function taskSettings({ model, sizePx, batchSize }: TrainingTask) {
  const graph = buildGraph(model);
  return engineSettings(graph, { batchSize, sizePx, initialWeights: livelyWeights(graph, 4) });
}

async function train(task: TrainingTask): Promise<Trained> {
  const startMs = performance.now();
  const engine = await buildWasmEngine(taskSettings(task), () => undefined, browserHost(task.threads));
  const buildMs = performance.now() - startMs;
  const losses: LossParts[] = [];
  const stepMs: number[] = [];
  for (let step = 0; step < task.steps; step++) {
    const batch = randomBatch(task.batchSize, task.sizePx, step % 3);
    const atMs = performance.now();
    losses.push(await engine.step(batch, 1e-3).loss);
    stepMs.push(performance.now() - atMs);
  }
  const { probability } = await engine.predict(randomBatch(task.batchSize, task.sizePx, 1).images);
  const { adapter } = engine.info;
  engine.dispose();
  return { adapter, isRelaxed: hasRelaxedSimd(), buildMs, stepMs, losses, probability };
}

if ("WorkerGlobalScope" in globalThis) {
  globalThis.addEventListener("message", ({ data }: MessageEvent<TrainingTask>) => {
    train(data).then(
      (trained) => globalThis.postMessage(trained),
      (error: unknown) =>
        queueMicrotask(() => {
          throw error;
        }),
    );
  });
}
