import { describe, expect, it } from "vitest";
import { DEFAULT_WISHES, resolveOrThrow } from "../../config/index.ts";
import { fakeRunner, type Planted } from "../fake-runner.ts";
import type { AssessWishes } from "../../config/index.ts";
import { assess, type Assessed, conclude, type ReportContext, reportTexts, tableRows } from "../index.ts";

const { config } = resolveOrThrow({ preset: "quick", layers: [] }).resolved;
const context: ReportContext = {
  subject: {
    preset: "quick",
    config,
    differing: [{ path: "train.seed", value: 7, presetValue: 42, from: "--set <b>" }],
    dataset: { name: "receipts & <signs>", hash: "abc", trainPages: 64, validationPages: 16 },
  },
  environment: { browser: "Chrome/1", cores: 2, isIsolated: true, clockMs: 0.005 },
  madeAt: "2026-01-01T00:00:00.000Z",
  link: "http://here/#c=quick&v=1",
};

function run(planted: Planted, wishes: Partial<AssessWishes> = {}): Promise<Assessed> {
  let units = 0;
  const inner = fakeRunner(planted);
  return assess(
    { ...DEFAULT_WISHES, ...wishes },
    {
      runner: { ...inner, runUnit: (request) => inner.runUnit(request).finally(() => units++) },
      onProgress: () => undefined,
      isStopped: () => false,
      now: () => units * 3000,
      resamples: 500,
    },
  );
}

const effectsPct = {
  "polygonCache+cold": 4,
  "polygonCache+warm": -12,
  profiler: 0.2,
  "polygonCache+profiler+cold": 4.2,
  "polygonCache+profiler+warm": -11.8,
};
const goal = { pages: 3272, epochs: 20, cacheBudgetBytes: { polygonCache: 256 * 2 ** 20 } };

describe("the conclusion", () => {
  it("projects cold and warm to the person's set, and says when to switch what on", async () => {
    const { advice, projections, sentence, oneRun } = conclude(
      await run({ seed: 1, noisePct: 0.4, effectsPct }),
      goal,
    );
    expect(advice.map(({ factor, advice }) => [factor, advice])).toEqual([
      ["polygonCache", "turn on"],
      ["profiler", "may stay on"],
    ]);
    const [projection] = projections;
    // (4 + 19 · −12) / 20.
    expect(projection?.difference.mean).toBeCloseTo(-11.2, 0);
    expect(projection).toMatchObject({ paysFromEpochs: 2, fits: true, pages: 3272 });
    // 20 epochs · 818 steps · 40 ms · 11.2 %.
    expect(projection?.savedSeconds.mean).toBeCloseTo(73, -1);
    expect(sentence).toContain("Polygon cache, warm: faster (−1");
    expect(oneRun.map(({ armId }) => armId)).toContain("baseline-again");
  });

  it("does not project to a set that the budget cannot hold", async () => {
    const { projections } = conclude(await run({ seed: 1, noisePct: 0.4, effectsPct }), {
      ...goal,
      cacheBudgetBytes: { polygonCache: 1000 },
    });
    expect(projections[0]).toMatchObject({ fits: false });
    expect(projections[0]?.says).toContain("does not hold");
  });
});

describe("the report", () => {
  it("as JSON has the promised keys, and everything to recompute it from", async () => {
    const assessed = await run({ seed: 2, noisePct: 0.5, effectsPct });
    const { json } = reportTexts(assessed, conclude(assessed, goal), context);
    const report = JSON.parse(json);
    const profiler = report.arms.find(({ id }: { id: string }) => id === "profiler");
    expect(profiler).toMatchObject({
      regime: null,
      n: assessed.blocks.length,
      verdict: "no difference that matters",
    });
    for (const key of ["medianMs", "differencePct", "ciLowPct", "ciHighPct"])
      expect(profiler[key]).toBeTypeOf("number");
    expect(profiler.gates[0]).toMatchObject({ id: "proof", passed: true });
    expect(report.noiseFloor.ciLowPct).toBeLessThan(report.noiseFloor.ciHighPct);
    expect(report.profilerCost).toEqual([
      expect.objectContaining({ depth: 1, n: assessed.blocks.length, differencePct: profiler.differencePct }),
    ]);
    expect(report.raw.blocks).toHaveLength(assessed.blocks.length);
    expect(report.raw.blocks[0]).toHaveLength(7);
    expect(report.raw.blocks[0][0].stepMs).toHaveLength(14 + 32);
  });

  it("prints the gate and no number where a gate failed", async () => {
    const assessed = await run({ seed: 3, noisePct: 0.5, effectsPct, dead: ["profiler"] });
    const { json, markdown, html } = reportTexts(assessed, conclude(assessed, goal), context);
    const profiler = JSON.parse(json).arms.find(({ id }: { id: string }) => id === "profiler");
    expect(profiler).toMatchObject({ verdict: "gate failed", differencePct: null, ciLowPct: null });
    const line = markdown.split("\n").find((text) => text.startsWith("| Profiler |"));
    expect(line).toContain("gate failed: Profiler was to be on");
    expect(line).not.toMatch(/\[[+−]/);
    expect(html).toContain("✗ FAILED: Profiler: Profiler was to be on");
    expect(tableRows(assessed.analysis).find(({ armId }) => armId === "profiler")?.dots).toEqual([]);
  });

  it("as Markdown begins with the columns of the original table", async () => {
    const assessed = await run({ seed: 4, noisePct: 0.5, effectsPct });
    const { markdown } = reportTexts(assessed, conclude(assessed, goal), context);
    const table = markdown.split("\n").filter((line) => line.startsWith("|"));
    expect(table[0]).toBe("| Feature | Status | Time | Overhead | Recommendation |");
    expect(table[2]).toMatch(/^\| Baseline \| proven \| [\d.]+ ms \| — \| — \|$/);
  });

  it("as HTML is one file without scripts or addresses to load, with foreign text as text", async () => {
    const assessed = await run({ seed: 5, noisePct: 0.5, effectsPct });
    const { html } = reportTexts(assessed, conclude(assessed, goal), context);
    expect(html).toContain("receipts &amp; &lt;signs&gt;");
    expect(html).not.toMatch(/<script|<link|src=|@import|url\(/);
    expect(html.match(/<svg/g)).toHaveLength(6);
    expect(html).toContain('href="http://here/#c=quick&amp;v=1"');
  });
});
