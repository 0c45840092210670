// What is kept of a run once it is over: settings, seed, scores, step time, two small curves, a note. Plain data; what comes
// back from the browser's storage is foreign and checked.

import { z } from "zod";
import type { FieldPath, FieldValue, ResolvedConfig } from "../../config/index.ts";
import { fieldOf, leavesOf } from "../../config/index.ts";
import type { FastData } from "../fast.ts";
import { scoreOf } from "../selectors.ts";
import type { AppState } from "../state.ts";
import type { ScoreVariant } from "../view-slice.ts";
import { stepOf } from "../run-state.ts";

const VARIANTS: readonly ScoreVariant[] = ["cleval mean", "cleval pooled", "iou mean", "iou pooled"];

/** Points of the loss curve that are kept: enough for a chart, few enough for hundreds of runs. */
export const KEPT_POINTS = 300;

const value = z.union([z.string(), z.number(), z.boolean()]);
const finite = z.number();

const stored = z.object({
  version: z.literal(1),
  id: z.string().min(1).max(200),
  startedAtMs: finite,
  preset: z.enum(["quick", "balanced", "reference"]),
  /** Every setting by its path, as the run began. */
  settings: z.record(z.string(), value),
  /** Settings that were changed while it ran: their first value is in `settings`. */
  changedLive: z.array(z.string()),
  seed: finite,
  dataset: z.object({ name: z.string(), hash: z.string() }),
  engine: z.string(),
  steps: finite,
  end: z.enum(["running", "paused", "length reached", "stopped", "failed", "given up"]),
  /** Median wall time of a step and of how many; null before there is one. */
  stepMs: z.object({ median: finite, n: finite }).nullable(),
  evaluations: z.array(
    z.object({
      step: finite,
      hmean: z.object({
        "cleval mean": finite,
        "cleval pooled": finite,
        "iou mean": finite,
        "iou pooled": finite,
      }),
    }),
  ),
  loss: z.object({ step: z.array(finite), total: z.array(finite) }),
  note: z.string().max(2000),
  isPinned: z.boolean(),
});

export type RunRecord = z.infer<typeof stored>;

/** Null where it is not a run as this version keeps it. */
export function readRecord(foreign: unknown): RunRecord | null {
  const parsed = stored.safeParse(foreign);
  return parsed.success ? parsed.data : null;
}

export function isRunRecord(foreign: unknown): foreign is RunRecord {
  return stored.safeParse(foreign).success;
}

/** The run of this moment; null before its first step. `note` and pin are the person's and come from the record before. */
export function recordOf(
  state: Pick<AppState, "run" | "quality" | "settings" | "data">,
  fast: Pick<FastData, "losses" | "dataset">,
  before: RunRecord | undefined,
): RunRecord | null {
  const { run, quality, settings } = state;
  const { started } = run;
  const steps = stepOf(run.state);
  if (started === null || run.runId === "" || steps === 0) return null;
  return {
    version: 1,
    id: run.runId,
    startedAtMs: run.startedAtMs,
    preset: started.preset,
    settings: Object.fromEntries(leavesOf(started.config)),
    changedLive: changedLive(started, settings.resolved, before),
    seed: started.config.train.seed,
    dataset: before?.dataset ?? {
      name: fast.dataset?.name ?? state.data.dataset?.name ?? "",
      hash: fast.dataset?.hash ?? state.data.dataset?.hash ?? "",
    },
    engine: run.engine === null ? "" : run.engine.label,
    steps,
    end: endOf(state),
    stepMs:
      run.timing !== null && run.timing.stepMs.count > 0
        ? { median: run.timing.stepMs.medianMs, n: run.timing.stepMs.count }
        : null,
    evaluations: quality.summaries.map((summary) => ({
      step: summary.step,
      hmean: Object.fromEntries(
        VARIANTS.map((variant) => [variant, scoreOf(summary, variant).hmean]),
      ) as Record<ScoreVariant, number>,
    })),
    loss: thinned(fast.losses.column("step"), fast.losses.column("total")),
    note: before?.note ?? "",
    isPinned: before?.isPinned ?? false,
  };
}

/** Best score and its step; null without an evaluation after the first step. An untrained network's score is no achievement. */
export function bestOf(
  { evaluations }: Pick<RunRecord, "evaluations">,
  variant: ScoreVariant,
): { readonly hmean: number; readonly step: number } | null {
  let best: { hmean: number; step: number } | null = null;
  for (const { step, hmean } of evaluations) {
    if (step > 0 && (best === null || hmean[variant] > best.hmean)) best = { hmean: hmean[variant], step };
  }
  return best;
}

function endOf({ run }: Pick<AppState, "run">): RunRecord["end"] {
  const { state } = run;
  if (state.kind === "finished") return state.reason;
  if (state.kind === "failed" || state.kind === "paused") return state.kind;
  return state.kind === "idle" ? "given up" : "running";
}

function changedLive(started: ResolvedConfig, now: ResolvedConfig, before: RunRecord | undefined): string[] {
  const first = leavesOf(started.config);
  const changed = [...leavesOf(now.config)]
    .filter(([path, is]) => fieldOf(path).takesEffect === "live" && first.get(path) !== is)
    .map(([path]) => path);
  return [...new Set<string>([...(before?.changedLive ?? []), ...changed])].sort();
}

/** Evenly spread points with the first and the last; losses that are no numbers cannot be kept as such and are left out. */
function thinned(steps: ArrayLike<number>, totals: ArrayLike<number>): RunRecord["loss"] {
  const count = Math.min(KEPT_POINTS, steps.length);
  const step: number[] = [];
  const total: number[] = [];
  for (let i = 0; i < count; i++) {
    const at = count === 1 ? 0 : Math.round((i * (steps.length - 1)) / (count - 1));
    const loss = totals[at] ?? Number.NaN;
    if (!Number.isFinite(loss)) continue;
    step.push(steps[at] ?? 0);
    total.push(loss);
  }
  return { step, total };
}

/** The address's hash that opens the settings of a run; what today's table no longer knows gets a notice when it is opened. */
export function linkOf({ preset, settings }: Pick<RunRecord, "preset" | "settings">): string {
  const parts = Object.entries(settings).map(([path, is]) => `${path}=${encodeURIComponent(String(is))}`);
  return `#${[`c=${preset}`, ...parts, "v=1"].join("&")}`;
}

/** A setting of a record: paths are foreign, so a path of the table need not be there. */
export function settingIn(record: Pick<RunRecord, "settings">, path: string): FieldValue | undefined {
  return Object.hasOwn(record.settings, path) ? record.settings[path as FieldPath] : undefined;
}
