// Detectors that come along: the imported network against onnxruntime on real pages, what is written against what was read,
// and onnxruntime on the written file.

import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { type EngineFactory, engineFactories, wasmFactory } from "../../src/engine/index.ts";
import { type ImportedDetector, readOnnx, writeOnnx } from "../../src/exchange/index.ts";
import {
  buildGraph,
  countParameters,
  initialWeights,
  PRETRAINED_MODELS,
  type Weights,
  withoutThresholdHead,
  withThresholdHead,
} from "../../src/graph/index.ts";
import type { Page } from "../../src/dataset/index.ts";
import { root } from "../root.ts";
import { wasmInNode } from "../wasm-in-node.ts";
import { loadModelFile } from "./files.ts";
import { placePage, readPages } from "./pages.ts";
import { greatestDifference, predictByEngine, predictInOnnxruntime } from "./predict.ts";

const REAL = join(root, "../shared/data/real");
const names = PRETRAINED_MODELS.map(({ name }) => name);

let onlyPage: Promise<Page> | undefined;

async function realPage(sizePx: number): Promise<Uint8Array<ArrayBuffer>> {
  onlyPage ??= readPages(
    join(REAL, "formats/icdar2015/converted/gt_funsd_82092117.txt"),
    join(REAL, "images/funsd_82092117.png"),
  ).then(({ pages }) => {
    const [page] = pages;
    if (page === undefined) throw new Error("no real page");
    return page;
  });
  return (await placePage(await onlyPage, sizePx)).image;
}

/** Byte by byte; a deep comparison of millions of numbers takes minutes. */
function expectSameWeights(a: Weights, b: Weights): void {
  expect([...a.keys()]).toEqual([...b.keys()]);
  for (const [name, values] of a) {
    const other = b.get(name);
    const bytes = (array: Float32Array | undefined): Buffer =>
      Buffer.from(array?.buffer ?? new ArrayBuffer(0), array?.byteOffset, array?.byteLength);
    expect(bytes(values).equals(bytes(other)), name).toBe(true);
  }
}

function read(name: string): ImportedDetector {
  const { bytes, preprocessing } = loadModelFile(name);
  const { detector } = readOnnx(bytes, { name, ...(preprocessing && { preprocessing }) });
  if (!detector.ok) throw new Error(detector.error.sentence);
  return detector.value;
}

function engine(id: "wasm" | "tfjs-cpu"): EngineFactory {
  const factory = id === "wasm" ? wasmFactory(wasmInNode) : engineFactories.find((each) => each.id === id);
  if (factory === undefined) throw new Error(`no engine ${id}`);
  return factory;
}

const notes = (preprocessing: ImportedDetector["preprocessing"]) => ({
  preprocessing,
  decode: { threshold: 0.3, boxThreshold: 0.6, unclipRatio: 1.5 },
  provenance: { runId: "test" },
});

describe("detectors that come along", () => {
  it.each(names)("%s is read as a network whose blocks have the known sizes", (name) => {
    const { graph } = read(name);
    const inBlock = (block: string): number =>
      countParameters({
        ...graph,
        parameters: graph.parameters.filter((parameter) => parameter.block === block),
      });
    expect(inBlock("probabilityHead")).toBe(23_257);
    if (name !== "ppocrv4-mobile") {
      expect(inBlock("neck") + inBlock("probabilityHead")).toBe(181_681);
      expect(countParameters(graph)).toBe(580_161);
    }
    expect(graph.nodes.filter(({ kind }) => kind === "activation").length).toBeGreaterThan(40);
    expect(graph.sizeMultiplePx).toBe(32);
  });

  it.for(names)("%s on a real page: engines equal onnxruntime within 1e-4", async (name, { annotate }) => {
    const detector = read(name);
    const { bytes, preprocessing } = loadModelFile(name);
    if (preprocessing === undefined) throw new Error("no preprocessing");
    const image = await realPage(320);
    const expected = await predictInOnnxruntime(bytes, preprocessing, image, 320);
    expect(Math.max(...expected)).toBeGreaterThan(0.9);
    const wasm = greatestDifference(await predictByEngine(engine("wasm"), detector, image, 320), expected);
    expect(wasm).toBeLessThan(1e-4);
    const small = await realPage(64);
    const tfjs = greatestDifference(
      await predictByEngine(engine("tfjs-cpu"), detector, small, 64),
      await predictInOnnxruntime(bytes, preprocessing, small, 64),
    );
    expect(tfjs).toBeLessThan(1e-4);
    await annotate(
      `${name}: greatest difference to onnxruntime ${wasm.toExponential(1)} (WASM, 320 px), ${tfjs.toExponential(1)} (tfjs-cpu, 64 px)`,
    );
  });

  it.each(names)(
    "%s written is the same network when it is read again, and answers the same",
    async (name) => {
      const detector = read(name);
      const { bytes, preprocessing } = loadModelFile(name);
      if (preprocessing === undefined) throw new Error("no preprocessing");
      const both = withThresholdHead(detector.graph, detector.weights);
      const written = writeOnnx(both.graph, both.weights, notes(detector.preprocessing));
      const again = readOnnx(written, { name });
      if (!again.detector.ok) throw new Error(again.detector.error.sentence);
      expect(again.detector.value.graph).toEqual(detector.graph);
      expectSameWeights(again.detector.value.weights, detector.weights);
      expect(again.detector.value.preprocessing).toEqual(detector.preprocessing);
      expect(again.description.metadata.get("ocr.provenance")).toBe('{"runId":"test"}');
      const image = await realPage(160);
      const difference = greatestDifference(
        await predictInOnnxruntime(written, detector.preprocessing, image, 160),
        await predictInOnnxruntime(bytes, preprocessing, image, 160),
      );
      expect(difference).toBeLessThan(1e-4);
    },
  );
});

describe("networks of this project", () => {
  it.each(["nano", "resnet18"])("%s written, read again and run is itself", async (name) => {
    const graph = buildGraph(name);
    const weights = initialWeights(graph, 3);
    const preprocessing = {
      channels: "rgb",
      mean: [0.485, 0.456, 0.406],
      deviation: [0.229, 0.224, 0.225],
    } as const;
    const written = writeOnnx(graph, weights, notes(preprocessing));
    const again = readOnnx(written, { name });
    if (!again.detector.ok) throw new Error(again.detector.error.sentence);
    const shipped = withoutThresholdHead(graph, weights);
    expect(again.detector.value.graph).toEqual(shipped.graph);
    expectSameWeights(again.detector.value.weights, shipped.weights);
    expect(again.description.inputs[0]?.dims).toEqual(["N", 3, "H", "W"]);
    const image = await realPage(64);
    // As many pages and of what size one likes.
    const two = Uint8Array.from([...image, ...image.slice().reverse()]);
    const both = await predictInOnnxruntime(written, preprocessing, two, 64);
    expect(both.length).toBe(2 * 64 * 64);
    expect(both.subarray(0, 64 * 64)).toEqual(await predictInOnnxruntime(written, preprocessing, image, 64));
    const wide = await predictInOnnxruntime(written, preprocessing, new Uint8Array(96 * 96 * 4), 96);
    expect(wide.length).toBe(96 * 96);
    const difference = greatestDifference(
      await predictInOnnxruntime(written, preprocessing, image, 64),
      await predictByEngine(engine("wasm"), again.detector.value, image, 64),
    );
    expect(difference).toBeLessThan(1e-4);
  });

  it("a written file says the same to another reader of ONNX", () => {
    const graph = buildGraph("nano");
    const written = writeOnnx(
      graph,
      initialWeights(graph, 3),
      notes({ channels: "rgb", mean: [0, 0, 0], deviation: [1, 1, 1] }),
    );
    const model = fromBinary(ModelProtoSchema, written);
    expect(model.opsetImport.map(({ version }) => version)).toEqual([17n]);
    const shipped = withoutThresholdHead(graph, new Map());
    expect(
      model.graph?.initializer.map(({ name }) => name).filter((name) => !name.startsWith("scales.")),
    ).toEqual(expect.arrayContaining(shipped.graph.parameters.map(({ name }) => name)));
    // The checker's rules: every input is made before it is read, every output once, names are not empty.
    const known = new Set(
      [...(model.graph?.input ?? []), ...(model.graph?.initializer ?? [])].map(({ name }) => name),
    );
    for (const { input, output, opType } of model.graph?.node ?? []) {
      for (const name of input)
        if (name !== "") expect(known.has(name), `${opType} reads ${name}`).toBe(true);
      for (const name of output) {
        expect(known.has(name)).toBe(false);
        known.add(name);
      }
    }
    expect(known.has(model.graph?.output[0]?.name ?? "")).toBe(true);
  });
});
