import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { checkPostprocess } from "./postprocess.ts";
import { checkRealTargets, checkTargets } from "./targets.ts";
import type { Check } from "./types.ts";

const dir = resolve(import.meta.dirname, "../../../shared/reference");

/** Every `step`-th item of the named list, so that the whole file is left to `npm run verify`. */
function sampled(file: string, list: "cases" | "images", step: number): Record<string, unknown> {
  const document = JSON.parse(gunzipSync(readFileSync(resolve(dir, file))).toString());
  return { ...document, [list]: document[list].filter((_: unknown, i: number) => i % step === 0) };
}

describe("maps and boxes equal the reference files", () => {
  const rows: [string, "cases" | "images", number, Check][] = [
    ["db-targets.json.gz", "cases", 1, checkTargets],
    ["db-targets-real.json.gz", "images", 8, checkRealTargets],
    ["db-postprocess.json.gz", "cases", 2, checkPostprocess],
  ];
  for (const [file, list, step, check] of rows) {
    it.skipIf(!existsSync(resolve(dir, file)))(file, async () => {
      const results = await check(sampled(file, list, step), { dir });
      expect(results.length).toBeGreaterThan(5);
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
    });
  }

  it.skipIf(!existsSync(dir))("a wrong map is noticed", async () => {
    const document = sampled("db-targets.json.gz", "cases", 10);
    const [, second, ...others] = document.cases as { polygons: number[][][] }[];
    const moved = second?.polygons.map((polygon) => polygon.map(([x = 0, y = 0]) => [x + 3, y]));
    const results = await checkTargets(
      { ...document, cases: [{ ...second, polygons: moved }, ...others] },
      { dir },
    );
    expect(results[0]?.passed).toBe(false);
  });
});
