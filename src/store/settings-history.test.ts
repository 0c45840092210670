import { describe, expect, it } from "vitest";
import { createSettingsHistory } from "./settings-history.ts";
import { initialSettings, type SettingsSlice, withValue } from "./settings-slice.ts";

const rate = (settings: SettingsSlice): number => settings.resolved.config.optimizer.learningRate;
const set = (settings: SettingsSlice, value: number): SettingsSlice =>
  withValue(settings, "optimizer.learningRate", value);

describe("undo of settings", () => {
  it("goes back and forth, and a new change ends the way forth", () => {
    const history = createSettingsHistory();
    const a = initialSettings;
    history.remember(a, "optimizer.learningRate");
    const b = set(a, 0.01);
    history.remember(b, "train.seed");
    const c = withValue(b, "train.seed", 7);
    expect(history.undo(c)).toBe(b);
    expect(history.undo(b)).toBe(a);
    expect(history.undo(a)).toBeUndefined();
    expect(history.redo(a)).toBe(b);
    history.remember(b, "train.seed");
    expect(history.redo(c)).toBeUndefined();
    expect(history.undo(c)).toBe(b);
  });

  it("takes a slider's way back in one step, and not two ways as one", () => {
    const history = createSettingsHistory();
    let now: SettingsSlice = initialSettings;
    for (const value of [0.001, 0.002, 0.003]) {
      history.remember(now, "optimizer.learningRate");
      now = set(now, value);
    }
    const back = history.undo(now);
    expect(back).toBe(initialSettings);
    history.remember(initialSettings, "optimizer.learningRate");
    expect(rate(history.undo(set(initialSettings, 0.004)) ?? now)).toBe(rate(initialSettings));
  });
});
