// What was set before, for undo and redo. Several changes of one setting in a row (a slider that is drawn) are one step back.

import type { FieldPath } from "../config/index.ts";
import type { SettingsSlice } from "./settings-slice.ts";

export interface SettingsHistory {
  /** Called before a change takes the place of `settings`; `changed` is null where more than one setting changes. */
  remember(settings: SettingsSlice, changed: FieldPath | null): void;
  /** The settings to go back to, or undefined. `now` becomes what redo brings. */
  undo(now: SettingsSlice): SettingsSlice | undefined;
  redo(now: SettingsSlice): SettingsSlice | undefined;
}

const KEPT = 100;

export function createSettingsHistory(): SettingsHistory {
  const past: SettingsSlice[] = [];
  let future: SettingsSlice[] = [];
  let lastChanged: FieldPath | null = null;
  return {
    remember: (settings, changed) => {
      future = [];
      if (changed !== null && changed === lastChanged) return;
      lastChanged = changed;
      past.push(settings);
      if (past.length > KEPT) past.shift();
    },
    undo: (now) => {
      const before = past.pop();
      lastChanged = null;
      if (before !== undefined) future.push(now);
      return before;
    },
    redo: (now) => {
      const after = future.pop();
      if (after !== undefined) past.push(now);
      return after;
    },
  };
}
