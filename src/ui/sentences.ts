// The sentences above every dense thing: what a wall, a chart, a bar shows, in words, kept current. Pure; strings of the
// screen that depend on data live here, so that they can be tested and one day translated.

import type { ErrorCode } from "../core/index.ts";
import type { RaceOutcome, RaceStep, RunState } from "../protocol/index.ts";
import type { EvaluationSummary, PageCounts, ScoreVariant } from "../store/index.ts";
import { count, duration, loss, plural, score, significant } from "./format.ts";

/** "52 of 61 words found, 4 false, 5 missed. Worst page: 7. Evaluated at step 400." */
export function wallSentence(summary: EvaluationSummary | null, worstPage: number | null): string {
  if (summary === null) return "";
  const { found, total, missed, falseBoxes } = summary.words;
  const worst = worstPage === null ? "" : ` Worst page: ${worstPage + 1}.`;
  return `${count(found)} of ${plural(total, "word")} found, ${count(falseBoxes)} false, ${count(missed)} missed.${worst} Evaluated at step ${count(summary.step)}.`;
}

/** Name of a tile: "Page 3, 4 of 6 words found, 1 false". */
export function tileName(pageNumber: number, counts: PageCounts | null, words: number): string {
  if (counts === null) return `Page ${pageNumber}, ${plural(words, "word")}, not evaluated yet`;
  const wrong = counts.falseBoxes > 0 ? `, ${count(counts.falseBoxes)} false` : "";
  return `Page ${pageNumber}, ${count(counts.found)} of ${plural(counts.words, "word")} found${wrong}`;
}

/** What the run does now. */
export function stateSentence(state: RunState): string {
  switch (state.kind) {
    case "idle":
      return "Ready. Press Train.";
    case "preparing":
      return progressSentence(state.doing, state.done, state.total);
    case "running":
      return `Training, step ${count(state.step)}.`;
    case "pausing":
      return `Pausing after step ${count(state.step + 1)}.`;
    case "paused":
      return state.step === 0 ? "Ready. Press Train." : `Paused at step ${count(state.step)}.`;
    case "recovering":
      return `Recovering at step ${count(state.step)}: ${state.doing}.`;
    case "finished":
      return state.reason === "length reached"
        ? `Finished after ${count(state.step)} steps.`
        : `Stopped at step ${count(state.step)}.`;
    case "failed":
      return `Ended by a failure at step ${count(state.step)}.`;
    default:
      return state satisfies never;
  }
}

/** "Drawing pages, 12 of 80." */
export function progressSentence(doing: string, done: number, total: number): string {
  const start = doing.charAt(0).toUpperCase() + doing.slice(1);
  return total > 0 ? `${start}, ${count(done)} of ${count(total)}.` : `${start} …`;
}

export const VARIANT_NAMES: Readonly<Record<ScoreVariant, string>> = {
  "cleval mean": "CLEval mean",
  "cleval pooled": "CLEval pooled",
  "iou mean": "IoU mean",
  "iou pooled": "IoU pooled",
};

/** "hmean 0.610 at step 400, rising." */
export function qualitySentence(steps: readonly number[], hmeans: readonly number[]): string {
  const last = hmeans.at(-1);
  const step = steps.at(-1);
  if (last === undefined || step === undefined) return "No evaluation yet. Press Train.";
  const before = hmeans.at(-2);
  const trend = before === undefined ? "" : `, ${trendWord(before, last, 0.005)}`;
  return `hmean ${score(last)} at step ${count(step)}${trend}.`;
}

/** "Loss 2.31 at step 120, falling." The trend compares the last tenth with the tenth before it. */
export function lossSentence(steps: Float64Array, totals: Float64Array): string {
  const last = totals.at(-1);
  const step = steps.at(-1);
  if (last === undefined || step === undefined) return "No step yet. Press Train.";
  if (!Number.isFinite(last)) return `Loss is ${loss(last)} at step ${count(step)}.`;
  const tenth = Math.floor(totals.length / 10);
  if (tenth < 2) return `Loss ${loss(last)} at step ${count(step)}.`;
  const recent = mean(totals.subarray(-tenth));
  const former = mean(totals.subarray(-2 * tenth, -tenth));
  return `Loss ${loss(last)} at step ${count(step)}, ${trendWord(former, recent, former * 0.01)}.`;
}

function trendWord(before: number, after: number, margin: number): string {
  if (after > before + margin) return "rising";
  return after < before - margin ? "falling" : "level";
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** "2 min 10 s left"; "" while unknown. */
export function timeLeftSentence(ms: number | null): string {
  return ms === null ? "" : `${duration(ms)} left`;
}

/** A heading for each kind of failure; the sentence itself comes with the error. */
export const ERROR_HEADINGS: Readonly<Record<ErrorCode, string>> = {
  "no-webgpu": "This browser has no WebGPU",
  "adapter-refused": "The GPU was refused",
  "device-lost": "The GPU was reset",
  "out-of-memory": "Out of memory",
  shader: "A GPU program could not be built",
  "not-finite": "The loss is no longer a number",
  "bad-config": "A setting is not right",
  "bad-file": "A file cannot be read",
  "bad-dataset": "These pages cannot be used",
  unsupported: "Not possible here",
  "worker-died": "A part of the program stopped",
  cancelled: "Cancelled",
  internal: "Something went wrong",
};

/** "webgpu is 21.3 times as fast as tfjs-webgpu [19.8, 22.9], 20 pairs; their losses differ by at most 0.002 %." */
export function raceSentence(
  engines: readonly [string, string],
  steps: readonly RaceStep[],
  outcome: RaceOutcome | null,
): string {
  if (outcome === null) return `${plural(steps.length, "step")} of each so far.`;
  const { ratio, lossDifference } = outcome;
  if (ratio.n === 0) return "Stopped in the warm-up: nothing was counted.";
  const isFirstFaster = ratio.mean < 1;
  const [fast, slow] = isFirstFaster ? engines : [engines[1], engines[0]];
  const times = (value: number): number => (isFirstFaster ? 1 / value : value);
  const [low, high] = [times(ratio.ciLow), times(ratio.ciHigh)].sort((a, b) => a - b);
  const losses = `Their losses differ by at most ${(lossDifference * 100).toPrecision(2)} %.`;
  const pairs = plural(ratio.n, "pair of steps", "pairs of steps");
  if (low === undefined || high === undefined || Number.isNaN(low))
    return `${fast} took less time in ${pairs}: too few to say how sure that is. ${losses}`;
  if (low <= 1) return `No difference in speed that ${pairs} can tell. ${losses}`;
  const interval = `[${significant(low)}, ${significant(high)}]`;
  return `${fast} is ${significant(times(ratio.mean))} times as fast as ${slow}, 95 % interval ${interval} over ${pairs}. ${losses}`;
}
