// "As in the original report": its protocol run faithfully, and what this run's own counters say about what it can show.
// One epoch, 5 train and 3 validation batches, empty caches, everything built anew, fixed order, n = 1, whole wall time.

import type { Arm } from "./plan.ts";
import { armsOf } from "./plan.ts";
import { DEFAULT_FACTORS } from "../config/index.ts";
import { signed } from "./gates.ts";
import type { OriginalRun, Runner } from "./runner.ts";

export const ORIGINAL_BATCHES = { train: 5, validation: 3 } as const;

export interface OriginalRow {
  readonly run: OriginalRun;
  /** What the report would have printed. */
  readonly overheadPct: number | null;
}

export interface OriginalOutcome {
  readonly rows: readonly OriginalRow[];
  /** Why it could not answer, each with a number of this very run. */
  readonly reasons: readonly string[];
}

/** Baseline, cache, profiler, both: in this order, once. */
export function originalArms(): Arm[] {
  return armsOf(DEFAULT_FACTORS)
    .filter(({ role, regime }) => role !== "again" && regime !== "warm")
    .sort((a, b) => place(a) - place(b));
}

function place({ factors }: Arm): number {
  return ["", "polygonCache", "profiler"].includes(factors.join())
    ? ["", "polygonCache", "profiler"].indexOf(factors.join())
    : 3;
}

export async function runOriginal(
  runner: Runner,
  onProgress: (doing: string, done: number, total: number) => void,
): Promise<OriginalOutcome> {
  const arms = originalArms();
  const runs: OriginalRun[] = [];
  for (const arm of arms) {
    onProgress(arm.label, runs.length, arms.length);
    runs.push(await runner.runOriginal(arm, ORIGINAL_BATCHES));
  }
  const baselineMs = runs[0]?.wallMs ?? Number.NaN;
  const rows = runs.map((run, i) => ({
    run,
    overheadPct: i === 0 ? null : 100 * (run.wallMs / baselineMs - 1),
  }));
  return { rows, reasons: reasonsOf(rows) };
}

function reasonsOf(rows: readonly OriginalRow[]): string[] {
  const runs = rows.map(({ run }) => run);
  const cached = runs.filter(({ arm }) => arm.regime !== null);
  const lookups = cached.reduce((sum, { cache }) => sum + cache.lookups, 0);
  const hits = cached.reduce((sum, { cache }) => sum + cache.hits, 0);
  const wall = runs.reduce((sum, { wallMs }) => sum + wallMs, 0);
  const train = runs.reduce((sum, { trainMs }) => sum + trainMs, 0);
  const claims = rows.flatMap(({ overheadPct, run }) =>
    overheadPct === null ? [] : [`${run.arm.label} ${signed(overheadPct)} %`],
  );
  const spans =
    runs.find(({ arm }) => arm.factors.join() === "profiler")?.counters.find(({ id }) => id === "profiler")
      ?.moved ?? 0;
  const scores = [...new Set(runs.map(({ hmean }) => (hmean === null ? "none" : hmean.toFixed(3))))];
  const share = (part: number): string => `${((100 * part) / wall).toFixed(0)} %`;
  return [
    `It would have reported ${claims.join(", ")}. Each is one number from one run in a fixed order: there is no spread, so nobody can tell an effect from noise.`,
    `The cache was asked ${lookups} times and answered ${hits}: in a single epoch no page comes a second time, so even a perfect cache can only add its cost.`,
    `Training steps took ${share(train)} of the ${(wall / 1000).toFixed(1)} s measured; the rest is building the engine, starting loaders and scoring, which neither switch touches.`,
    `Nothing was warmed up, and every run built its engine anew: the first of them also paid for what the browser then kept.`,
    `The profiler recorded ${spans} spans here. In the original it never ran, and its cost was reported all the same: nothing there asked for proof of life.`,
    `The score was ${scores.join(", ")} after ${runs[0]?.trainSteps ?? 0} steps: too early to notice a broken arm by its quality.`,
  ];
}
