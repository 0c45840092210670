// The guard against hmean = 0: the whole pipeline (drawn pages, loaders, targets, engine, evaluation) must learn to find words
// within a stated number of steps, and must not when the targets are wrong.

import { expect, it } from "vitest";
import { createLoader, LoaderPool } from "../../src/batch/index.ts";
import { resolveOrThrow } from "../../src/config/index.ts";
import { polygonIn } from "../../src/core/index.ts";
import { type Dataset, drawSet, type Page } from "../../src/dataset/index.ts";
import { engineFactories } from "../../src/engine/index.ts";
import { createTrainer, type TrainerEvent } from "../../src/train/index.ts";
import { loaderTools } from "../../workers/decode.ts";
import { loadFonts } from "../../workers/fonts.ts";
import { SMOKE } from "./smoke-settings.ts";

const resolved = resolveOrThrow({
  layers: [{ layer: "file", from: "smoke", values: SMOKE.settings }],
}).resolved;

it(`reaches hmean ${SMOKE.hmean} on unseen synth-tiny pages within ${SMOKE.steps} steps`, async () => {
  expect(await bestHmean(await drawTiny())).toBeGreaterThanOrEqual(SMOKE.hmean);
});

it("does not when the words it learns from lie 40 px beside the text", async () => {
  const dataset = await drawTiny();
  const shifted: Dataset = { ...dataset, train: dataset.train.map(shiftWords) };
  expect(await bestHmean(shifted)).toBeLessThan(SMOKE.hmean);
});

async function drawTiny(): Promise<Dataset> {
  await loadFonts(document.fonts);
  return drawSet(resolved.config.data, {
    createCanvas: (widthPx, heightPx) => new OffscreenCanvas(widthPx, heightPx),
    encode: (canvas) => canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 }),
    onProgress: () => undefined,
    isCancelled: () => false,
  });
}

function shiftWords(page: Page): Page {
  const shift = (polygon: Page["words"][number]["polygon"]) =>
    polygonIn(
      "upright",
      polygon.map((value, i) => (i % 2 === 1 ? (value + 40) % page.size.heightPx : value)),
    );
  return { ...page, words: page.words.map((word) => ({ ...word, polygon: shift(word.polygon) })) };
}

/** Trains to the end or until the wanted score is there. */
async function bestHmean(dataset: Dataset): Promise<number> {
  let best = 0;
  const failures: string[] = [];
  const ended = new Promise<void>((resolve) => {
    const trainer = createTrainer({
      factories: engineFactories,
      openPool: ({ resolved: { config } }) =>
        LoaderPool.open({
          config,
          loader: config.loader,
          trainPages: dataset.train,
          validationPages: dataset.validation,
          startLoader: () => Promise.reject(new Error("no worker is wanted here")),
          startInPlace: () => ({
            calls: createLoader(loaderTools),
            terminate: () => undefined,
            onDeath: () => undefined,
          }),
          onProblem: ({ message }) => failures.push(message),
        }),
      send: (event: TrainerEvent) => {
        if (event.kind === "evaluation") {
          best = Math.max(best, event.cleval.mean.hmean);
          if (best >= SMOKE.hmean) void trainer.stop();
        }
        if (event.kind !== "state") return;
        if (event.state.kind === "failed") failures.push(event.state.error.message);
        if (event.state.kind === "failed" || event.state.kind === "finished") resolve();
      },
    });
    void trainer.start({ runId: "smoke", resolved, dataset, until: "train" });
  });
  await ended;
  expect(failures).toEqual([]);
  return best;
}
