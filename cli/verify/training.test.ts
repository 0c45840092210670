import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { trainingChecks } from "./training.ts";
import type { TrainingChecks } from "./training-checks.ts";
import type { CaseResult } from "./types.ts";

const dir = resolve(import.meta.dirname, "../../../shared/reference");

function read(name: string): Record<string, unknown[]> {
  return JSON.parse(gunzipSync(readFileSync(resolve(dir, `${name}.json.gz`))).toString("utf8"));
}

async function check(
  name: keyof TrainingChecks,
  executor: string,
  document: unknown,
): Promise<readonly CaseResult[]> {
  const found = (await trainingChecks(name)).find((one) => one.executor === executor);
  if (found === undefined || "absent" in found) throw new Error(`there is no executor "${executor}"`);
  return found.check(document, { dir });
}

const asked = (results: readonly CaseResult[]) => results.filter(({ outside }) => outside === undefined);

describe.skipIf(!existsSync(dir)).each(["tfjs-cpu", "wasm"])("training checks on %s", (executor) => {
  it("pass on a sample, and fail when an expected value is changed a little", async () => {
    const losses = read("losses");
    const cases = (losses.cases ?? []).slice(0, 2) as {
      expected: { seed_masks: { values: { dice: number; l1: number } } };
    }[];
    const good = await check("losses", executor, { ...losses, cases });
    expect(asked(good).map(({ passed }) => passed)).toEqual([true, true]);
    for (const part of ["dice", "l1"] as const) {
      const [first] = structuredClone(cases);
      if (first === undefined) throw new Error("the file has cases");
      first.expected.seed_masks.values[part] *= 1.001;
      const [bad] = asked(await check("losses", executor, { ...losses, cases: [first] }));
      expect(bad).toMatchObject({ passed: false, says: expect.stringContaining(part) });
    }
  });

  it("name what the product's graph has no word for, and check the rest", async () => {
    const ops = read("ops");
    const some = {
      ops: ops.ops?.slice(2, 5),
      optimizers: ops.optimizers,
      schedules: ops.schedules,
      grad_clip: ops.grad_clip,
    };
    const results = await check("ops", executor, some);
    const outside = results.filter((result) => result.outside !== undefined).map(({ id }) => id);
    expect(outside).toEqual(["1 conv2d", "optimizer rmsprop", "schedule multistep", "schedule onecycle"]);
    expect(asked(results).filter(({ passed }) => !passed)).toEqual([]);
  });

  it("refuse a document of another shape", async () => {
    await expect(check("goldenTrain", executor, { cases: [{ id: 1 }] })).rejects.toThrow(/id/);
  });
});

describe.skipIf(!existsSync(dir))("what an executor never computes", () => {
  it("is named with its reason, and what it does compute is still checked", async () => {
    const ops = read("ops");
    const some = {
      ops: ops.ops?.filter((one) => /batch_norm|step_function/.test(JSON.stringify(one).slice(0, 40))),
      optimizers: [],
      schedules: [],
      grad_clip: [],
    };
    const results = await check("ops", "wasm", some);
    const outside = results.filter((result) => result.outside !== undefined).map(({ id }) => id);
    expect(outside).toEqual([expect.stringMatching(/step_function$/)]);
    expect(asked(results).length).toBe((some.ops?.length ?? 0) - 1);
    expect(asked(results).filter(({ passed }) => !passed)).toEqual([]);
  });
});
