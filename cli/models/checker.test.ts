// ONNX's own checker, shapes and types included, over the files that are written here. Skipped, and said so, where there is no
// Python with onnx.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { readOnnx, writeOnnx } from "../../src/exchange/index.ts";
import {
  buildGraph,
  type Graph,
  initialWeights,
  MODEL_NAMES,
  PADDLE_PREPROCESSING,
  PRETRAINED_MODELS,
  type Weights,
  withThresholdHead,
} from "../../src/graph/index.ts";
import { loadModelFile } from "./files.ts";
import { pythonWith } from "./python.ts";

const python = pythonWith("onnx");
const names = [...MODEL_NAMES, ...PRETRAINED_MODELS.map(({ name }) => name)];
if (python === undefined)
  console.log("skipped: 1 run of the ONNX checker (no Python with onnx; apt-get install python3-onnx)");

/** What the checker says of each file: "ok", or the first line of its complaint. */
const SCRIPT = `import sys, onnx
for path in sys.argv[1:]:
    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
        print("ok")
    except Exception as refused:
        print(str(refused).strip().splitlines()[0])`;

function networkOf(name: string): { readonly graph: Graph; readonly weights: Weights } {
  if (MODEL_NAMES.includes(name)) {
    const graph = buildGraph(name);
    return { graph, weights: initialWeights(graph, 3) };
  }
  const { detector } = readOnnx(loadModelFile(name).bytes, { name });
  if (!detector.ok) throw new Error(detector.error.sentence);
  // As it is trained further.
  return withThresholdHead(detector.value.graph, detector.value.weights);
}

const writtenAs = (name: string): Uint8Array => {
  const { graph, weights } = networkOf(name);
  const decode = { threshold: 0.3, boxThreshold: 0.6, unclipRatio: 1.5 };
  return writeOnnx(graph, weights, {
    preprocessing: PADDLE_PREPROCESSING,
    decode,
    provenance: { runId: "r" },
  });
};

/** The same file with a lie about the sides of its map. */
function withWrongShape(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const type = model.graph?.output[0]?.type?.value;
  const side = type?.case === "tensorType" ? type.value.shape?.dim[1] : undefined;
  if (side === undefined) throw new Error("the file says no shape");
  side.value = { case: "dimValue", value: 3n };
  return toBinary(ModelProtoSchema, model);
}

describe.skipIf(python === undefined)("the ONNX checker", () => {
  it(`accepts ${names.join(", ")} as written, and refuses one that lies`, () => {
    const folder = mkdtempSync(join(tmpdir(), "checker-"));
    const files = [...names.map(writtenAs), withWrongShape(writtenAs("nano"))];
    const paths = files.map((bytes, i) => {
      const path = join(folder, `${i}.onnx`);
      writeFileSync(path, bytes);
      return path;
    });
    const said = execFileSync(python ?? "", ["-c", SCRIPT, ...paths], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    const lines = said.trim().split("\n");
    expect(lines.slice(0, -1)).toEqual(names.map(() => "ok"));
    expect(lines.at(-1)).toMatch(/shape|dim/i);
  });
});
