// The state of a run as the screen sees it: pure transitions from what was asked and what the trainer reports.
// The trainer's word is final; a command only shows at once that it was heard (preparing, pausing).

import type { ErrorData } from "../core/index.ts";
import type { RunState } from "../protocol/index.ts";

export type RunAction =
  | { readonly kind: "start asked" }
  | { readonly kind: "pause asked" }
  | { readonly kind: "resume asked" }
  | { readonly kind: "reset" }
  | { readonly kind: "reported"; readonly state: RunState }
  | { readonly kind: "step seen"; readonly step: number }
  | { readonly kind: "failed"; readonly error: ErrorData };

/** The state after an action. An action that makes no sense in a state leaves it as it is. */
export function nextRunState(state: RunState, action: RunAction): RunState {
  switch (action.kind) {
    case "start asked":
      return isActive(state) ? state : { kind: "preparing", doing: "starting the run", done: 0, total: 0 };
    case "pause asked":
      return state.kind === "running" ? { kind: "pausing", step: state.step } : state;
    case "resume asked":
      return state.kind === "paused" ? { kind: "running", step: state.step } : state;
    case "reset":
      return { kind: "idle" };
    case "reported":
      // A pause that was asked for stays visible until the trainer has paused.
      if (state.kind === "pausing" && action.state.kind === "running")
        return { kind: "pausing", step: action.state.step };
      return action.state;
    case "step seen":
      return state.kind === "running" || state.kind === "pausing"
        ? { ...state, step: Math.max(state.step, action.step) }
        : state;
    case "failed":
      return { kind: "failed", step: stepOf(state), error: action.error };
    default:
      return action satisfies never;
  }
}

/** Whether the trainer works for this run right now. */
export function isActive(state: RunState): boolean {
  switch (state.kind) {
    case "preparing":
    case "running":
    case "pausing":
    case "recovering":
      return true;
    case "idle":
    case "paused":
    case "finished":
    case "failed":
      return false;
    default:
      return state satisfies never;
  }
}

/** Whether the trainer holds a run that live settings can reach. */
export function isLive(state: RunState): boolean {
  return isActive(state) || state.kind === "paused" || state.kind === "finished";
}

/** The last step of the run, 0 before the first. */
export function stepOf(state: RunState): number {
  return "step" in state ? state.step : 0;
}
