// `npm run train` as a person runs it: refusals, a short run with its report, and Ctrl-C.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../../cli/root.ts";
import { buildApp } from "../../cli/serve.ts";

const folder = mkdtempSync(join(tmpdir(), "train-command-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = [
  ["data.set", "synth-tiny"],
  ["data.pageSizePx", "160"],
  ["model.inputSizePx", "64"],
  ["train.batchSize", "2"],
  ["evaluation.every.count", "1000"],
].flatMap(([path, value]) => ["--set", `${path}=${value}`]);

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** `interruptAt`: sends SIGINT when the output contains this. */
function train(args: readonly string[], interruptAt?: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "cli/launch.mjs"), "train", ...args], { cwd: root });
    let output = "";
    let interrupted = false;
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      if (interruptAt !== undefined && !interrupted && output.includes(interruptAt)) {
        interrupted = true;
        child.kill("SIGINT");
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => resolve({ code, output }));
  });
}

describe("npm run train", () => {
  it.each([
    [["--steps", "many"], "--steps"],
    [["--preset", "fast"], "--preset"],
    [["--set", "train.batchSiz=2"], "train.batchSiz"],
    [["--set", "features.polygonCacheBytes=false"], "features.polygonCacheBytes"],
    [["--data", "no/such/folder"], "no/such/folder"],
    [["--nonsense"], "--nonsense"],
  ])("refuses %j with exit code 2 and says why", async (args, text) => {
    const { code, output } = await train(args);
    expect(code).toBe(2);
    expect(output).toContain(text);
  });

  it("makes the steps, scores every page, proves its features and writes the report", async () => {
    await buildApp();
    const report = join(folder, "report.json");
    const { code, output } = await train([
      ...SMALL,
      ...["--steps", "20", "--seed", "7", "--report", report],
      ...["--set", "features.polygonCache=true", "--set", "features.profiler=true"],
    ]);
    expect(output).toContain("Done: 20 steps");
    expect(code).toBe(0);
    const written = JSON.parse(readFileSync(report, "utf8"));
    expect(written).toMatchObject({
      schema: "ocr-training-playground/run-report@1",
      model: { name: "nano", parameters: 92746, inputSizePx: 64 },
      run: { seed: 7, stepsDone: 20, samplesSeen: 40, outcome: "length reached" },
      configuration: { preset: "quick", provenance: { "train.seed": { layer: "command line" } } },
    });
    expect(written.loss).toHaveLength(20);
    expect(written.evaluations).toHaveLength(1);
    expect(written.evaluations[0]).toMatchObject({ step: 20, coverage: { scored: 8, asked: 8 } });
    for (const name of ["mean", "pooled"]) {
      expect(Object.keys(written.evaluations[0].cleval[name]).sort()).toEqual([
        "hmean",
        "precision",
        "recall",
      ]);
      expect(Object.keys(written.evaluations[0].icdarIou[name]).sort()).toEqual([
        "hmean",
        "precision",
        "recall",
      ]);
    }
    for (const stage of ["decode", "targets", "upload", "step", "postprocess", "score"]) {
      expect(written.timing.stages[stage]?.count, stage).toBeGreaterThan(0);
    }
    const proven = written.features
      .filter(({ on, proofOfLife }: { on: boolean; proofOfLife: number }) => on && proofOfLife > 0)
      .map(({ id }: { id: string }) => id);
    expect(proven).toEqual(["polygonCache", "profiler"]);
    const { lookups, hits, misses } = written.cache.polygons;
    expect(hits).toBeGreaterThan(0);
    expect(hits + misses).toBe(lookups);
  });

  it("stops at the end of a step on Ctrl-C and still writes the report", async () => {
    const report = join(folder, "stopped.json");
    const { code } = await train([...SMALL, "--steps", "5000", "--report", report], "step 2");
    expect(code).toBe(0);
    const written = JSON.parse(readFileSync(report, "utf8"));
    expect(written.run.outcome).toBe("stopped");
    expect(written.run.stepsDone).toBe(written.loss.length);
    expect(written.run.stepsDone).toBeLessThan(5000);
  });
});
