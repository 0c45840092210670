// Every shortcut is a command: id, name, keys, when it is allowed, what it does. Buttons, the keyboard and the shortcut sheet
// read this one list, so no key is dead and none is undocumented.

import type { FieldPath } from "../../config/index.ts";
import { type AppState, isActive, isWarmingUp, type Playground, settingOf } from "../../store/index.ts";
import { chooseFiles } from "../open-files.ts";
import { resolveTheme } from "../theme.ts";

export type CommandId =
  | "train"
  | "step"
  | "reset"
  | "reset-new-seed"
  | "overlay-truth"
  | "overlay-probability"
  | "overlay-threshold"
  | "overlay-boxes"
  | "threshold-down"
  | "threshold-up"
  | "next-page"
  | "previous-page"
  | "next-error"
  | "previous-error"
  | "inspect"
  | "back"
  | "open-folder"
  | "toggle-cache"
  | "toggle-profiler"
  | "assess"
  | "toggle-theme"
  | "copy-link"
  | "undo"
  | "redo"
  | "palette"
  | "shortcuts";

export interface Command {
  readonly id: CommandId;
  readonly name: string;
  readonly group: "Run" | "Look" | "Settings" | "Page";
  /** For people: "Shift+R". */
  readonly keys: string;
  /** KeyboardEvent.key values that run it; letters in lower case, "ctrl+" and "shift+" in front where they are held. */
  readonly matches: readonly string[];
  isAllowed(state: AppState): boolean;
  run(playground: Playground): void;
}

const always = (): boolean => true;
const hasPages = ({ data }: AppState): boolean => (data.dataset?.validationPages ?? 0) > 0;
const hasEvaluation = ({ quality }: AppState): boolean => quality.summaries.length > 0;

const canStart = ({ run, data, lab }: AppState): boolean =>
  data.dataset !== null && lab.job === null && (!isActive(run.state) || isWarmingUp(run));

const THRESHOLD_STEP = 0.05;

function moveThreshold(playground: Playground, by: number): void {
  const now = playground.store.getState().settings.resolved.config.postprocess.threshold;
  const next = Math.round((now + by) * 100) / 100;
  playground.setValue("postprocess.threshold", Math.min(1, Math.max(0, next)));
}

function toggle(playground: Playground, path: FieldPath): void {
  playground.setValue(path, settingOf(playground.store.getState(), path) !== true);
}

export const COMMANDS: readonly Command[] = [
  {
    id: "train",
    name: "Train or pause",
    group: "Run",
    keys: "Space",
    matches: [" "],
    isAllowed: (state) => state.run.state.kind === "running" || canStart(state),
    run: (playground) => {
      const isRunning = playground.store.getState().run.state.kind === "running";
      void (isRunning ? playground.pause() : playground.train());
    },
  },
  {
    id: "step",
    name: "One step",
    group: "Run",
    keys: "S",
    matches: ["s"],
    isAllowed: canStart,
    run: (playground) => void playground.step(),
  },
  {
    id: "reset",
    name: "Reset, same seed",
    group: "Run",
    keys: "R",
    matches: ["r"],
    isAllowed: ({ run, data }) => run.state.kind !== "idle" || data.waiting !== null,
    run: (playground) => void playground.reset("same"),
  },
  {
    id: "reset-new-seed",
    name: "Reset with a new seed",
    group: "Run",
    keys: "Shift+R",
    matches: ["shift+r"],
    isAllowed: always,
    run: (playground) => void playground.reset("new"),
  },
  overlay("overlay-truth", "Ground truth", "1", "truth"),
  overlay("overlay-probability", "Probability map", "2", "probability"),
  overlay("overlay-threshold", "Threshold map", "3", "threshold"),
  overlay("overlay-boxes", "Boxes", "4", "boxes"),
  {
    id: "next-page",
    name: "Next page",
    group: "Look",
    keys: "J",
    matches: ["j"],
    isAllowed: hasPages,
    run: (playground) => playground.movePage(1),
  },
  {
    id: "previous-page",
    name: "Previous page",
    group: "Look",
    keys: "K",
    matches: ["k"],
    isAllowed: hasPages,
    run: (playground) => playground.movePage(-1),
  },
  {
    id: "next-error",
    name: "Next page with an error",
    group: "Look",
    keys: "E",
    matches: ["e"],
    isAllowed: hasEvaluation,
    run: (playground) => playground.nextError(1),
  },
  {
    id: "previous-error",
    name: "Previous page with an error",
    group: "Look",
    keys: "Shift+E",
    matches: ["shift+e"],
    isAllowed: hasEvaluation,
    run: (playground) => playground.nextError(-1),
  },
  {
    id: "inspect",
    name: "Look at the page in focus",
    group: "Look",
    keys: "Enter",
    matches: ["enter"],
    isAllowed: (state) => hasPages(state) && !state.view.isInspecting,
    run: (playground) => playground.setView({ isInspecting: true }),
  },
  {
    id: "back",
    name: "Back to the wall",
    group: "Look",
    keys: "Esc",
    matches: ["escape"],
    isAllowed: ({ view }) => view.isInspecting,
    run: (playground) => playground.setView({ isInspecting: false }),
  },
  {
    id: "threshold-down",
    name: "Lower the threshold",
    group: "Settings",
    keys: "[",
    matches: ["["],
    isAllowed: always,
    run: (playground) => moveThreshold(playground, -THRESHOLD_STEP),
  },
  {
    id: "threshold-up",
    name: "Raise the threshold",
    group: "Settings",
    keys: "]",
    matches: ["]"],
    isAllowed: always,
    run: (playground) => moveThreshold(playground, THRESHOLD_STEP),
  },
  {
    id: "toggle-cache",
    name: "Polygon cache on or off",
    group: "Settings",
    keys: "C",
    matches: ["c"],
    isAllowed: always,
    run: (playground) => toggle(playground, "features.polygonCache"),
  },
  {
    id: "toggle-profiler",
    name: "Profiler on or off",
    group: "Settings",
    keys: "P",
    matches: ["p"],
    isAllowed: always,
    run: (playground) => toggle(playground, "features.profiler"),
  },
  {
    id: "assess",
    name: "Assess: what the switches cost and gain",
    group: "Run",
    keys: "A",
    matches: ["a"],
    isAllowed: ({ lab, data }) => lab.job === null && lab.wishes.factors.length > 0 && data.dataset !== null,
    run: (playground) => {
      playground.setView({ drawer: "lab" });
      void playground.lab.assess();
    },
  },
  {
    id: "open-folder",
    name: "Open a folder of own pages",
    group: "Page",
    keys: "O",
    matches: ["o"],
    isAllowed: always,
    run: (playground) => chooseFiles(playground, "folder"),
  },
  {
    id: "toggle-theme",
    name: "Light or dark",
    group: "Page",
    keys: "D",
    matches: ["d"],
    isAllowed: always,
    run: (playground) => {
      const shown = resolveTheme(playground.store.getState().view.theme);
      playground.setView({ theme: shown === "dark" ? "light" : "dark" });
    },
  },
  {
    id: "copy-link",
    name: "Copy a link to these settings",
    group: "Page",
    keys: "Y",
    matches: ["y"],
    isAllowed: always,
    run: (playground) => void copyLink(playground),
  },
  {
    id: "undo",
    name: "Undo a setting",
    group: "Settings",
    keys: "Ctrl+Z",
    matches: ["ctrl+z"],
    isAllowed: always,
    run: (playground) => {
      if (!playground.undoSettings()) playground.note("There is no change of settings to undo.");
    },
  },
  {
    id: "redo",
    name: "Redo a setting",
    group: "Settings",
    keys: "Shift+Ctrl+Z",
    matches: ["ctrl+shift+z"],
    isAllowed: always,
    run: (playground) => {
      if (!playground.redoSettings()) playground.note("There is no change of settings to redo.");
    },
  },
  {
    id: "palette",
    name: "Find a command",
    group: "Page",
    keys: "Ctrl+K",
    matches: ["ctrl+k"],
    isAllowed: always,
    run: (playground) => playground.setView({ isPaletteOpen: true }),
  },
  {
    id: "shortcuts",
    name: "Shortcuts",
    group: "Page",
    keys: "?",
    matches: ["?", "shift+?"],
    isAllowed: always,
    run: (playground) => playground.setView({ isSheetOpen: true }),
  },
];

const byId: ReadonlyMap<string, Command> = new Map(COMMANDS.map((command) => [command.id, command]));

export function commandOf(id: CommandId): Command {
  const command = byId.get(id);
  if (command === undefined) throw new RangeError(`no command "${id}"`);
  return command;
}

/** The command of a key, or undefined. `key` as in KeyboardEvent.key; `isCtrl`: Ctrl, or Command on a Mac. */
export function commandForKey(key: string, isShift: boolean, isCtrl = false): Command | undefined {
  const name = key.toLowerCase();
  const isLetter = /^[a-z]$/.test(name);
  const wanted = `${isCtrl ? "ctrl+" : ""}${isShift && isLetter ? "shift+" : ""}${name}`;
  return COMMANDS.find(({ matches }) => matches.includes(wanted));
}

/** Runs a command if it is allowed; tells whether it was. */
export function runCommand(id: CommandId, playground: Playground): boolean {
  const command = commandOf(id);
  if (!command.isAllowed(playground.store.getState())) return false;
  command.run(playground);
  return true;
}

function overlay(
  id: CommandId,
  name: string,
  keys: string,
  which: Parameters<Playground["toggleOverlay"]>[0],
): Command {
  return {
    id,
    name,
    group: "Look",
    keys,
    matches: [keys],
    isAllowed: always,
    run: (playground) => playground.toggleOverlay(which),
  };
}

async function copyLink(playground: Playground): Promise<void> {
  const link = new URL(playground.link(), location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    playground.note("The link to these settings is copied.");
  } catch {
    playground.note(`The browser did not allow copying. The address of this page is the link: ${link}`);
  }
}
