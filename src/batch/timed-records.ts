// Watches a loader's stored records: when each reading and writing began and how long it took, in a small ring of numbers. The next
// sample carries them to the profiler. What is stored and how is not its matter.

import type { OpenRecords } from "./shelves.ts";

/** Readings and writings kept until a sample takes them; older ones are forgotten. */
const KEPT = 64;

export interface TimedRecords {
  readonly openRecords: OpenRecords;
  /** Start and duration in turn, in milliseconds of `now`, since the last call; undefined where nothing was stored or read. */
  takeTimes(): readonly number[] | undefined;
}

export function timedRecords(openRecords: OpenRecords, now: () => number): TimedRecords {
  const times = new Float64Array(2 * KEPT);
  let written = 0;
  let taken = 0;
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const start = now();
    try {
      return await work();
    } finally {
      const at = 2 * (written++ % KEPT);
      times[at] = start;
      times[at + 1] = now() - start;
    }
  };
  return {
    openRecords: (namespace, tier) => {
      const records = openRecords(namespace, tier);
      return {
        get: (page) => timed(() => records.get(page)),
        putMany: (entries, deleting) => timed(() => records.putMany(entries, deleting)),
        entries: () => timed(() => records.entries()),
        close: () => records.close(),
      };
    },
    takeTimes: () => {
      if (taken === written) return undefined;
      const out: number[] = [];
      for (let i = Math.max(taken, written - KEPT); i < written; i++) {
        const at = 2 * (i % KEPT);
        out.push(times[at] ?? 0, times[at + 1] ?? 0);
      }
      taken = written;
      return out;
    },
  };
}
