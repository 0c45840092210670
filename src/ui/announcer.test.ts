import { describe, expect, it } from "vitest";
import type { RunState } from "../protocol/index.ts";
import { type AppState, createPlayground, readView } from "../store/index.ts";
import { announce } from "./announcer.ts";

const never = () => new Promise<never>(() => undefined);
const lab = {
  start: never,
  watchVisible: () => () => undefined,
  environment: () => ({ browser: "", cores: 1, isIsolated: true, clockMs: 1 }),
  address: () => "",
};
const machine = {
  startTrainer: never,
  startData: never,
  startInfer: never,
  nowMs: () => 0,
  soon: (work: () => void) => work(),
  newRunId: () => "",
  lab,
};
const rest = createPlayground(
  machine,
  readView({ getItem: () => null, setItem: () => undefined }),
).store.getState();
const inState = (state: RunState): AppState => ({ ...rest, run: { ...rest.run, state } });

describe("announcements", () => {
  it("tell events at once", () => {
    const running = inState({ kind: "running", step: 1 });
    expect(announce(rest, running)).toEqual({ text: "Training.", isEvent: true });
    expect(announce(running, inState({ kind: "paused", step: 9 }))).toEqual({
      text: "Paused at step 9.",
      isEvent: true,
    });
  });

  it("never speak of a step or of progress", () => {
    const at = (step: number) => inState({ kind: "running", step });
    expect(announce(at(1), at(2))).toBeNull();
    const preparing = (done: number) => inState({ kind: "preparing", doing: "compiling", done, total: 9 });
    expect(announce(rest, preparing(0))).toBeNull();
    expect(announce(preparing(0), preparing(1))).toBeNull();
  });
});
