// Facts derived from the state: never stored, always asked. Pure; what needs pages or polygons takes the fast data as well.

import { countPage, type EvaluationSummary } from "../client/index.ts";
import {
  type Config,
  checkRules,
  type Field,
  fieldOf,
  type FieldPath,
  type FieldValue,
  leavesOf,
  type Problem,
  plannedSteps,
} from "../config/index.ts";
import type { EvaluationEvent, LiveSettings, Page } from "../protocol/index.ts";
import type { FastData } from "./fast.ts";
import { errorCount } from "./quality-slice.ts";
import { isLive, stepOf } from "./run-state.ts";
import { changedForRestart } from "./settings-slice.ts";
import type { AppState } from "./state.ts";
import { type ScoreVariant, WALL_PAGES, wallStart } from "./view-slice.ts";

const NONE: readonly Field[] = [];

/** Settings that wait for the next reset; empty while nothing runs. */
export function pendingFields({ run, settings }: AppState): readonly Field[] {
  if (run.started === null || !isLive(run.state)) return NONE;
  if (run.state.kind === "paused" && stepOf(run.state) === 0) return NONE;
  return changedForRestart(run.started.config, settings.resolved.config);
}

/** The value of a setting; undefined where it does not exist (prefetch without loaders). */
export function settingOf(state: Pick<AppState, "settings">, path: FieldPath): FieldValue | undefined {
  return leavesOnce(state.settings.resolved.config).get(path);
}

const knownLeaves = new WeakMap<Config, ReturnType<typeof leavesOf>>();

/** Selectors run at every change of the state; a configuration is taken apart once. */
function leavesOnce(config: Config): ReturnType<typeof leavesOf> {
  const known = knownLeaves.get(config) ?? leavesOf(config);
  knownLeaves.set(config, known);
  return known;
}

/** Why a setting matters not at the moment; null when it does. */
export function inapplicable(state: Pick<AppState, "settings">, path: FieldPath): string | null {
  const { applies } = fieldOf(path);
  return applies === undefined || applies.when(state.settings.resolved.config) ? null : applies.sentence;
}

/** Steps the next run will make with the pages of this moment; null before there are any. */
export function stepsAhead({ settings, data }: Pick<AppState, "settings" | "data">): number | null {
  return data.dataset === null ? null : plannedSteps(settings.resolved.config, data.dataset.trainPages);
}

/** What the rules warn of, now that the pages are known; some can say nothing before. */
export function warningsOnPages(
  judged: readonly Problem[],
  config: Config,
  trainPages: number | null,
): readonly Pick<Problem, "path" | "sentence">[] {
  const known = new Set(judged.map(({ path }) => path));
  const found = checkRules(config, trainPages)
    .filter(({ rule }) => rule.severity === "warning")
    .map(({ rule, finding }) => ({ path: rule.fields[0], sentence: finding.sentence }));
  return [...judged, ...found.filter(({ path }) => !known.has(path))];
}

/** Pages of the step clock: samples in a second of training. */
export function pagesPerSecond({ run }: Pick<AppState, "run">): number | null {
  if (run.timing === null || run.started === null) return null;
  const { medianMs } = run.timing.stepMs;
  return medianMs > 0 ? (run.started.config.train.batchSize * 1000) / medianMs : null;
}

/** Milliseconds left, from the median step; null while unknown. */
export function timeLeftMs({ run }: Pick<AppState, "run">): number | null {
  if (run.timing === null || !(run.timing.stepMs.medianMs > 0)) return null;
  return Math.max(0, run.timing.plannedSteps - stepOf(run.state)) * run.timing.stepMs.medianMs;
}

export function latestSummary({ quality }: Pick<AppState, "quality">): EvaluationSummary | null {
  return quality.summaries.at(-1) ?? null;
}

/** The score of one variant and aggregation; both are part of its name. */
export function scoreOf(summary: Pick<EvaluationSummary, "cleval" | "icdarIou">, variant: ScoreVariant) {
  switch (variant) {
    case "cleval mean":
      return summary.cleval.mean;
    case "cleval pooled":
      return summary.cleval.pooled;
    case "iou mean":
      return summary.icdarIou.mean;
    case "iou pooled":
      return summary.icdarIou.pooled;
    default:
      return variant satisfies never;
  }
}

/** Validation pages on the wall, with their index. */
export function wallPages(fast: FastData, pageIndex: number): readonly { index: number; page: Page }[] {
  const start = wallStart(pageIndex);
  const pages = fast.dataset?.validation ?? [];
  return pages.slice(start, start + WALL_PAGES).map((page, i) => ({ index: start + i, page }));
}

/** Index of the validation page with the most errors; null before an evaluation or when all is found. */
export function worstPage(fast: FastData): number | null {
  const { evaluation } = fast;
  if (evaluation === null) return null;
  const known = worstPages.get(evaluation);
  if (known !== undefined) return known;
  const worst = findWorst(fast);
  worstPages.set(evaluation, worst);
  return worst;
}

/** Asked at every change of the state, counted once for each evaluation. */
const worstPages = new WeakMap<EvaluationEvent, number | null>();

function findWorst(fast: FastData): number | null {
  let worst: number | null = null;
  let most = 0;
  for (const [index, page] of (fast.dataset?.validation ?? []).entries()) {
    const evaluation = fast.evaluationOf(page.id);
    if (evaluation === undefined) continue;
    const errors = errorCount(countPage(evaluation));
    if (errors > most) {
      most = errors;
      worst = index;
    }
  }
  return worst;
}

/** The next page with an error in a direction, around the end; null when there is none. */
export function nextErrorPage(fast: FastData, from: number, direction: 1 | -1): number | null {
  const pages = fast.dataset?.validation ?? [];
  for (let i = 1; i <= pages.length; i++) {
    const index = (from + direction * i + pages.length * 2) % pages.length;
    const page = pages[index];
    const evaluation = page === undefined ? undefined : fast.evaluationOf(page.id);
    if (evaluation !== undefined && errorCount(countPage(evaluation)) > 0) return index;
  }
  return null;
}

/** Everything the running run may be told: what is looked at, and the live settings. */
export function liveSettings(state: AppState, fast: FastData): LiveSettings {
  const { config } = state.settings.resolved;
  const { view } = state;
  const watched = view.isInspecting
    ? (fast.dataset?.validation.slice(view.pageIndex, view.pageIndex + 1) ?? [])
    : wallPages(fast, view.pageIndex).map(({ page }) => page);
  return {
    postprocess: config.postprocess,
    polygonCache: config.features.polygonCache,
    imageCache: config.features.imageCache,
    mapCache: config.features.mapCache,
    sampleCache: config.features.sampleCache,
    frozenFeatures: config.features.frozenFeatures,
    profiler: config.features.profiler,
    profilerDepth: config.features.profilerDepth,
    loader: config.loader,
    watched: watched.map(({ id }) => id),
    wantThreshold: view.overlays.threshold,
  };
}
