import { describe, expect, it } from "vitest";
import type { ErrorData } from "../core/index.ts";
import type { RunState } from "../protocol/index.ts";
import { isActive, isLive, nextRunState, type RunAction, stepOf } from "./run-state.ts";

const error: ErrorData = {
  code: "internal",
  message: "x",
  what: "",
  doing: "",
  kept: "",
  next: "",
  cause: "",
};

const states: Readonly<Record<RunState["kind"], RunState>> = {
  idle: { kind: "idle" },
  preparing: { kind: "preparing", doing: "compiling", done: 1, total: 2 },
  running: { kind: "running", step: 5 },
  pausing: { kind: "pausing", step: 5 },
  paused: { kind: "paused", step: 5 },
  recovering: { kind: "recovering", step: 5, doing: "a new device" },
  finished: { kind: "finished", step: 5, reason: "stopped" },
  failed: { kind: "failed", step: 5, error },
};

const same = (kind: RunState["kind"]): RunState => states[kind];
const starting: RunState = { kind: "preparing", doing: "starting the run", done: 0, total: 0 };
const asked = {
  start: { kind: "start asked" },
  pause: { kind: "pause asked" },
  resume: { kind: "resume asked" },
} as const;

/** Every state with every command: what the screen shows at once. */
const table: readonly [RunState["kind"], RunAction, RunState][] = [
  ["idle", asked.start, starting],
  ["preparing", asked.start, same("preparing")],
  ["running", asked.start, same("running")],
  ["pausing", asked.start, same("pausing")],
  ["paused", asked.start, starting],
  ["recovering", asked.start, same("recovering")],
  ["finished", asked.start, starting],
  ["failed", asked.start, starting],
  ["idle", asked.pause, same("idle")],
  ["preparing", asked.pause, same("preparing")],
  ["running", asked.pause, { kind: "pausing", step: 5 }],
  ["pausing", asked.pause, same("pausing")],
  ["paused", asked.pause, same("paused")],
  ["recovering", asked.pause, same("recovering")],
  ["finished", asked.pause, same("finished")],
  ["failed", asked.pause, same("failed")],
  ["idle", asked.resume, same("idle")],
  ["preparing", asked.resume, same("preparing")],
  ["running", asked.resume, same("running")],
  ["pausing", asked.resume, same("pausing")],
  ["paused", asked.resume, { kind: "running", step: 5 }],
  ["recovering", asked.resume, same("recovering")],
  ["finished", asked.resume, same("finished")],
  ["failed", asked.resume, same("failed")],
];

describe("run state", () => {
  it.each(table)("%s, %o", (from, action, expected) => {
    expect(nextRunState(states[from], action)).toEqual(expected);
  });

  it("takes the trainer's word, whatever was shown", () => {
    for (const from of Object.values(states)) {
      if (from.kind === "pausing") continue;
      for (const state of Object.values(states)) {
        expect(nextRunState(from, { kind: "reported", state })).toEqual(state);
      }
    }
  });

  it("keeps showing an asked pause until the trainer has paused", () => {
    const still = nextRunState(states.pausing, { kind: "reported", state: { kind: "running", step: 6 } });
    expect(still).toEqual({ kind: "pausing", step: 6 });
    expect(nextRunState(still, { kind: "reported", state: states.paused })).toEqual(states.paused);
  });

  it("moves the step forward only, and only while a run goes on", () => {
    const seen = (state: RunState, step: number) => nextRunState(state, { kind: "step seen", step });
    expect(seen(states.running, 9)).toEqual({ kind: "running", step: 9 });
    expect(seen(states.running, 3)).toEqual(states.running);
    expect(seen(states.paused, 9)).toEqual(states.paused);
  });

  it("a failure and a reset are possible everywhere", () => {
    for (const state of Object.values(states)) {
      expect(nextRunState(state, { kind: "failed", error })).toEqual({
        kind: "failed",
        step: stepOf(state),
        error,
      });
      expect(nextRunState(state, { kind: "reset" })).toEqual({ kind: "idle" });
    }
  });

  it("knows when the trainer works and when it holds a run", () => {
    const kinds = (test: (state: RunState) => boolean) =>
      Object.values(states)
        .filter(test)
        .map(({ kind }) => kind);
    expect(kinds(isActive)).toEqual(["preparing", "running", "pausing", "recovering"]);
    expect(kinds(isLive)).toEqual(["preparing", "running", "pausing", "paused", "recovering", "finished"]);
  });
});
