// The inference worker: onnxruntime-web and the models that it runs, away from the person's training run. Wiring only.

import { expose, transfer } from "comlink";
import { evaluationPlacement } from "../src/augment/index.ts";
import { resample } from "../src/batch/index.ts";
import { describeOnnx } from "../src/exchange/index.ts";
import { createInferrer } from "../src/infer/index.ts";
import { type InferCalls, PROTOCOL_VERSION } from "../src/protocol/index.ts";
import { decodePage } from "./decode.ts";
import { loadModel, sha256 } from "./models.ts";
import { withPlainErrors } from "./plain-errors.ts";

let progress: MessagePort | undefined;

/** onnxruntime gains little from more than four. */
const threads = Math.min(4, navigator.hardwareConcurrency);

const inferrer = createInferrer({
  place: async (page, sizePx) => {
    const placement = evaluationPlacement(page.size, sizePx);
    return { placement, image: resample(await decodePage(page), placement, sizePx) };
  },
  inspect: describeOnnx,
  loadModel,
  hash: sha256,
  threads,
  report: (message) => progress?.postMessage(message),
});

const calls: InferCalls = {
  protocolVersion: () => PROTOCOL_VERSION,
  setProgressPort: (port) => {
    progress = port;
  },
  ...inferrer,
  mapOf: (pageId) => {
    const map = inferrer.mapOf(pageId);
    return map === null ? null : transfer(map, [map.probability.buffer]);
  },
};

expose(withPlainErrors(calls));
