// What PyTorch makes of the exported network: the generated dbnet.py with the weights file, against the engine and onnxruntime.
// Skipped, and said so, where there is no Python with torch.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  readCheckpoint,
  readOnnx,
  readSafetensors,
  writeCheckpoint,
  writeOnnx,
  writeTorch,
} from "../../src/exchange/index.ts";
import { withThresholdHead } from "../../src/graph/index.ts";
import { loadModelFile } from "./files.ts";
import { wasmFactory } from "../../src/engine/index.ts";
import { wasmInNode } from "../wasm-in-node.ts";
import { greatestDifference, predictByEngine, predictInOnnxruntime } from "./predict.ts";
import { pythonWith } from "./python.ts";

const python = pythonWith("torch");
const hasTorch = python !== undefined;
if (!hasTorch)
  console.log("skipped: 1 comparison with PyTorch (no Python with torch; apt-get install python3-torch)");

const file = loadModelFile("ppocrv3-en");
const { detector } = readOnnx(file.bytes, file);
if (!detector.ok) throw new Error(detector.error.sentence);
const both = withThresholdHead(detector.value.graph, detector.value.weights);
const model = {
  ...both,
  preprocessing: detector.value.preprocessing,
  decode: {},
  provenance: { from: file.name },
};

describe("weights for PyTorch", () => {
  it("a checkpoint read again is the same network with the same weights", () => {
    const again = readCheckpoint(writeCheckpoint(model), "model.safetensors");
    expect(again.graph).toEqual(model.graph);
    for (const [name, values] of model.weights) {
      expect(
        Buffer.from(again.weights.get(name)?.buffer ?? new ArrayBuffer(0)).equals(Buffer.from(values.buffer)),
        name,
      ).toBe(true);
    }
  });

  it("a file that is cut off or lies is refused with the reason", () => {
    const bytes = writeCheckpoint(model);
    expect(() => readSafetensors(bytes.subarray(0, bytes.length - 4), "x")).toThrow(/does not fit its place/);
    expect(() => readSafetensors(bytes.subarray(0, 5), "x")).toThrow(/less than eight bytes/);
    expect(() => readSafetensors(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 0), "x")).toThrow(
      /claims/,
    );
  });

  it.skipIf(!hasTorch)(
    "torch answers as the engine and onnxruntime do, within 1e-4",
    async ({ annotate }) => {
      const folder = mkdtempSync(join(tmpdir(), "torch-"));
      writeFileSync(join(folder, "model.safetensors"), writeCheckpoint(model));
      writeFileSync(join(folder, "dbnet.py"), writeTorch(model.graph));
      // Rows of strokes, so that the map is not all zeros.
      const image = Uint8Array.from({ length: 64 * 64 * 4 }, (_, i) => {
        const [x, y] = [(i >> 2) % 64, i >> 8];
        return x % 5 < 2 && y % 32 > 9 && y % 32 < 22 ? 20 : 235;
      });
      const { mean, deviation } = model.preprocessing;
      const page = new Float32Array(3 * 64 * 64).map((_, i) => {
        const channel = Math.floor(i / 4096);
        return (
          ((image[(i % 4096) * 4 + channel] ?? 0) / 255 - (mean[channel] ?? 0)) / (deviation[channel] ?? 1)
        );
      });
      writeFileSync(join(folder, "page.bin"), new Uint8Array(page.buffer));
      const script = `import torch, dbnet
page = torch.frombuffer(bytearray(open("page.bin","rb").read()), dtype=torch.float32).reshape(1, 3, 64, 64)
with torch.no_grad():
    open("map.bin","wb").write(torch.sigmoid(dbnet.load("model.safetensors")(page)).numpy().tobytes())`;
      execFileSync(python ?? "", ["-c", script], { cwd: folder, stdio: "inherit" });
      const map = new Float32Array(new Uint8Array(readFileSync(join(folder, "map.bin"))).buffer);
      const written = writeOnnx(model.graph, model.weights, model);
      const engine = await predictByEngine(wasmFactory(wasmInNode), model, image, 64);
      expect(Math.max(...engine)).toBeGreaterThan(0.1);
      const toEngine = greatestDifference(engine, map);
      const toRuntime = greatestDifference(
        await predictInOnnxruntime(written, model.preprocessing, image, 64),
        map,
      );
      await annotate(
        `torch differs by at most ${toEngine.toExponential(1)} from the engine, ${toRuntime.toExponential(1)} from onnxruntime`,
      );
      expect(toEngine).toBeLessThan(1e-4);
      expect(toRuntime).toBeLessThan(1e-4);
    },
  );
});
