// Plain sentences with time and source: every automatic action leaves one.

import type { LogEntry } from "../client/index.ts";

export interface LogSlice {
  readonly entries: readonly LogEntry[];
  readonly nextId: number;
}

export const initialLog: LogSlice = { entries: [], nextId: 1 };

/** Older entries go: a run of days must not fill the tab. */
const LOG_CAPACITY = 1000;

export function withEntry(log: LogSlice, entry: Omit<LogEntry, "id">): LogSlice {
  const entries = [...log.entries, { ...entry, id: log.nextId }];
  return {
    entries: entries.length > LOG_CAPACITY ? entries.slice(-LOG_CAPACITY) : entries,
    nextId: log.nextId + 1,
  };
}

/** As text to paste: "07:21:05 warning trainer: …", UTC, one entry a line. */
export function logText(entries: readonly LogEntry[]): string {
  return entries
    .map(({ timeMs, level, source, text }) => `${new Date(timeMs).toISOString()} ${level} ${source}: ${text}`)
    .join("\n");
}
