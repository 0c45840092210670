// What kept features of frozen layers save of a training step on the WASM engine: two engines side by side, one that keeps and one that
// computes, step by step in turn on the same batches, so that what else the machine does falls on both.
// `npx tsx cli/models/frozen-steps.ts [PAIRS [SIZE [BATCH]]]`

import { estimateRatio } from "../../src/assess/index.ts";
import { resolveOrThrow } from "../../src/config/index.ts";
import {
  FLAG_SHRINK_MASK,
  FLAG_TEXT,
  FLAG_THRESHOLD_MASK,
  randomFrom,
  type TrainBatch,
} from "../../src/core/index.ts";
import { type Engine, wasmFactory } from "../../src/engine/index.ts";
import { silentTracer } from "../../src/trace/index.ts";
import { engineSettings, startModel } from "../../src/train/index.ts";
import { wasmInNode } from "../wasm-in-node.ts";
import { loadModelFile } from "./files.ts";

const BATCHES = 4;
const WARM_UP = 8;

const [pairs = 100, sizePx = 128, batchSize = 4] = process.argv.slice(2).map(Number);

/** Bytes of no meaning: how long a step takes does not depend on them. */
function batchOf(index: number): TrainBatch {
  const random = randomFrom(1, "batch", index);
  const pixels = batchSize * sizePx * sizePx;
  const everywhere = FLAG_SHRINK_MASK | FLAG_THRESHOLD_MASK;
  return {
    images: Uint8Array.from({ length: 4 * pixels }, () => random.int(256)),
    flags: Uint8Array.from({ length: pixels }, () => everywhere | (random.chance(0.2) ? FLAG_TEXT : 0)),
    thresholds: Uint8Array.from({ length: pixels }, () => random.int(256)),
  };
}

async function stepMs(engine: Engine, index: number, batch: TrainBatch): Promise<number> {
  const names = Array.from({ length: batchSize }, (_, page) => `${index} ${page}`);
  const start = performance.now();
  await engine.step(batch, 1e-4, names).loss;
  return performance.now() - start;
}

for (const train of ["neckAndHead", "head"] as const) {
  const values = {
    "model.init": "ppocrv3-en",
    "model.train": train,
    "model.inputSizePx": sizePx,
    "train.batchSize": batchSize,
    "engine.kind": "wasm",
  } as const;
  const { config } = resolveOrThrow({
    layers: [{ layer: "command line", from: "frozen-steps", values }],
  }).resolved;
  const settings = engineSettings(
    config,
    await startModel(config, async (name) => loadModelFile(name)),
    silentTracer,
  );
  const factory = wasmFactory(wasmInNode);
  const [keeps, computes] = [
    await factory.build(settings, () => undefined),
    await factory.build(settings, () => undefined),
  ];
  keeps.frozenFeatures?.set(true, "unlimited");
  const batches = Array.from({ length: BATCHES }, (_, index) => batchOf(index));
  const differences: number[] = [];
  for (let pair = -WARM_UP; pair < pairs; pair++) {
    const index = (pair + WARM_UP) % BATCHES;
    const batch = batches[index] ?? batchOf(index);
    const order = pair % 2 === 0 ? [keeps, computes] : [computes, keeps];
    const ms = new Map<Engine, number>();
    for (const engine of order) ms.set(engine, await stepMs(engine, index, batch));
    if (pair >= 0)
      differences.push(100 * ((ms.get(keeps) ?? Number.NaN) / (ms.get(computes) ?? Number.NaN) - 1));
  }
  const { mean, ciLow, ciHigh, n } = estimateRatio(differences, randomFrom(1, "bootstrap"), 10_000);
  const { hits, lookups } = keeps.frozenFeatures?.counters() ?? { hits: 0, lookups: 0 };
  console.log(
    `${train} trains, ${batchSize} pages of ${sizePx} px: ${mean.toFixed(1)} % [${ciLow.toFixed(1)}, ${ciHigh.toFixed(1)}], ` +
      `n = ${n} pairs of steps; ${hits} of ${lookups} look-ups hit`,
  );
  for (const engine of [keeps, computes]) engine.dispose();
}
