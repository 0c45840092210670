// A whole training step beside the pipeline: the network on the WASM engine of this machine, a page at a time, so that what a
// cache saves can be told as a share of a step.

import { collectBatch, type Sample } from "../../src/batch/index.ts";
import { resolveOrThrow } from "../../src/config/index.ts";
import { type EngineInfo, wasmFactory } from "../../src/engine/index.ts";
import { silentTracer } from "../../src/trace/index.ts";
import { engineSettings, startModel } from "../../src/train/index.ts";
import { wasmInNode } from "../wasm-in-node.ts";

export interface StepBench {
  readonly info: EngineInfo;
  readonly model: string;
  /** Milliseconds of one step on this sample. */
  step(sample: Sample): Promise<number>;
  dispose(): void;
}

export async function openStep(sizePx: number, now: () => number): Promise<StepBench> {
  const values = { "model.inputSizePx": sizePx, "train.batchSize": 1 };
  const { config } = resolveOrThrow({ layers: [{ layer: "file", from: "the benchmark", values }] }).resolved;
  const model = await startModel(config);
  const engine = await wasmFactory(wasmInNode).build(
    engineSettings(config, model, silentTracer),
    () => undefined,
  );
  return {
    info: engine.info,
    model: model.graph.name,
    step: async (sample) => {
      const start = now();
      await engine.step(collectBatch([sample], sizePx), 1e-4).loss;
      return now() - start;
    },
    dispose: () => engine.dispose(),
  };
}
