import { describe, expect, it } from "vitest";
import type { Config } from "../../config/index.ts";
import { synthPlan, synthSetSizes, WORD_COUNT_RANGE } from "./plan.ts";

const data: Config["data"] = {
  set: "synth-tiny",
  kind: "mixed",
  pageSizePx: 192,
  wordsPerPage: 20,
  difficulty: 0.3,
  seed: 1,
  validationShare: 0.2,
  labelSpace: "auto",
};

describe("synthPlan", () => {
  it("has the stated number of pages with ids that differ", () => {
    for (const set of ["synth-tiny", "synth-small", "synth-standard"] as const) {
      const plan = synthPlan({ ...data, set });
      expect(plan.train).toHaveLength(synthSetSizes[set].train);
      expect(plan.validation).toHaveLength(synthSetSizes[set].validation);
      const pages = [...plan.train, ...plan.validation];
      expect(new Set(pages.map((page) => page.id)).size).toBe(pages.length);
      expect(new Set(pages.map((page) => page.seed)).size).toBe(pages.length);
    }
    expect(synthSetSizes).toMatchObject({ "synth-tiny": { train: 16 }, "synth-small": { train: 64 } });
    expect(synthSetSizes["synth-standard"].train).toBe(512);
  });

  it("keeps validation when the seed changes, and changes every training page", () => {
    const one = synthPlan(data);
    const two = synthPlan({ ...data, seed: 2 });
    expect(two.validation).toEqual(one.validation);
    const seeds = new Set(one.train.map((page) => page.seed));
    expect(two.train.filter((page) => seeds.has(page.seed))).toEqual([]);
  });

  it("begins a larger set with the smaller one", () => {
    const small = synthPlan({ ...data, set: "synth-small" });
    expect(small.train.slice(0, 16)).toEqual(synthPlan(data).train);
  });

  it("obeys the dials", () => {
    const mixed = synthPlan({ ...data, set: "synth-standard" }).train;
    expect(new Set(mixed.map((page) => page.kind))).toEqual(
      new Set(["document", "receipt", "sign", "scene"]),
    );
    for (const page of mixed) {
      expect(page.wordCount).toBeGreaterThanOrEqual(20 * WORD_COUNT_RANGE.low);
      expect(page.wordCount).toBeLessThanOrEqual(20 * WORD_COUNT_RANGE.high);
    }
    const receipts = synthPlan({ ...data, kind: "receipt", pageSizePx: 640, difficulty: 0.9 }).train;
    expect(receipts.every((page) => page.kind === "receipt" && page.pageSizePx === 640)).toBe(true);
    expect(receipts.every((page) => page.difficulty === 0.9)).toBe(true);
    expect(synthPlan({ ...data, wordsPerPage: 1 }).train.every((page) => page.wordCount === 1)).toBe(true);
  });

  it("refuses own data by the name of the setting", () => {
    expect(() => synthPlan({ ...data, set: "own" })).toThrow(/own/);
  });
});
