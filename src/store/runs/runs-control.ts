// Keeps a record of every run: taken whenever something worth keeping happened and before a run is forgotten, shown at once,
// written to the shelf behind. A shelf that fails leaves the records in memory and a line in the log.

import { errorDataOf } from "../../client/index.ts";
import type { Context } from "../context.ts";
import { isActive } from "../run-state.ts";
import type { AppState } from "../state.ts";
import { readRecord, recordOf, type RunRecord } from "./run-record.ts";
import { type RunsSlice, withOverlay, withoutRecord, withPin, withRecord } from "./runs-slice.ts";

/** Where records outlive the tab. What it gives back is foreign. */
export interface RunShelf {
  all(): Promise<readonly unknown[]>;
  put(id: string, record: RunRecord): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface RunsControl {
  /** Brings what the shelf has. Once, at boot. */
  load(): Promise<void>;
  /** The run of this moment is about to be forgotten. */
  beforeForgetting(): void;
  setNote(id: string, note: string): void;
  /** As the baseline of all differences; again: no baseline. */
  pin(id: string): void;
  toggleOverlay(id: string): void;
  groupBy(path: string | null): void;
  remove(id: string): void;
}

export function createRunsControl(context: Context): RunsControl {
  const { store, fast, machine } = context;
  const shelf = machine.runShelf;
  let hasFailed = false;

  const set = (change: (runs: RunsSlice) => RunsSlice): void =>
    store.setState(({ runs }) => ({ runs: change(runs) }));

  const onShelf = (work: (shelf: RunShelf) => Promise<void>): void => {
    if (shelf === undefined || hasFailed) return;
    fast.recorder.tracer
      .spanAsync("store", () => work(shelf))
      .catch((thrown: unknown) => fail(thrown, "keeping a run"));
  };

  const fail = (thrown: unknown, doing: string): void => {
    if (hasFailed) return;
    hasFailed = true;
    const { message } = errorDataOf(thrown, doing);
    context.log("warning", "storage", `Runs are kept only until this tab is closed: ${message}`);
    set((runs) => ({ ...runs, place: "memory" }));
  };

  const write = (record: RunRecord): void => {
    set((runs) => withRecord(runs, record));
    onShelf((to) => to.put(record.id, record));
  };

  const keep = (end?: RunRecord["end"]): void => {
    const state = store.getState();
    const before = state.runs.records.find(({ id }) => id === state.run.runId);
    const record = recordOf(state, fast, before);
    if (record !== null) write(end === undefined ? record : { ...record, end });
  };

  // In a task of its own: what arrived is on the screen first.
  let isDue = false;
  store.subscribe((state, before) => {
    if (isDue || !isWorthKeeping(state, before)) return;
    isDue = true;
    machine.soon(() => {
      isDue = false;
      keep();
    });
  });

  const change = (id: string, with_: Partial<RunRecord>): void => {
    const record = store.getState().runs.records.find((one) => one.id === id);
    if (record !== undefined) write({ ...record, ...with_ });
  };

  return {
    load: async () => {
      if (shelf === undefined) return set((runs) => ({ ...runs, place: "memory" }));
      try {
        const read = (await shelf.all()).map(readRecord);
        const known = read.filter((record) => record !== null);
        if (known.length < read.length) {
          const lost = read.length - known.length;
          context.log(
            "warning",
            "storage",
            `${lost} of ${read.length} kept runs are of another version and are not shown.`,
          );
        }
        set((runs) => known.map(ended).reduce(withRecord, { ...runs, place: "browser" }));
      } catch (thrown) {
        fail(thrown, "reading the kept runs");
      }
    },
    beforeForgetting: () => {
      const { state } = store.getState().run;
      keep(isActive(state) || state.kind === "paused" ? "given up" : undefined);
    },
    setNote: (id, note) => change(id, { note: note.slice(0, NOTE_LENGTH) }),
    pin: (id) => {
      const before = store.getState().runs.records;
      set((runs) => withPin(runs, id));
      for (const record of store.getState().runs.records) {
        if (!before.includes(record)) onShelf((to) => to.put(record.id, record));
      }
    },
    toggleOverlay: (id) => set((runs) => withOverlay(runs, id)),
    groupBy: (path) => set((runs) => ({ ...runs, groupBy: path })),
    remove: (id) => {
      set((runs) => withoutRecord(runs, id));
      onShelf((to) => to.remove(id));
    },
  };
}

const NOTE_LENGTH = 500;

/** A new score, or the run stands: a step alone is not, or every step would be written. */
function isWorthKeeping({ run, quality }: AppState, before: AppState): boolean {
  if (run.runId !== before.run.runId || run.runId === "") return false;
  const stands = run.state.kind !== before.run.state.kind && !isActive(run.state);
  return stands || (quality.summaries !== before.quality.summaries && quality.summaries.length > 0);
}

/** A run that was going on when its tab was closed. */
function ended(record: RunRecord): RunRecord {
  return record.end === "running" || record.end === "paused" ? { ...record, end: "given up" } : record;
}
