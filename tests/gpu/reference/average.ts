// What every engine promises of its running average of the weights, whatever it runs on.

import { expect } from "vitest";
import type { Engine, EngineSettings } from "../../../src/engine/engine.ts";
import type { Weights } from "../../../src/graph/index.ts";
import { randomBatch } from "./fixtures.ts";

const DECAY = 0.3;
const STEPS = 8;
/** Batches a move, so that a step without a move is seen to leave the average alone. */
const ACCUMULATE = 2;

/** What `build` is to build. */
export const averaging: Partial<EngineSettings> = { averageDecay: DECAY, accumulate: ACCUMULATE };

/** `build` makes an engine of these settings with the changes. Whoever calls disposes what it built. */
export async function checkAverage(
  settings: EngineSettings,
  build: (changes: Partial<EngineSettings>) => Promise<Engine>,
): Promise<void> {
  const engine = await build(averaging);
  const { batchSize, sizePx } = settings;
  const expected = new Map([...settings.initialWeights].map(([name, values]) => [name, [...values]]));
  for (let step = 0; step < STEPS; step++) {
    await engine.step(randomBatch(batchSize, sizePx, step), 1e-2).loss;
    const { weights, average, moves } = await engine.readState();
    // (1 + 1)/(10 + 1) and 3/12 are less than DECAY, the others are more.
    if (step % ACCUMULATE === 1) move(expected, weights, 1 - Math.min(DECAY, (1 + moves) / (10 + moves)));
    if (average === undefined) throw new Error("the state has no average");
    expect([...average.keys()].sort()).toEqual([...weights.keys()].sort());
    for (const [name, values] of average)
      for (const [index, value] of values.entries())
        expect(Math.abs(value - (expected.get(name)?.[index] ?? Number.NaN)), name).toBeLessThan(1e-5);
  }
  const state = await engine.readState();
  const { images } = randomBatch(batchSize, sizePx, 99);
  const prediction = await engine.predict(images, { threshold: true });
  // An engine without an average predicts the same with the averaged weights, and something else with the others.
  const { average = new Map(), ...plainState } = state;
  const plain = await build({});
  await plain.writeState({ ...plainState, weights: average });
  expect(await plain.predict(images, { threshold: true })).toEqual(prediction);
  await plain.writeState(plainState);
  expect((await plain.predict(images)).probability).not.toEqual(prediction.probability);
  expect((await plain.readState()).average).toBeUndefined();

  const other = await build(averaging);
  await other.writeState(state);
  expect(await other.readState()).toEqual(state);
  for (const one of [engine, other])
    for (let step = 0; step < ACCUMULATE; step++)
      await one.step(randomBatch(batchSize, sizePx, step), 1e-2).loss;
  expect(await other.readState()).toEqual(await engine.readState());
  // Weights without an average, as of a checkpoint from a run without one: it begins at them.
  await other.writeState(plainState);
  expect((await other.readState()).average).toEqual(plainState.weights);
}

function move(average: Map<string, number[]>, weights: Weights, share: number): void {
  for (const [name, values] of average)
    for (const [index, value] of values.entries())
      values[index] = value + share * ((weights.get(name)?.[index] ?? Number.NaN) - value);
}
