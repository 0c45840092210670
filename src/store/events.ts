// One event of the trainer put into the store and the fast data beside it. Events of a former run are dropped and counted.

import type { TrainerEvent } from "../protocol/index.ts";
import type { FastData } from "./fast.ts";
import { withEntry } from "./log-slice.ts";
import { withEvaluation } from "./quality-slice.ts";
import { withSpans } from "./profiler-slice.ts";
import { withFeatures, withState, withTiming } from "./run-slice.ts";
import type { AppState } from "./state.ts";

/** The next state. `fast` is changed in place; the revisions in the state tell that it was. */
export function applyEvent(state: AppState, fast: FastData, event: TrainerEvent, nowMs: number): AppState {
  const { run, quality, log } = state;
  if (event.runId !== run.runId) return { ...state, run: { ...run, staleEvents: run.staleEvents + 1 } };
  switch (event.kind) {
    case "state":
      return { ...state, run: withState(run, { kind: "reported", state: event.state }) };
    case "engine":
      return { ...state, run: { ...run, engine: event.info } };
    case "losses": {
      fast.losses.push(event.points);
      const step = event.points.at(-1)?.step ?? 0;
      const stepped = withState(run, { kind: "step seen", step });
      return { ...state, run: { ...stepped, lossRevision: run.lossRevision + 1 } };
    }
    case "evaluation":
      fast.takeEvaluation(event);
      return { ...state, quality: withEvaluation(quality, event) };
    case "frames":
      fast.takeFrames(event);
      return { ...state, quality: { ...quality, revision: quality.revision + 1 } };
    case "timing":
      return { ...state, run: withTiming(run, event) };
    case "spans": {
      const own = fast.recorder.takeBatch();
      if (own !== null) fast.spans.take(own, 0, "page");
      if (event.batch !== null) fast.spans.take(event.batch, fast.trainerClock.offsetMs, "trainer");
      return { ...state, profiler: withSpans(state.profiler, event) };
    }
    case "features":
      return { ...state, run: withFeatures(run, event) };
    case "log": {
      const { level, source, text } = event;
      return { ...state, log: withEntry(log, { timeMs: nowMs, level, source, text }) };
    }
    default:
      return event satisfies never;
  }
}
