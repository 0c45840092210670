import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { checkGoldenTrain, checkLosses, checkOps } from "./training.ts";

const dir = resolve(import.meta.dirname, "../../../shared/reference");

function read(name: string): Record<string, unknown[]> {
  return JSON.parse(gunzipSync(readFileSync(resolve(dir, `${name}.json.gz`))).toString("utf8"));
}

describe.skipIf(!existsSync(dir))("training checks", () => {
  it("pass on a sample, and fail when an expected value is changed a little", async () => {
    const losses = read("losses");
    const cases = (losses.cases ?? []).slice(0, 2) as {
      expected: { db_logits: { values: { dice: number } } };
    }[];
    const good = await checkLosses({ ...losses, cases }, { dir });
    expect(good.map(({ passed }) => passed)).toEqual([true, true]);
    const [first] = structuredClone(cases);
    if (first === undefined) throw new Error("the file has cases");
    first.expected.db_logits.values.dice *= 1.001;
    const [bad] = await checkLosses({ ...losses, cases: [first] }, { dir });
    expect(bad).toMatchObject({ passed: false, says: expect.stringMatching(/dice/) });
  });

  it("name what the product's graph has no word for, and check the rest", async () => {
    const ops = read("ops");
    const some = {
      ops: ops.ops?.slice(2, 5),
      optimizers: ops.optimizers,
      schedules: ops.schedules,
      grad_clip: [],
    };
    const results = await checkOps(some, { dir });
    const outside = results.filter((result) => result.outside !== undefined).map(({ id }) => id);
    expect(outside).toEqual(["1 conv2d", "optimizer rmsprop", "schedule multistep", "schedule onecycle"]);
    expect(results.filter((result) => result.outside === undefined && !result.passed)).toEqual([]);
  });

  it("refuse a document of another shape", async () => {
    await expect(checkGoldenTrain({ cases: [{ id: 1 }] }, { dir })).rejects.toThrow(/id/);
  });
});
