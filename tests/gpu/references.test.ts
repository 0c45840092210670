// The reference vectors on executors that need a browser: PyTorch's operations, losses and whole steps. The compiled engine
// is asked everything that it compiles to few shaders; tfjs is sampled in tfjs-engine.test.ts.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planParts } from "../../cli/verify/executors/plan-parts.ts";
import { webgpuMachines } from "../../cli/verify/executors/webgpu-machine.ts";
import { createTrainingChecks, type TrainingChecks } from "../../cli/verify/training-checks.ts";
import type { CaseResult } from "../../cli/verify/types.ts";
import { requestGpu } from "../../src/engine/webgpu/index.ts";
import { readReference } from "./reference-files.ts";

let checks: TrainingChecks;
const documents = new Map<string, Record<string, unknown> | undefined>();
beforeAll(async () => {
  checks = createTrainingChecks(planParts("webgpu", webgpuMachines(await requestGpu())));
  for (const name of ["losses", "ops", "golden-train"]) documents.set(name, await readReference(name));
});
afterAll(() => documents.clear());

const failed = (results: readonly CaseResult[]) =>
  results.filter(({ passed, outside }) => !passed && outside === undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

describe("webgpu agrees with the references", () => {
  it("losses: every case", async (context) => {
    const file = documents.get("losses");
    if (file === undefined) return context.skip("the reference vectors are not here");
    const results = await checks.losses(file);
    expect(failed(results)).toEqual([]);
    expect(results.filter(({ passed }) => passed)).toHaveLength(list(file.cases).length);
  });

  it("ops: every operation, optimiser, schedule and clipping", async (context) => {
    const file = documents.get("ops");
    if (file === undefined) return context.skip("the reference vectors are not here");
    const results = await checks.ops(file);
    expect(failed(results)).toEqual([]);
    expect(results.filter(({ passed }) => passed).length).toBeGreaterThan(list(file.ops).length / 2);
  });

  it("golden-train: three steps of both networks with every optimiser", async (context) => {
    const file = documents.get("golden-train");
    if (file === undefined) return context.skip("the reference vectors are not here");
    const results = await checks.goldenTrain(file);
    expect(failed(results)).toEqual([]);
    expect(results.filter(({ passed }) => passed)).toHaveLength(2 * 4 * list(file.cases).length);
  });
});
