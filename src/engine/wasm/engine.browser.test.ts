// The engine as a browser runs it: kernels from the build, in a worker, with helpers as nested workers.

import { describe, expect, it } from "vitest";
import { randomBatch } from "../../../tests/gpu/reference/fixtures.ts";
import { moveReference, referenceState, runPlan } from "../../../tests/gpu/reference/run.ts";
import { type Trained, type TrainingTask, taskSettings } from "../../../tests/wasm/train.worker.ts";
import { planTraining } from "../plan/plan.ts";
import { browserHost } from "./browser-host.ts";

function train(task: TrainingTask): Promise<Trained> {
  const url = new URL("../../../tests/wasm/train.worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  return new Promise<Trained>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<Trained>) => resolve(data));
    worker.addEventListener("error", ({ message }) => reject(new Error(message)));
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}

describe("WASM engine in a browser", () => {
  it("trains as the 64-bit reference does, with the same bits on one thread and on two", async () => {
    const task = { model: "nano", sizePx: 64, batchSize: 1, steps: 3 };
    const one = await train({ ...task, threads: 1 });
    const two = await train({ ...task, threads: 2 });
    expect([one.adapter, two.adapter]).toEqual(["WASM SIMD, 1 thread", "WASM SIMD, 2 threads"]);
    expect(two.losses).toEqual(one.losses);
    expect(two.probability).toEqual(one.probability);
    const settings = taskSettings({ ...task, threads: 1 });
    const plan = planTraining(settings.graph, settings);
    const reference = referenceState(plan, settings.initialWeights);
    for (const [step, { total }] of one.losses.entries()) {
      const expected =
        runPlan(plan, reference.memory, randomBatch(1, 64, step), settings)?.total ?? Number.NaN;
      moveReference(reference, settings, 1e-3);
      expect(Math.abs(total / expected - 1)).toBeLessThan(1e-4);
    }
  });

  it("stays on one thread where it may not wait", () => {
    expect(browserHost(4).threads).toBe(1);
  });
});
