// The loader worker, two hats: it draws and imports datasets for the page, and it prepares samples of the pages it owns
// for the trainer. Wiring only.

import { expose, transfer } from "comlink";
import { createLoader } from "../src/batch/index.ts";
import { drawSet, importDataset } from "../src/dataset/index.ts";
import { type LoaderWorkerCalls, type PrepareProgress, PROTOCOL_VERSION } from "../src/protocol/index.ts";
import { openRecords } from "./cache-records.ts";
import { decodePage, loaderTools } from "./decode.ts";
import { loadFonts } from "./fonts.ts";
import { withPlainErrors } from "./plain-errors.ts";

let progress: MessagePort | undefined;
const report = (doing: string, done: number, total: number): void =>
  progress?.postMessage({ doing, done, total } satisfies PrepareProgress);

const loader = createLoader({ ...loaderTools, openRecords });

const calls: LoaderWorkerCalls = {
  protocolVersion: () => PROTOCOL_VERSION,
  setProgressPort: (port) => {
    progress = port;
  },
  drawSet: async ({ data }) => {
    await loadFonts(self.fonts);
    return drawSet(data, {
      createCanvas: (widthPx, heightPx) => new OffscreenCanvas(widthPx, heightPx),
      encode: (canvas) => canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 }),
      onProgress: (done, total) => report("drawing pages", done, total),
      isCancelled: () => false,
    });
  },
  importFiles: ({ files, data, name }) =>
    importDataset({
      files: files.map(({ path, blob }) => ({ path, file: blob })),
      name,
      labelSpace: data.labelSpace,
      validationShare: data.validationShare,
      seed: data.seed,
      onProgress: (stage, done, total) =>
        report(stage === "reading" ? "reading your files" : "trying your pictures", done, total),
      decode: decodePage,
    }),
  now: () => performance.now(),
  ...loader,
  prepare: async (request, spent) => {
    const sample = await loader.prepare(request, spent);
    return transfer(sample, [sample.image.buffer, sample.thresholds.buffer, sample.flags.buffer]);
  },
};

expose(withPlainErrors(calls));
