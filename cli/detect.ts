// `npm run detect`: any ONNX detector on a folder of labelled pages, in Node: scores, timings, boxes as JSON.
// Exit code 0 scored, 1 the model or the pages cannot be used, 2 wrong arguments.

import { existsSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Config } from "../src/config/index.ts";
import { resolveConfig } from "../src/config/index.ts";
import { PlaygroundError } from "../src/core/index.ts";
import { readOnnx } from "../src/exchange/index.ts";
import { type DetectedMap, openSession, readDetections, type SetDetections } from "../src/infer/index.ts";
import type { Score } from "../src/metrics/index.ts";
import { durationStatistics } from "../src/trace/index.ts";
import { loadModelFile } from "./models/files.ts";
import { placePage, readPages } from "./models/pages.ts";

/** Raised when a key of the JSON changes its meaning. */
const SCHEMA = "ocr-training-playground/detections@1";

const USAGE = `Usage: npm run detect -- --model FILE|NAME --data PATH [options]
  --model M          an ONNX file, or ppocrv3-en, ppocrv3-ch, ppocrv4-mobile
  --data PATH        a folder of pages and labels, or one label file
  --images DIR       where the pictures lie, when not beside the labels
  --size N           side of the square that pages are brought to, a multiple of 32 (default 640)
  --threads N        of onnxruntime's WASM build (default: as many as cores, at most 4)
  --threshold T      a pixel is text above this
  --box-threshold T  a box stays from this mean probability on
  --unclip R         how far boxes are grown (defaults of the three: what the file says of itself, else PaddleOCR's 0.3, 0.6, 1.5)
  --json FILE        writes scores, timings and every box`;

interface Options {
  readonly model: string;
  readonly data: string;
  readonly images: string | undefined;
  readonly sizePx: number;
  readonly threads: number;
  /** What was asked of reading the map. */
  readonly reading: Reading;
  readonly json: string | undefined;
}

type Reading = Partial<Record<"threshold" | "boxThreshold" | "unclipRatio", number>>;

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === "help") {
    console.log(USAGE);
    return 0;
  }
  if (typeof options === "string") {
    console.error(`${options}\n\n${USAGE}`);
    return 2;
  }
  try {
    await detect(options);
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof PlaygroundError)) throw thrown;
    const { message, next, cause } = thrown.data;
    console.error([message, next, cause.split("\n")[0]].filter((text) => text !== "").join(" "));
    return 1;
  }
}

async function detect(options: Options): Promise<void> {
  const { sizePx } = options;
  const model = loadModelFile(options.model);
  const { description, detector, preprocessing } = readOnnx(model.bytes, model);
  const settings = readingOf(options.reading, description.metadata.get("ocr.decode"));
  const operators = description.operators.map(({ op, count }) => `${op} ${count}`).join(", ");
  console.log(
    `${model.name}: ${description.operatorCount} operators (${operators}), ${description.parameters} parameters`,
  );
  console.log(
    `Pages as ${preprocessing.channels.toUpperCase()}, mean ${preprocessing.mean.join(", ")}, deviation ${preprocessing.deviation.join(", ")}`,
  );
  console.log(detector.ok ? "It can be trained further here." : `${detector.error.sentence} It is only run.`);
  console.log(
    `Map read with threshold ${settings.threshold}, box threshold ${settings.boxThreshold}, unclip ratio ${settings.unclipRatio}`,
  );
  const { pages, dataset } = await readPages(options.data, options.images);
  for (const { file, verdict, reasons } of dataset.reports) {
    if (verdict === "refused") console.error(`${file}: ${reasons.join("; ")}`);
  }
  if (pages.length === 0) {
    throw new PlaygroundError({
      code: "bad-dataset",
      message: `${options.data} has no labelled page that can be read.`,
      what: options.data,
      next: "npm run check-data says what is wrong with each file.",
    });
  }
  const session = await openSession(model.bytes, {
    name: model.name,
    preprocessing,
    threads: options.threads,
  });
  const maps: DetectedMap[] = [];
  const runMs: number[] = [];
  try {
    for (const page of pages) {
      const { image, placement } = await placePage(page, sizePx);
      const start = performance.now();
      const probability = await session.predict(image, sizePx);
      runMs.push(performance.now() - start);
      maps.push({ page, sizePx, probability, placement });
    }
  } finally {
    await session.dispose();
  }
  const result = readDetections(maps, settings);
  const timing = durationStatistics(runMs.slice(1));
  print(maps, result);
  console.log(
    `onnxruntime wasm, ${session.threads} threads: loaded in ${session.createMs.toFixed(0)} ms, first page ${(runMs[0] ?? 0).toFixed(0)} ms, ` +
      (runMs.length > 1
        ? `then median ${timing.medianMs.toFixed(0)} ms a page (n = ${timing.count}, p95 ${timing.p95Ms.toFixed(0)} ms); `
        : "") +
      `post-processing ${(result.postprocessMs / maps.length).toFixed(1)} ms a page`,
  );
  if (options.json === undefined) return;
  const report = {
    schema: SCHEMA,
    model: {
      name: model.name,
      ...description,
      metadata: Object.fromEntries(description.metadata),
      preprocessing,
      trainable: detector.ok,
      reason: detector.ok ? "" : detector.error.sentence,
    },
    settings: { ...settings, sizePx },
    runtime: { provider: "wasm", threads: session.threads, createMs: session.createMs, runMs },
    cleval: result.cleval,
    icdarIou: result.icdarIou,
    pages: result.pages.map((page) => ({
      ...page,
      boxes: page.boxes.map((box) => ({ ...box, polygon: [...box.polygon] })),
    })),
  };
  writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
}

function print(maps: readonly DetectedMap[], result: SetDetections): void {
  const width = Math.max(18, ...maps.map(({ page }) => page.name.length)) + 2;
  const line = (name: string, words: number, boxes: number, cleval: Score, iou: Score): void =>
    console.log(
      name.padEnd(width) +
        [
          String(words),
          String(boxes),
          cleval.hmean.toFixed(4),
          iou.precision.toFixed(4),
          iou.recall.toFixed(4),
          iou.hmean.toFixed(4),
        ]
          .map((cell) => cell.padStart(9))
          .join(""),
    );
  console.log(
    "page".padEnd(width) +
      ["words", "boxes", "CLEval", "IoU P", "IoU R", "IoU hmean"].map((cell) => cell.padStart(9)).join(""),
  );
  result.pages.forEach((page, i) => {
    line(maps[i]?.page.name ?? page.pageId, page.words.length, page.boxes.length, page.cleval, page.icdarIou);
  });
  const words = result.pages.reduce((sum, page) => sum + page.words.length, 0);
  const boxes = result.pages.reduce((sum, page) => sum + page.boxes.length, 0);
  line("mean of pages", words, boxes, result.cleval.mean, result.icdarIou.mean);
  line("pooled over pages", words, boxes, result.cleval.pooled, result.icdarIou.pooled);
}

/** Options, "help", or a sentence saying what is wrong. */
function readOptions(args: readonly string[]): Options | "help" | string {
  let values: Record<string, string | boolean | undefined>;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        model: { type: "string" },
        data: { type: "string" },
        images: { type: "string" },
        size: { type: "string", default: "640" },
        threads: { type: "string" },
        threshold: { type: "string" },
        "box-threshold": { type: "string" },
        unclip: { type: "string" },
        json: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  if (values.help === true) return "help";
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const [model, data, images] = [text("model"), text("data"), text("images")];
  if (model === undefined) return "--model is missing.";
  if (data === undefined) return "--data is missing.";
  if (!existsSync(data)) return `--data: there is no file or folder "${data}".`;
  if (images !== undefined && !(existsSync(images) && statSync(images).isDirectory()))
    return `--images: there is no folder "${images}".`;
  const sizePx = Number(text("size"));
  if (!Number.isInteger(sizePx) || sizePx < 32 || sizePx > 4096 || sizePx % 32 !== 0) {
    return `--size must be a multiple of 32 from 32 to 4096, got "${text("size")}".`;
  }
  const threads = Number(text("threads") ?? Math.min(4, availableParallelism()));
  if (!Number.isInteger(threads) || threads < 1 || threads > 64)
    return `--threads must be a whole number from 1 to 64, got "${text("threads")}".`;
  const given = {
    threshold: text("threshold"),
    boxThreshold: text("box-threshold"),
    unclipRatio: text("unclip"),
  };
  const reading: Reading = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, Number(value)]])),
  );
  const checked = resolveReading(reading);
  if (typeof checked === "string") return checked;
  return {
    model,
    data,
    images,
    sizePx,
    threads,
    reading,
    json: text("json"),
  };
}

/** PaddleOCR's reading of its own detectors. */
const PADDLE = { threshold: 0.3, boxThreshold: 0.6, unclipRatio: 1.5, mode: "quad" };

/** What was asked wins over what the file says of itself, and that over PaddleOCR's; a note that is none is passed over. */
export function readingOf(asked: Reading, note: string | undefined): Config["postprocess"] {
  let noted: unknown;
  try {
    noted = JSON.parse(note ?? "{}");
  } catch {
    noted = {};
  }
  const own = typeof noted === "object" && noted !== null ? noted : {};
  for (const values of [{ ...own, ...asked }, asked]) {
    const settings = resolveReading(values);
    if (typeof settings !== "string") return settings;
  }
  throw new Error("the options were checked before");
}

/** Checked by the table of settings; a sentence where a value is none. */
function resolveReading(values: object): Config["postprocess"] | string {
  const postprocess = { ...PADDLE, ...values };
  const answer = resolveConfig({
    layers: [{ layer: "command line", from: "command line", values: { postprocess } }],
  });
  if (answer.ok) return answer.value.resolved.config.postprocess;
  return answer.error.map(({ path, sentence }) => `${path}: ${sentence}`).join("\n");
}
