// `npm run export`: what a run has learnt, for other programs: ONNX, safetensors with PyTorch's names, or a Python file as well.
// An ONNX file is run once in onnxruntime beside the engine before it is offered. Exit code 0 written, 1 not, 2 wrong arguments.

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PlaygroundError, randomFrom } from "../src/core/index.ts";
import { wasmFactory } from "../src/engine/index.ts";
import {
  readCheckpoint,
  readOnnx,
  type TrainedModel,
  writeCheckpoint,
  writeOnnx,
  writeTorch,
} from "../src/exchange/index.ts";
import { loadModelFile } from "./models/files.ts";
import { differenceToEngine } from "./models/predict.ts";
import { wasmInNode } from "./wasm-in-node.ts";

const FORMATS = ["onnx", "safetensors", "torch"] as const;
/** Greatest difference of a probability that is passed over. */
const MOST_DIFFERENCE = 1e-4;
const CHECK_PX = 160;

const USAGE = `Usage: npm run export -- --run DIR|FILE --to onnx|safetensors|torch [--out DIR]
  --run PATH   the folder that npm run train -- --out DIR wrote, its model.safetensors, an ONNX file, or the name of a model that comes along
  --to F       onnx: model.onnx, checked in onnxruntime · safetensors: PyTorch's names and layouts · torch: that, and dbnet.py which loads it
  --out DIR    where it is written (default: beside the run, or here)`;

export async function run(args: readonly string[]): Promise<number> {
  let values: { run?: string; to?: string; out?: string; help?: boolean };
  try {
    values = parseArgs({
      args: [...args],
      options: {
        run: { type: "string" },
        to: { type: "string" },
        out: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (thrown) {
    return wrong(thrown instanceof Error ? thrown.message : String(thrown));
  }
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  const format = FORMATS.find((each) => each === values.to);
  if (values.run === undefined) return wrong("--run is missing.");
  if (format === undefined)
    return wrong(`--to must be one of ${FORMATS.join(", ")}, got "${values.to ?? ""}".`);
  const isFolder = existsSync(values.run) && statSync(values.run).isDirectory();
  const out = values.out ?? (isFolder ? values.run : ".");
  if (!existsSync(out)) return wrong(`--out: there is no folder "${out}".`);
  try {
    await write(loadTrained(isFolder ? join(values.run, "model.safetensors") : values.run), format, out);
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof PlaygroundError)) throw thrown;
    console.error(`${thrown.data.message} ${thrown.data.next} ${thrown.data.cause}`.trim());
    return 1;
  }
}

function wrong(sentence: string): number {
  console.error(`${sentence}\n\n${USAGE}`);
  return 2;
}

function loadTrained(path: string): TrainedModel {
  if (path.endsWith(".safetensors")) {
    if (!existsSync(path))
      throw bad(
        path,
        `There is no file "${path}".`,
        "Train with --out DIR: it writes model.safetensors there.",
      );
    return readCheckpoint(new Uint8Array(readFileSync(path)), path);
  }
  const file = loadModelFile(path);
  const { detector, description } = readOnnx(file.bytes, file);
  if (!detector.ok)
    throw bad(path, detector.error.sentence, "Only networks that can be trained here can be written.");
  return {
    ...detector.value,
    decode: {},
    provenance: { from: file.name, producer: description.producer },
  };
}

async function write(model: TrainedModel, format: (typeof FORMATS)[number], out: string): Promise<void> {
  const save = (name: string, data: Uint8Array | string): void => {
    writeFileSync(join(out, name), data);
    console.log(`${join(out, name)}: ${data.length} bytes`);
  };
  if (format === "onnx") {
    const bytes = writeOnnx(model.graph, model.weights, model);
    const difference = await differenceToEngine(wasmFactory(wasmInNode), model, bytes, patches(), CHECK_PX);
    console.log(
      `onnxruntime and the WASM engine differ by at most ${difference.toExponential(1)} (${CHECK_PX}×${CHECK_PX} px, n = 1 drawn page)`,
    );
    if (!(difference <= MOST_DIFFERENCE)) {
      throw bad(
        "model.onnx",
        `The file would answer differently by ${difference}; ${MOST_DIFFERENCE} is the most.`,
        "Nothing was written.",
      );
    }
    save("model.onnx", bytes);
    return;
  }
  save("model.safetensors", writeCheckpoint(model));
  if (format === "torch") save("dbnet.py", writeTorch(model.graph));
}

/** Rows of dark strokes on light paper, as text looks from afar: a detector answers with more than zeros. */
function patches(): Uint8Array<ArrayBuffer> {
  const image = new Uint8Array(CHECK_PX * CHECK_PX * 4).fill(235);
  const random = randomFrom(1, "export check");
  for (let line = 12; line + 14 < CHECK_PX; line += 30) {
    for (let x = 14; x < CHECK_PX - 20; x += 3 + random.int(4)) {
      const top = line + random.int(5);
      for (let y = top; y < line + 14; y++)
        image.fill(20, (y * CHECK_PX + x) * 4, (y * CHECK_PX + x + 2) * 4);
    }
  }
  return image;
}

function bad(what: string, message: string, next: string): PlaygroundError {
  return new PlaygroundError({ code: "bad-file", message, what, doing: "exporting", next });
}
