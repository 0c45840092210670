import { describe, expect, it } from "vitest";
import { parseAssessArguments } from "./arguments.ts";

const refusal = (...args: string[]): string => {
  const parsed = parseAssessArguments(args);
  return parsed.ok ? "" : parsed.error;
};

describe("npm run assess", () => {
  it("takes what was asked and the lab's defaults for the rest", () => {
    const parsed = parseAssessArguments([
      "--arms",
      "profiler,profiler2",
      "--blocks",
      "12",
      "--preset",
      "balanced",
    ]);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        job: "assess",
        preset: "balanced",
        wishes: { factors: ["profiler", "profiler2"], blocks: 12, minutes: 5, marginPct: 2, seed: 42 },
      },
    });
    expect(parseAssessArguments(["--quick"])).toMatchObject({ value: { job: "quick check" } });
  });

  it("refuses the rest by name", () => {
    expect(refusal("--arms", "polygoncache")).toMatch(/no switchable feature "polygoncache".*polygonCache/);
    expect(refusal("--arms", "profiler,profiler")).toMatch(/twice/);
    expect(refusal("--blocks", "4")).toMatch(/--blocks must be a whole number from 5 to 60; got "4"/);
    expect(refusal("--minutes", "")).toMatch(/--minutes/);
    expect(refusal("--original", "--quick")).toMatch(/choose one/);
    expect(refusal("--nonsense")).toMatch(/nonsense/);
  });
});
