// What a run begins with: a network of this project with random weights, or a pretrained detector read from its file, with the parts
// that do not train named. Batch norm of a pretrained detector keeps the statistics that came with it.

import type { Config } from "../config/index.ts";
import { PlaygroundError } from "../core/index.ts";
import type { EngineSettings } from "../engine/index.ts";
import { readOnnx } from "../exchange/index.ts";
import {
  type Block,
  buildGraph,
  type Graph,
  initialWeights,
  type Preprocessing,
  type Weights,
  withThresholdHead,
} from "../graph/index.ts";

/** ImageNet statistics, as every dated run of the original project used. */
export const NORMALISATION = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

export interface ModelBytes {
  /** For messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Known of the detectors that come along; otherwise what the file's notes say, or PaddleOCR's. */
  readonly preprocessing?: Preprocessing;
}

/** Reads the detector that the configuration names. */
export type LoadModel = (name: Exclude<Config["model"]["init"], "scratch" | "file">) => Promise<ModelBytes>;

export interface StartModel extends Pick<EngineSettings, "frozen" | "batchNorm"> {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly preprocessing: Preprocessing;
  /** One sentence for the log; "" for a network from scratch. */
  readonly says: string;
}

const FROZEN: Readonly<Record<Config["model"]["train"], readonly Block[]>> = {
  all: [],
  neckAndHead: ["encoder"],
  head: ["encoder", "neck"],
};

/** Throws PlaygroundError where the named detector cannot be had or cannot be trained. */
export async function startModel(
  { model, train }: Config,
  load?: LoadModel,
  file?: ModelBytes,
): Promise<StartModel> {
  if (model.init === "scratch") {
    const graph = buildGraph(model.name);
    const preprocessing = { channels: "rgb", ...NORMALISATION } as const;
    return { graph, weights: initialWeights(graph, train.seed), preprocessing, says: "" };
  }
  const source = model.init === "file" ? file : await load?.(model.init);
  if (source === undefined) throw missing(model.init);
  const { detector } = readOnnx(source.bytes, source);
  if (!detector.ok) {
    throw new PlaygroundError({
      code: "unsupported",
      message: `${source.name} cannot be trained further. ${detector.error.sentence}`,
      what: source.name,
      doing: "reading a model",
      next: "It can still be run on pages; choose another one to train.",
    });
  }
  const hasThreshold = model.thresholdHead === "clone";
  const { graph, weights } = hasThreshold
    ? withThresholdHead(detector.value.graph, detector.value.weights)
    : detector.value;
  const blocks = FROZEN[model.train];
  const isFrozen = (block: Block): boolean => blocks.includes(block);
  const frozen = new Set(graph.parameters.filter(({ block }) => isFrozen(block)).map(({ name }) => name));
  const count = (wanted: boolean): number =>
    graph.parameters
      .filter(({ trainable, block }) => trainable && isFrozen(block) === wanted)
      .reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  return {
    graph,
    weights,
    preprocessing: detector.value.preprocessing,
    frozen,
    batchNorm: model.batchNorm,
    says: `The network begins as ${source.name}: ${count(false)} parameters train, ${count(true)} are frozen; ${
      hasThreshold
        ? "the threshold head is a copy of the probability head"
        : "it has no threshold head, so only the probability is taught"
    }; batch norm uses the statistics ${model.batchNorm === "running" ? "that came along" : "of the batch"}.`,
  };
}

function missing(init: string): PlaygroundError {
  return new PlaygroundError({
    code: "bad-config",
    message:
      init === "file"
        ? "A model file was asked for and none was given."
        : `The model ${init} cannot be loaded here.`,
    what: "model.init",
    doing: "reading a model",
    next:
      init === "file"
        ? "Give one with npm run train -- --init FILE, or begin from another start."
        : "Train from scratch here.",
  });
}
