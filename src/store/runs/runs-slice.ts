// What the screen knows of the runs that were made: their records, newest first, and how they are looked at.

import type { RunRecord } from "./run-record.ts";

export interface RunsSlice {
  readonly records: readonly RunRecord[];
  /** Runs whose curves are drawn over each other. */
  readonly overlaid: readonly string[];
  /** The setting that may differ within a group; null: no groups. */
  readonly groupBy: string | null;
  /** Where the records are: gone with the tab, or kept by this browser. Null until it was asked. */
  readonly place: "memory" | "browser" | null;
}

export const initialRuns: RunsSlice = { records: [], overlaid: [], groupBy: null, place: null };

/** As many lines as can be told apart by colour and dash. */
export const OVERLAY_LIMIT = 6;

/** In its place, or newest first. */
export function withRecord(runs: RunsSlice, record: RunRecord): RunsSlice {
  const isKnown = runs.records.some(({ id }) => id === record.id);
  const records = isKnown
    ? runs.records.map((one) => (one.id === record.id ? record : one))
    : [record, ...runs.records].sort((a, b) => b.startedAtMs - a.startedAtMs);
  return { ...runs, records };
}

export function withoutRecord(runs: RunsSlice, id: string): RunsSlice {
  return {
    ...runs,
    records: runs.records.filter((one) => one.id !== id),
    overlaid: runs.overlaid.filter((one) => one !== id),
  };
}

/** At most one run is the baseline; pinning it again lets it go. */
export function withPin(runs: RunsSlice, id: string): RunsSlice {
  const records = runs.records.map((one) => {
    const isPinned = one.id === id && !one.isPinned;
    return isPinned === one.isPinned ? one : { ...one, isPinned };
  });
  return { ...runs, records };
}

/** The oldest goes when there are too many. */
export function withOverlay(runs: RunsSlice, id: string): RunsSlice {
  const isShown = runs.overlaid.includes(id);
  const overlaid = isShown ? runs.overlaid.filter((one) => one !== id) : [...runs.overlaid, id];
  return { ...runs, overlaid: overlaid.slice(-OVERLAY_LIMIT) };
}
