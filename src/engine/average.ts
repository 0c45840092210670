// The running average of weights and running statistics, which predictions use when a run asks for it.

import type { Weights } from "../graph/index.ts";
import type { EngineSettings, EngineState } from "./engine.ts";

type Decay = EngineSettings["averageDecay"] | undefined;

/** Whether an engine with these settings keeps an average. */
export function isAveraging({ averageDecay = "off" }: { readonly averageDecay?: Decay }): boolean {
  return averageDecay !== "off";
}

/**
 * What the average takes of the new values after the optimiser's move of that number, from 1: 1 − decay, but more in the first
 * moves, so that the random first weights are soon forgotten (as TensorFlow's ExponentialMovingAverage with its updates counted).
 */
export function averageShare(
  { averageDecay = "off" }: { readonly averageDecay?: Decay },
  move: number,
): number {
  return averageDecay === "off" ? 0 : 1 - Math.min(averageDecay, (1 + move) / (10 + move));
}

/** The weights that an engine in this state predicts with, and so what is to be exported. */
export function predictedWeights({ weights, average }: EngineState): Weights {
  return average ?? weights;
}
