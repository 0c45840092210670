// The one object the screen talks to: the store, the fast data, and everything a person can do, in words.
// Commands go down to the workers from here; nothing in ui/ knows that there are workers.

import { createStore, type StoreApi } from "zustand/vanilla";
import { type EngineChoice, errorDataOf, type TrainerClient } from "../client/index.ts";
import {
  type CacheSwitch,
  encodeLink,
  fieldOf,
  type FieldPath,
  type FieldValue,
  type OpenedLink,
  openLink,
  type PresetName,
} from "../config/index.ts";
import type { ResolvedConfig } from "../config/index.ts";
import type { ClearedCaches } from "../protocol/index.ts";
import { createContext, type Machine } from "./context.ts";
import { createFastData, type FastData } from "./fast.ts";
import { createLabControl, type LabControl } from "./lab-control.ts";
import { askedBy } from "./lab-slice.ts";
import { measureHeaps } from "./measure-heaps.ts";
import { createPageSource, type OwnFile, type PageSource } from "./page-source.ts";
import { createRunControl, type RunControl } from "./run-control.ts";
import { createRunsControl, type RunsControl } from "./runs/runs-control.ts";
import { isActive, stepOf } from "./run-state.ts";
import { createModelsControl, type ModelsControl } from "./models-control.ts";
import { nextErrorPage } from "./selectors.ts";
import { withHeaps } from "./profiler-slice.ts";
import { createSettingsHistory } from "./settings-history.ts";
import {
  type SettingsSlice,
  withLink,
  withPreset,
  withResolved,
  withValue,
  withValues,
} from "./settings-slice.ts";
import { type AppState, initialState } from "./state.ts";
import { movePage, type Overlay, toggleOverlay, type ViewSlice } from "./view-slice.ts";

export interface Playground {
  readonly store: StoreApi<AppState>;
  readonly fast: FastData;
  /** Looks at the machine and brings the pages. `hash`: of the address. */
  boot(hash: string): Promise<void>;
  /** Builds the model and evaluates it untrained, so that Train answers at once. Only at rest. */
  warmUp(): Promise<void>;
  train(): Promise<void>;
  pause(): Promise<void>;
  step(): Promise<void>;
  reset(seed: "same" | "new"): Promise<void>;
  setValue(path: FieldPath, value: FieldValue): void;
  setPreset(preset: PresetName): void;
  /** Takes back the last change of settings, or makes it again; false when there is none. */
  undoSettings(): boolean;
  redoSettings(): boolean;
  /** A link was opened in the running page. */
  openLink(hash: string): void;
  /** The address's hash for the settings of this moment, with what is asked of the lab where that is not the default. */
  link(): string;
  openFiles(files: readonly OwnFile[], name: string): Promise<void>;
  setView(change: Partial<ViewSlice>): void;
  toggleOverlay(overlay: Overlay): void;
  movePage(by: number): void;
  showPage(index: number): void;
  nextError(direction: 1 | -1): void;
  dismissError(): void;
  dismissNotices(): void;
  note(text: string): void;
  /** Looks at the next steps of the run closely: phases or every kernel. */
  recordSteps(steps: number, depth: 1 | 2): void;
  /** Turns off in this run what the run turned on by itself. */
  overrule(feature: CacheSwitch): Promise<void>;
  /** Empties all caches, stored records included. What was freed, in a sentence; also in the log. */
  clearCaches(): Promise<string>;
  /** Asks the browser for the heaps of all threads. */
  measureHeaps(): Promise<void>;
  /** For automation: exactly these settings and pages, from rest. Rejects when it could not begin. */
  runExactly(resolved: ResolvedConfig, files: readonly OwnFile[] | null, name: string): Promise<void>;
  /** As `runExactly`, without the run. */
  prepareExactly(resolved: ResolvedConfig, files: readonly OwnFile[] | null, name: string): Promise<void>;
  readonly control: RunControl;
  readonly lab: LabControl;
  readonly models: ModelsControl;
  readonly runs: RunsControl;
}

export function createPlayground(machine: Machine, view: ViewSlice): Playground {
  const store = createStore<AppState>(() => ({ ...initialState, view }));
  const fast = createFastData();
  const context = createContext(machine, store, fast);
  const runs = createRunsControl(context);
  const control = createRunControl(context, runs.beforeForgetting);
  const pages = createPageSource(context);
  const setView = (change: (view: ViewSlice) => ViewSlice): void => {
    store.setState((state) => ({ view: change(state.view) }));
    void control.tell();
  };
  // This thread looks as closely as the trainer does; a recording on demand ends with the trainer's.
  const followDepth = ({ settings, profiler }: AppState): void => {
    const { profiler: isOn, profilerDepth } = settings.resolved.config.features;
    const isWatched = isOn && profilerDepth !== "counters";
    fast.recorder.setDepth(isWatched || profiler.recording !== null ? 1 : "off");
  };
  store.subscribe((state, before) => {
    if (state.settings !== before.settings || state.profiler.recording !== before.profiler.recording) {
      followDepth(state);
    }
  });
  let refreshTimer: ReturnType<typeof setTimeout> | undefined;
  /** A slider passes many values; pages are drawn for the one it stops at. */
  const refreshSoon = (): void => {
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(() => void pages.refresh(), REFRESH_MS);
  };
  const history = createSettingsHistory();
  const takeSettings = (settings: SettingsSlice, changed: FieldPath | null): void => {
    history.remember(store.getState().settings, changed);
    applySettings(settings);
  };
  const applySettings = (settings: SettingsSlice): void => {
    store.setState({ settings });
    for (const notice of settings.notices) context.log("warning", "settings", notice);
    void control.tell();
    if (hasNoResults(store.getState())) refreshSoon();
  };
  const recall = (settings: SettingsSlice | undefined): boolean => {
    if (settings === undefined) return false;
    applySettings({ ...settings, notices: [] });
    return true;
  };
  /** Whether the pages of the settings are there, ready for a new run. */
  const bringPages = async (): Promise<boolean> => {
    clearTimeout(refreshTimer);
    pages.showWaiting();
    return pages.refresh();
  };
  /** A new run needs its pages; one that is only held up goes on with those it has. */
  const isReady = async (): Promise<boolean> => {
    const { kind } = store.getState().run.state;
    if (isActive(store.getState().run.state)) return true;
    return (kind === "paused" && !hasNoResults(store.getState())) || bringPages();
  };
  const prepareExactly: Playground["prepareExactly"] = async (resolved, files, name) => {
    await control.reset();
    if (files !== null) pages.bring(files, name);
    store.setState({ settings: withResolved(resolved) });
    if (!(await bringPages())) {
      throw new Error(store.getState().error?.message ?? "There are no pages for these settings.");
    }
  };

  return {
    store,
    fast,
    control,
    runs,
    lab: createLabControl(context, control),
    models: createModelsControl(context, control, (values) =>
      takeSettings(withValues(store.getState().settings, values), "model.init"),
    ),
    boot: async (hash) => {
      await Promise.all([runs.load(), boot(context, control, pages, hash)]);
    },
    warmUp: async () => {
      if (store.getState().run.state.kind !== "idle" || fast.dataset === null) return;
      await control.start("prepare").catch((thrown: unknown) => {
        const error = errorDataOf(thrown, "preparing the model");
        context.log("warning", "page", `The model could not be prepared ahead: ${error.message}`);
        void control.reset();
      });
    },
    train: async () => {
      if (await isReady()) await control.train();
    },
    pause: control.pause,
    step: async () => {
      if (await isReady()) await control.step();
    },
    reset: async (seed) => {
      await control.reset();
      if (seed === "new") {
        const settings = store.getState().settings;
        const next = (settings.resolved.config.train.seed + 1) % 4294967296;
        history.remember(settings, "train.seed");
        store.setState({ settings: withValue(settings, "train.seed", next) });
      }
      await bringPages();
    },
    setValue: (path, value) => takeSettings(withValue(store.getState().settings, path, value), path),
    setPreset: (preset) => takeSettings(withPreset(store.getState().settings, preset), null),
    undoSettings: () => recall(history.undo(store.getState().settings)),
    redoSettings: () => recall(history.redo(store.getState().settings)),
    openLink: (hash) => {
      const link = openLink(hash);
      takeLab(store, link);
      takeSettings(withLink(link), null);
    },
    link: () => encodeLink(store.getState().settings.resolved, store.getState().lab),
    openFiles: async (files, name) => {
      pages.bring(files, name);
      const { settings } = store.getState();
      history.remember(settings, "data.set");
      store.setState({ settings: withValue(settings, "data.set", "own") });
      await pages.refresh();
    },
    setView: (change) => setView((view) => ({ ...view, ...change })),
    toggleOverlay: (overlay) => setView((view) => toggleOverlay(view, overlay)),
    movePage: (by) => setView((view) => movePage(view, by, fast.dataset?.validation.length ?? 0)),
    showPage: (index) => setView((view) => ({ ...view, pageIndex: index, isInspecting: true })),
    nextError: (direction) => {
      const index = nextErrorPage(fast, store.getState().view.pageIndex, direction);
      if (index !== null) setView((view) => ({ ...view, pageIndex: index }));
    },
    dismissError: () => store.setState({ error: null }),
    dismissNotices: () => store.setState(({ settings }) => ({ settings: { ...settings, notices: [] } })),
    note: (text) => context.log("info", "page", text),
    prepareExactly,
    recordSteps: (steps, depth) => {
      fast.recorder.setDepth(1);
      void control.record(steps, depth);
    },
    overrule: async (feature) => {
      await control.current()?.set({ [feature]: false });
      context.log(
        "info",
        "page",
        `${fieldOf(`features.${feature}`).label}: turned off by hand for this run.`,
      );
    },
    clearCaches: async () => {
      const sentence = await control
        .connect()
        .then((trainer) => trainer.clearCaches())
        .then(clearedSentence, (thrown: unknown) => {
          const { message, next } = errorDataOf(thrown, "clearing the caches");
          return `The caches were not cleared: ${message} ${next}`;
        });
      context.log("info", "page", sentence);
      return sentence;
    },
    measureHeaps: async () => {
      const change = (facts: Partial<AppState["profiler"]>): void =>
        store.setState(({ profiler }) => ({ profiler: { ...profiler, ...facts } }));
      change({ isMeasuringHeaps: true });
      try {
        const heaps = await measureHeaps(performance);
        const known = store.getState().profiler.heaps;
        change({ heaps: heaps && withHeaps(known, heaps), isMeasuringHeaps: false });
        if (heaps === null)
          context.log("warning", "page", "This browser does not tell the heaps of its threads.");
      } catch (thrown) {
        change({ isMeasuringHeaps: false });
        context.log("warning", "page", errorDataOf(thrown, "measuring heaps").message);
      }
    },
    runExactly: async (resolved, files, name) => {
      await prepareExactly(resolved, files, name);
      await control.start("train");
    },
  };
}

function clearedSentence({ memoryBytes, records, recordBytes }: ClearedCaches): string {
  const of = (bytes: number): string => `${bytes.toLocaleString("en").replaceAll(",", "\u2009")} bytes`;
  return `Cleared: ${of(memoryBytes)} in memory, ${of(recordBytes)} in ${records} stored records.`;
}

const REFRESH_MS = 300;

/** Nothing that was learnt would be lost by new pages. */
function hasNoResults({ run }: AppState): boolean {
  return !isActive(run.state) && stepOf(run.state) === 0;
}

async function boot(
  context: ReturnType<typeof createContext>,
  control: RunControl,
  pages: PageSource,
  hash: string,
): Promise<void> {
  const { store } = context;
  if (hash.length > 1) {
    const link = openLink(hash);
    const settings = withLink(link);
    takeLab(store, link);
    store.setState({ settings });
    for (const notice of settings.notices) context.log("warning", "link", notice);
  }
  const looked = control.connect().then(
    (_client: TrainerClient) => context.log("info", "page", engineSentence(store.getState().engines ?? [])),
    (thrown: unknown) => context.fail(errorDataOf(thrown, "looking at the machine")),
  );
  await Promise.all([looked, pages.refresh()]);
}

/** Of a link that says nothing of the lab, nothing. */
function takeLab(store: StoreApi<AppState>, { lab: link }: OpenedLink): void {
  if (link === null) return;
  store.setState(({ lab, view }) => ({
    lab: { ...lab, ...askedBy(link) },
    view: link.isOpen ? { ...view, drawer: "lab", isDrawerLinked: true } : view,
  }));
}

function engineSentence(engines: readonly EngineChoice[]): string {
  const ready = engines.filter(({ available }) => available).map(({ id }) => id);
  return ready.length === 0 ? "No engine can run here." : `Engines that can run here: ${ready.join(", ")}.`;
}
