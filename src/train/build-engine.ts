// From the configuration to a built engine: the graph, its first weights, the settings, the chosen factory.

import type { Config } from "../config/index.ts";
import { PlaygroundError } from "../core/index.ts";
import {
  chooseEngine,
  type Engine,
  type EngineFactory,
  type EngineId,
  type EngineSettings,
} from "../engine/index.ts";
import type { StartModel } from "./start-model.ts";
import type { Tracer } from "../trace/index.ts";

/** With the reason why this engine was chosen. Throws PlaygroundError when no wanted engine runs here. */
export async function buildEngine(
  config: Config,
  factories: readonly EngineFactory[],
  tracer: Tracer,
  progress: (done: number, total: number) => void,
  model: StartModel,
): Promise<{ readonly engine: Engine; readonly why: string }> {
  const factory = await chooseEngine(config.engine.kind, factories);
  if (config.engine.storage === "f16" && factory.id !== "webgpu") throw onlyCompiled(factory.id, factory.why);
  const engine = await factory.build(engineSettings(config, model, tracer), progress);
  return { engine, why: factory.why };
}

function onlyCompiled(id: EngineId, why: string): PlaygroundError {
  return new PlaygroundError({
    code: "unsupported",
    message: `Only compiled WebGPU stores activations in 16 bits, and this run would be on "${id}". ${why}`,
    what: "engine.storage",
    doing: "choosing an engine",
    next: "Store activations in 32 bits, or choose the engine webgpu.",
  });
}

export function engineSettings(config: Config, model: StartModel, tracer: Tracer): EngineSettings {
  const { graph, weights, preprocessing, frozen, batchNorm } = model;
  const { optimizer, loss, targets, train } = config;
  // Without a threshold head both outputs are the probability, and what compares the two has nothing to say.
  const hasThreshold = graph.outputs.threshold !== graph.outputs.probability;
  return {
    graph,
    initialWeights: weights,
    loss: {
      probabilityWeight: loss.probabilityWeight,
      thresholdWeight: hasThreshold ? loss.thresholdWeight : 0,
      binaryWeight: hasThreshold ? loss.binaryWeight : 0,
      negativeRatio: loss.negativeRatio,
      k: loss.k,
      epsilon: 1e-6,
    },
    optimizer:
      optimizer.kind === "adamw"
        ? {
            kind: "adamw",
            beta1: optimizer.beta1,
            beta2: optimizer.beta2,
            epsilon: 1e-8,
            weightDecay: optimizer.weightDecay,
          }
        : { kind: "sgd", momentum: optimizer.momentum, weightDecay: optimizer.weightDecay },
    clipNorm: optimizer.clipNorm,
    averageDecay: optimizer.averageDecay,
    batchSize: train.batchSize,
    accumulate: train.accumulate,
    sizePx: config.model.inputSizePx,
    normalisation: preprocessing,
    thresholdRange: [targets.thresholdMin, targets.thresholdMax],
    threads: config.engine.threads,
    autotune: config.engine.autotune,
    storage: config.engine.storage,
    ...(frozen && { frozen }),
    ...(batchNorm && { batchNorm }),
    tracer,
  };
}
