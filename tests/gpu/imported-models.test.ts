// The detectors that come along, imported as networks, on real pages: executors of a browser against onnxruntime on the same
// bytes, and both against the same network in 64 bits. And onnxruntime on a device that somebody else owns: buffers go in and come
// out without being read back.

import { beforeAll, describe, expect, it, vi } from "vitest";
import { evaluationPlacement } from "../../src/augment/index.ts";
import { resample } from "../../src/batch/index.ts";
import { type EngineId, type EngineSettings, engineFactories } from "../../src/engine/index.ts";
import { planPrediction } from "../../src/engine/plan/plan.ts";
import { requestGpu } from "../../src/engine/webgpu/index.ts";
import { type ImportedDetector, readOnnx } from "../../src/exchange/index.ts";
import { PRETRAINED_MODELS, type PretrainedName } from "../../src/graph/index.ts";
import { openSession, preparedPages } from "../../src/infer/index.ts";
import { decodePage } from "../../workers/decode.ts";
import { type LoadedModel, loadModel } from "../../workers/models.ts";
import { databaseLoss, engineSettings } from "./reference/fixtures.ts";
import { referenceState, runPlan } from "./reference/run.ts";
import { eachElement, tensorAt } from "./reference/tensors.ts";
import { readPicture } from "./reference-files.ts";

const SIZE_PX = 160;
/** Of the page that onnxruntime runs on WebGPU: a software adapter takes long. */
const SMALL_PX = 64;
const PAGES = ["funsd_82092117.png", "ic15_test_img_10.jpg", "mtwi_img_1.jpg"];
/**
 * tfjs compiles its shaders for up to a minute for each model: one model on one small page, and with VITE_EVERY_EXECUTOR=1 all on
 * all. In Node, tfjs is compared on the processor (cli/models/models.test.ts).
 */
const EVERY = import.meta.env.VITE_EVERY_EXECUTOR === "1";
const TFJS_PX = 96;
const TFJS_MODEL = "ppocrv3-en";
const EXECUTORS: readonly EngineId[] = ["wasm", "webgpu", "tfjs-webgpu", "tfjs-webgl"];

interface Compared {
  readonly pages: readonly string[];
  readonly sizePx: number;
}

/** What an executor is compared on; nothing of some models on tfjs. */
function comparedOn(id: EngineId, name: PretrainedName): Compared | null {
  if (!id.startsWith("tfjs") || EVERY) return { pages: PAGES, sizePx: SIZE_PX };
  return name === TFJS_MODEL ? { pages: PAGES.slice(-1), sizePx: TFJS_PX } : null;
}

async function pixelsOf(name: string) {
  const file = await readPicture(`data/real/images/${name}`);
  const bitmap = await createImageBitmap(file);
  const size = { widthPx: bitmap.width, heightPx: bitmap.height };
  return decodePage({ name, file, size, orientation: 1 });
}

async function pageOf(name: string, sizePx: number): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = await pixelsOf(name);
  return resample(pixels, evaluationPlacement(pixels.size, sizePx), sizePx);
}

/** A window of a page at its own size, where letters are large; the first of the form shows some. */
async function windowOf(name: string, index: number, sizePx: number): Promise<Uint8Array<ArrayBuffer>> {
  const { rgba, size } = await pixelsOf(name);
  const left = Math.floor(((0.11 + 0.37 * index) % 1) * (size.widthPx - sizePx));
  const top = Math.floor(((0.17 + 0.61 * index) % 1) * (size.heightPx - sizePx));
  const window = new Uint8Array(sizePx * sizePx * 4);
  for (let y = 0; y < sizePx; y++) {
    const start = ((top + y) * size.widthPx + left) * 4;
    window.set(rgba.subarray(start, start + sizePx * 4), y * sizePx * 4);
  }
  return window;
}

/** What an engine needs to predict; only the last layer trains, so that no gradient of the whole network is compiled. */
function settingsOf({ graph, weights, preprocessing }: ImportedDetector, sizePx: number): EngineSettings {
  const last = graph.outputs.probability;
  return engineSettings(graph, {
    initialWeights: weights,
    frozen: new Set(graph.nodes.filter(({ id }) => id !== last).map(({ id }) => id)),
    batchNorm: "running",
    loss: { ...databaseLoss, thresholdWeight: 0, binaryWeight: 0 },
    ...{ batchSize: 1, sizePx, normalisation: preprocessing },
  });
}

async function byOnnxruntime(
  { name, bytes, preprocessing }: LoadedModel,
  pages: readonly Uint8Array[],
  sizePx: number,
): Promise<Float32Array[]> {
  const session = await openSession(bytes, { name, preprocessing, threads: 1 });
  try {
    const maps: Float32Array[] = [];
    for (const page of pages) maps.push(await session.predict(page, sizePx));
    return maps;
  } finally {
    await session.dispose();
  }
}

function detectorIn(model: LoadedModel): ImportedDetector {
  const { detector } = readOnnx(model.bytes, model);
  if (!detector.ok) throw new Error(detector.error.sentence);
  return detector.value;
}

function apart(a: Float32Array, b: Float32Array | Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

describe.each(PRETRAINED_MODELS.map(({ name }) => name))("%s", (name: PretrainedName) => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadModel(name);
  });

  for (const id of EXECUTORS) {
    const compared = comparedOn(id, name);
    if (compared === null) continue;
    const { pages, sizePx } = compared;
    it(`answers on ${id} as in onnxruntime within 1e-4`, async ({ annotate }) => {
      const images = await Promise.all(pages.map((page) => pageOf(page, sizePx)));
      const expected = await byOnnxruntime(model, images, sizePx);
      expect(Math.max(...expected.map((map) => Math.max(...map)))).toBeGreaterThan(0.5);
      const factory = engineFactories.find((one) => one.id === id);
      const engine = await factory?.build(settingsOf(detectorIn(model), sizePx), () => undefined);
      if (engine === undefined) throw new Error(`there is no engine "${id}"`);
      const differences: number[] = [];
      for (const [i, image] of images.entries()) {
        const { probability } = await engine.predict(image);
        differences.push(apart(probability, expected[i] ?? new Float32Array()));
      }
      engine.dispose();
      const shown = differences.map((each) => each.toExponential(1)).join(", ");
      await annotate(`${name} on ${id}, each page at ${sizePx} px: ${shown}`);
      for (const [i, difference] of differences.entries()) expect(difference, pages[i]).toBeLessThan(1e-4);
    });
  }
});

/** The network's map evaluated in 64 bits. */
function inTruth(
  { graph, weights, preprocessing }: ImportedDetector,
  image: Uint8Array<ArrayBuffer>,
): Float64Array {
  const sizePx = Math.sqrt(image.length / 4);
  const plan = planPrediction(graph, { batchSize: 1, sizePx }, { threshold: false });
  const { memory } = referenceState(plan, weights);
  const none = new Uint8Array();
  const settings = { loss: databaseLoss, normalisation: preprocessing, thresholdRange: [0.3, 0.7] as const };
  runPlan(plan, memory, { images: image, flags: none, thresholds: none }, settings);
  const logits = tensorAt(memory, plan.outputs.probability);
  const map: number[] = [];
  eachElement(logits, (...at) => map.push(1 / (1 + Math.exp(-logits.get(...at)))));
  return Float64Array.from(map);
}

const WINDOWS = EVERY ? 8 : 1;
const WINDOW_PX = 96;

it.for(PRETRAINED_MODELS.map(({ name }) => name).filter((name) => EVERY || name === TFJS_MODEL))(
  "on a window of a form neither WASM nor onnxruntime lies 1e-4 from 64 bits: %s",
  async (name, { annotate }) => {
    const model = await loadModel(name);
    const detector = detectorIn(model);
    const windows = await Promise.all(
      Array.from({ length: WINDOWS }, (_, index) => windowOf("funsd_82092117.png", index, WINDOW_PX)),
    );
    const theirs = await byOnnxruntime(model, windows, WINDOW_PX);
    const wasm = engineFactories.find(({ id }) => id === "wasm");
    const engine = await wasm?.build(settingsOf(detector, WINDOW_PX), () => undefined);
    if (engine === undefined) throw new Error("there is no WASM engine");
    const off: { readonly ours: number; readonly theirs: number; readonly apart: number }[] = [];
    for (const [i, window] of windows.entries()) {
      const truth = inTruth(detector, window);
      // Without text all three say 0.
      if (Math.max(...truth) < 0.3) continue;
      const { probability } = await engine.predict(window);
      const onnx = theirs[i] ?? new Float32Array();
      off.push({
        ours: apart(probability, truth),
        theirs: apart(onnx, truth),
        apart: apart(probability, onnx),
      });
    }
    engine.dispose();
    expect(off.length).toBeGreaterThan(0);
    const range = (key: keyof (typeof off)[number]): string => {
      const sorted = off.map((one) => one[key]).sort((a, b) => a - b);
      return `${sorted.at(-1)?.toExponential(1)} (median ${sorted[sorted.length >> 1]?.toExponential(1)})`;
    };
    await annotate(
      `${name}, ${off.length} windows of ${WINDOW_PX} px with text: WASM ${range("ours")} from 64 bits, ` +
        `onnxruntime ${range("theirs")}, from each other ${range("apart")}`,
    );
    for (const { ours, theirs } of off) expect(Math.max(ours, theirs)).toBeLessThan(1e-4);
  },
);

it("onnxruntime computes on a device of ours: buffers in and out, nothing read back between", async () => {
  const model = await loadModel("ppocrv3-en");
  const image = await pageOf("ic15_test_img_10.jpg", SMALL_PX);
  const [expected = new Float32Array()] = await byOnnxruntime(model, [image], SMALL_PX);
  const { device } = await requestGpu();
  const session = await openSession(model.bytes, { ...model, threads: 1, provider: "webgpu", device });
  const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
  const values = preparedPages(image, 1, SMALL_PX, model.preprocessing);
  const pages = device.createBuffer({ size: values.byteLength, usage: STORAGE | COPY_DST | COPY_SRC });
  device.queue.writeBuffer(pages, 0, values);
  const reads = vi.spyOn(GPUBuffer.prototype, "mapAsync");
  const answer = await session.predictOnDevice(pages, 1, SMALL_PX);
  expect(reads).not.toHaveBeenCalled();
  reads.mockRestore();
  const bytes = expected.byteLength;
  const staging = device.createBuffer({ size: bytes, usage: MAP_READ | COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(answer.buffer, 0, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const got = new Float32Array(staging.getMappedRange().slice(0));
  answer.release();
  expect(apart(got, expected)).toBeLessThan(1e-4);
  await session.dispose();
});
