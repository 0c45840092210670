// Runs the metrics over the reference outputs of the original implementations, in place. Skipped where they are absent.

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { checkDetEval, checkIcdarIou } from "../../cli/verify/evaluation.ts";
import { checkCleval } from "../../cli/verify/evaluation-cleval.ts";

const dir = resolve(import.meta.dirname, "../../../shared/reference");
const FILES = [
  ["eval-iou.json", checkIcdarIou],
  ["eval-deteval.json", checkDetEval],
  ["eval-cleval-upstream-quad.json.gz", checkCleval],
  ["eval-cleval-seed-poly.json.gz", checkCleval],
] as const;

describe.each(FILES)("%s", (name, check) => {
  const path = join(dir, name);
  it.skipIf(!existsSync(path))("agrees case by case", async () => {
    const bytes = readFileSync(path);
    const text = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
    const results = await check(JSON.parse(text), { dir });
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.length).toBeGreaterThan(100);
  });
});
