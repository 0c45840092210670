// What a screen reader hears: events at once, the state of training at most once in ten seconds. Pure: given what was and what
// is, the sentence to say or null.

import { type AppState, isActive, latestSummary } from "../store/index.ts";
import { score } from "./format.ts";
import { stateSentence, wallSentence } from "./sentences.ts";

export const QUIET_MS = 10_000;

export interface Announcement {
  readonly text: string;
  /** Events are said at once; the rest waits for its turn. */
  readonly isEvent: boolean;
}

export function announce(before: AppState, now: AppState): Announcement | null {
  const was = before.run.state.kind;
  const is = now.run.state.kind;
  if (was !== is && is !== "preparing" && is !== "pausing") {
    if (is === "running" && was === "pausing") return null;
    return { text: is === "running" ? "Training." : stateSentence(now.run.state), isEvent: true };
  }
  if (now.error !== null && now.error !== before.error) return { text: now.error.message, isEvent: true };
  if (before.data.revision !== now.data.revision) return { text: "The pages are ready.", isEvent: true };
  const summary = latestSummary(now);
  if (summary === null || summary === latestSummary(before)) return null;
  const best = Math.max(-1, ...before.quality.summaries.map(({ cleval }) => cleval.mean.hmean));
  const { hmean } = summary.cleval.mean;
  if (isActive(now.run.state) && before.quality.summaries.length > 1 && hmean > best + 0.01) {
    return {
      text: `New best CLEval hmean (mean of pages) ${score(hmean)}. ${wallSentence(summary, null)}`,
      isEvent: false,
    };
  }
  return { text: wallSentence(summary, null), isEvent: false };
}
