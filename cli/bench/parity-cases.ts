// What the parity suite trains on two engines: every net at a reduced size, every switch of the loss, and what a run may freeze.
// With SGD: AdamW's first moves are nearly the sign of the gradient, so where a gradient is almost zero the last digit
// decides, and two correct engines part.

import type { EngineSettings } from "../../src/engine/index.ts";
import { buildGraph, initialWeights } from "../../src/graph/index.ts";
import { settingsOf } from "./nets.ts";

export interface ParityCase {
  readonly name: string;
  readonly steps: number;
  readonly settings: EngineSettings;
  readonly learningRate: number;
}

/** Of all cases but one. */
const LEARNING_RATE = 1e-3;

type Loss = Partial<EngineSettings["loss"]>;

const SGD = { kind: "sgd", momentum: 0.9, weightDecay: 1e-4 } as const;

function net(model: string, sizePx: number, changes: Partial<EngineSettings> = {}): EngineSettings {
  const graph = buildGraph(model);
  const initial = initialWeights(graph, 1);
  const base = { ...settingsOf("B"), graph, initialWeights: initial, optimizer: SGD, sizePx, batchSize: 2 };
  return { ...base, ...changes };
}

function plain(name: string, settings: EngineSettings): ParityCase {
  return { name, steps: 20, settings, learningRate: LEARNING_RATE };
}

function nano(name: string, changes: Partial<EngineSettings>, steps = 20): ParityCase {
  return { ...plain(`nano, ${name}`, net("nano", 64, changes)), steps };
}

function loss(name: string, changes: Loss): ParityCase {
  return nano(name, { loss: { ...settingsOf("B").loss, ...changes } });
}

const encoderOf = (model: string): ReadonlySet<string> =>
  new Set(buildGraph(model).parameters.flatMap(({ block, name }) => (block === "encoder" ? [name] : [])));

export function parityCases(): readonly ParityCase[] {
  return [
    plain("nano", net("nano", 64)),
    plain("small", net("small", 64)),
    // At 1e-3 one engine parts from itself by 1e-3 when every weight changes by its last bit.
    { ...plain("resnet18", net("resnet18", 64)), learningRate: LEARNING_RATE / 10 },
    loss("probability alone", { thresholdWeight: 0, binaryWeight: 0 }),
    loss("threshold alone", { probabilityWeight: 0, binaryWeight: 0 }),
    loss("binary alone", { probabilityWeight: 0, thresholdWeight: 0 }),
    loss("without threshold", { thresholdWeight: 0 }),
    loss("without binary", { binaryWeight: 0 }),
    loss("one hard negative for each positive", { negativeRatio: 1 }),
    loss("ten", { negativeRatio: 10 }),
    loss("k 10", { k: 10 }),
    loss("epsilon 1", { epsilon: 1 }),
    nano("clipped, two batches a move", { clipNorm: 1, accumulate: 2 }),
    nano("Nesterov", { optimizer: { ...SGD, nesterov: true } }),
    nano("batch norm with running statistics", { batchNorm: "running" }),
    nano("encoder frozen", { frozen: encoderOf("nano") }),
  ];
}
