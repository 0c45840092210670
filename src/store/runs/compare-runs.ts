// Runs against each other: which settings differ, and groups that share all settings but one, with intervals over seeds. Pure.

import { findField, FIELDS } from "../../config/index.ts";
import { type MeanInterval, meanInterval } from "../../trace/index.ts";
import type { ScoreVariant } from "../view-slice.ts";
import { bestOf, type RunRecord, settingIn } from "./run-record.ts";

type Value = string | number | boolean;

export interface Difference {
  readonly path: string;
  /** For people; the path where today's table has no such setting. */
  readonly label: string;
  /** Undefined where the setting did not exist (prefetch without loaders). */
  readonly from: Value | undefined;
  readonly to: Value | undefined;
}

/** The seed has a column of its own. */
const SEED = "train.seed";

/** What `run` has otherwise than `other`, by path; the seed is left out. */
export function differenceOf(
  run: Pick<RunRecord, "settings">,
  other: Pick<RunRecord, "settings">,
): Difference[] {
  const paths = new Set([...Object.keys(run.settings), ...Object.keys(other.settings)]);
  return [...paths]
    .filter((path) => path !== SEED && settingIn(run, path) !== settingIn(other, path))
    .sort()
    .map((path) => ({
      path,
      label: labelOf(path),
      from: settingIn(other, path),
      to: settingIn(run, path),
    }));
}

export function labelOf(path: string): string {
  return findField(path)?.label ?? path;
}

/** Settings that differ among runs, in the order of the table: what runs can be grouped by. */
export function differingPaths(runs: readonly Pick<RunRecord, "settings">[]): string[] {
  const order = new Map<string, number>(FIELDS.map(({ path }, i) => [path, i]));
  const paths = new Set(runs.flatMap(({ settings }) => Object.keys(settings)));
  return [...paths]
    .filter((path) => path !== SEED && new Set(runs.map((run) => settingIn(run, path))).size > 1)
    .sort((a, b) => (order.get(a) ?? FIELDS.length) - (order.get(b) ?? FIELDS.length));
}

/** Runs with one value of the setting. Numbers are means over seeds; a seed that ran twice counts once. */
export interface GroupRow {
  readonly value: Value | undefined;
  readonly runIds: readonly string[];
  /** Null without an evaluation. */
  readonly hmean: MeanInterval | null;
  readonly stepMs: MeanInterval | null;
  /** Fewest and most steps: runs of unequal length are not compared by their best score. */
  readonly steps: readonly [number, number];
}

/** Runs that share everything but the setting and the seed: settings, pages and engine. */
export interface RunGroup {
  readonly key: string;
  readonly rows: readonly GroupRow[];
  /** Why the scores of this group must not be compared; null when they may. */
  readonly warning: string | null;
}

/** Groups with at least two values first, then by size. Runs that never stepped are not there; ones still running are. */
export function groupRuns(runs: readonly RunRecord[], path: string, variant: ScoreVariant): RunGroup[] {
  const families = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const others = Object.entries(run.settings)
      .filter(([at]) => at !== path && at !== SEED)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([run.dataset.hash, run.engine, others]);
    families.set(key, [...(families.get(key) ?? []), run]);
  }
  return [...families]
    .map(([key, members]) => groupOf(key, members, path, variant))
    .sort((a, b) => b.rows.length - a.rows.length || runsIn(b) - runsIn(a));
}

function runsIn({ rows }: RunGroup): number {
  return rows.reduce((sum, { runIds }) => sum + runIds.length, 0);
}

function groupOf(key: string, members: readonly RunRecord[], path: string, variant: ScoreVariant): RunGroup {
  const byValue = new Map<Value | undefined, RunRecord[]>();
  for (const run of members) {
    const is = settingIn(run, path);
    byValue.set(is, [...(byValue.get(is) ?? []), run]);
  }
  const rows = [...byValue]
    .map(
      ([is, runs]): GroupRow => ({
        value: is,
        runIds: runs.map(({ id }) => id),
        hmean: overSeeds(runs, (run) => bestOf(run, variant)?.hmean),
        stepMs: overSeeds(runs, ({ stepMs }) => stepMs?.median),
        steps: [Math.min(...runs.map(({ steps }) => steps)), Math.max(...runs.map(({ steps }) => steps))],
      }),
    )
    .sort((a, b) => compareValues(a.value, b.value));
  const fewest = Math.min(...rows.map(({ steps }) => steps[0]));
  const most = Math.max(...rows.map(({ steps }) => steps[1]));
  const isLength = path.startsWith("train.length.");
  return {
    key,
    rows,
    warning:
      fewest === most || isLength
        ? null
        : `These runs made ${fewest} to ${most} steps: their best scores come from unequal budgets and are not compared.`,
  };
}

function overSeeds(
  runs: readonly RunRecord[],
  read: (run: RunRecord) => number | undefined,
): MeanInterval | null {
  const bySeed = new Map<number, number[]>();
  for (const run of runs) {
    const got = read(run);
    if (got !== undefined) bySeed.set(run.seed, [...(bySeed.get(run.seed) ?? []), got]);
  }
  const values = [...bySeed.values()].map((same) => same.reduce((sum, one) => sum + one, 0) / same.length);
  return values.length === 0 ? null : meanInterval(values);
}

function compareValues(a: Value | undefined, b: Value | undefined): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : 1;
}
