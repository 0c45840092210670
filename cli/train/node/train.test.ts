// `npm run train -- --engine wasm` as a person runs it: without any browser, on drawn and on own pages, and Ctrl-C.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCanvas } from "@napi-rs/canvas";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../../root.ts";
import { parseTrainArguments } from "../arguments.ts";

const folder = mkdtempSync(join(tmpdir(), "train-in-node-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = [
  ["data.set", "synth-tiny"],
  ["data.pageSizePx", "160"],
  ["model.inputSizePx", "64"],
  ["train.batchSize", "2"],
  ["evaluation.every.count", "1000"],
  ["evaluation.every.unit", "steps"],
].flatMap(([path, value]) => ["--set", `${path}=${value}`]);

/** Whoever starts a browser fails at once. */
const env = { ...process.env, CHROME_PATH: "/nowhere/chromium" };

/** `interruptAt`: sends SIGINT when the output contains this. */
function train(
  args: readonly string[],
  interruptAt?: string,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const command = ["--import", "tsx", join(root, "cli/main.ts"), "train", "--engine", "wasm", ...args];
    const child = spawn(process.execPath, command, { cwd: root, env });
    let output = "";
    let isInterrupted = false;
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      if (interruptAt === undefined || isInterrupted || !output.includes(interruptAt)) return;
      isInterrupted = true;
      child.kill("SIGINT");
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => resolve({ code, output }));
  });
}

const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));

describe("npm run train -- --engine wasm", () => {
  it("makes the steps without a browser, scores every page and repeats exactly, whatever the threads", async () => {
    const runs = await Promise.all(
      [1, 2].map(async (threads) => {
        const report = join(folder, `threads-${threads}.json`);
        const asked = ["--steps", "12", "--seed", "7", "--threads", String(threads), "--report", report];
        const features = ["features.polygonCache=true", "features.profiler=true"];
        const set = features.flatMap((each) => ["--set", each]);
        const { code, output } = await train([...SMALL, ...asked, ...set]);
        expect(output).toContain("Done: 12 steps");
        expect(code).toBe(0);
        return read(report);
      }),
    );
    const [one, two] = runs;
    expect(one).toMatchObject({
      schema: "ocr-training-playground/run-report@1",
      engine: "wasm",
      device: { adapter: "WASM SIMD, 1 thread", isSoftware: true },
      run: { seed: 7, stepsDone: 12, samplesSeen: 24, outcome: "length reached" },
    });
    expect(one.device.runtime).toMatch(/^Node [\d.]+, pages drawn by @napi-rs\/canvas [\d.]+$/);
    expect(one.loss).toHaveLength(12);
    expect(one.cacheChoices).toEqual([]);
    expect(one.evaluations[0]).toMatchObject({ step: 12, coverage: { scored: 8, asked: 8 } });
    for (const stage of ["decode", "targets", "forward", "backward", "step", "postprocess", "score"]) {
      expect(one.timing.stages[stage]?.count, stage).toBeGreaterThan(0);
    }
    expect(one.cache.polygons.hits).toBeGreaterThan(0);
    expect(one.loaders).toMatchObject({ failed: 0, doubled: 0, lost: 0 });
    expect(one.loaders.delivered).toBeGreaterThan(0);
    expect(two.device.adapter).toBe("WASM SIMD, 2 threads");
    expect(two.dataset.hash).toBe(one.dataset.hash);
    expect(two.loss).toEqual(one.loss);
    expect(two.evaluations[0].cleval).toEqual(one.evaluations[0].cleval);
  });

  it("trains on a folder of own pages and says what it could not use", async () => {
    const pages = join(folder, "pages");
    mkdirSync(pages, { recursive: true });
    for (let index = 0; index < 5; index++) {
      const canvas = createCanvas(90, 70);
      const context = canvas.getContext("2d");
      context.fillStyle = "#fff";
      context.fillRect(0, 0, 90, 70);
      context.fillStyle = "#000";
      context.fillRect(10, 10 + 5 * index, 60, 20);
      writeFileSync(join(pages, `page${index}.png`), canvas.toBuffer("image/png"));
      const [top, bottom] = [10 + 5 * index, 30 + 5 * index];
      writeFileSync(
        join(pages, `gt_page${index}.txt`),
        `10,${top},70,${top},70,${bottom},10,${bottom},word\n`,
      );
    }
    writeFileSync(join(pages, "torn.png"), "no picture");
    const report = join(folder, "own.json");
    const own = ["--data", pages, "--steps", "3", "--report", report, "--set", "loader.workers=2"];
    own.push("--set", "features.cacheAuto=true");
    const { code, output } = await train([...SMALL, ...own]);
    expect(output).toContain("Done: 3 steps");
    expect(code).toBe(0);
    const written = read(report);
    expect(written.dataset).toMatchObject({ name: "pages", trainPages: 4, validationPages: 1 });
    expect(written.warnings.join("\n")).toContain("torn.png");
    expect(written.cacheChoices).toHaveLength(4);
    expect(written.cacheChoices[0]).toMatch(
      /^Polygon cache: left off\. It needs .*; it takes 50 % and enough room\.$/,
    );
    expect(written.device.runtime).toContain("pages decoded by");
  });

  it("stops at the end of a step on Ctrl-C and still writes the report", async () => {
    const report = join(folder, "stopped.json");
    const { code, output } = await train([...SMALL, "--steps", "500000", "--report", report], "step ");
    expect(output).toContain("Stopped: ");
    expect(code).toBe(0);
    const written = read(report);
    expect(written.run.outcome).toBe("stopped");
    expect(written.run.stepsDone).toBe(written.loss.length);
  });

  it.each([
    [["--steps", "-1"], '--steps must be a whole number of at least 1, got "-1".'],
    [["--threads", "0"], '--threads must be a whole number of at least 1, got "0".'],
  ])("refuses %j in a sentence", (args, sentence) => {
    expect(parseTrainArguments(args)).toEqual({ ok: false, error: sentence });
  });

  it("ends with exit code 1 and the reason when there is nothing to train on", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty, { recursive: true });
    writeFileSync(join(empty, "torn.png"), "no picture");
    const report = join(folder, "failed.json");
    const { code, output } = await train([...SMALL, "--data", empty, "--report", report]);
    expect(code).toBe(1);
    expect(output).toContain("There is no training page");
    expect(output).toContain("torn.png");
    expect(read(report).run.outcome).toBe("failed");
  });
});
