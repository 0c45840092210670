// A loader in another thread, as the pool calls it: the same calls, with samples dated by this thread's clock.
// How the thread starts and how calls cross is handed in.

import { type ClockOffset, compareClocks, FIRST_LOADER_TRACK } from "../trace/index.ts";
import type { LoaderCalls, LoaderSetup } from "./loader.ts";
import type { SampleBytes } from "./types.ts";

/** What the other thread answers: a loader's calls, set up by what can be sent, and its `performance.now()`. */
export interface RemoteLoader<Setup> extends Omit<LoaderCalls, "setUp"> {
  setUp(setup: Setup): Promise<void>;
  now(): Promise<number>;
}

/** Calls to worker number `index` (from 0). `toSend`: makes of a set-up what can be sent; `handOver`: marks buffers to be moved, not copied. */
export function callsTo<Setup>(
  remote: RemoteLoader<Setup>,
  index: number,
  toSend: (setup: LoaderSetup) => Setup,
  handOver: (spent: SampleBytes, buffers: ArrayBuffer[]) => SampleBytes,
): LoaderCalls {
  let clock: ClockOffset | undefined;
  return {
    setUp: async (setup) => {
      await remote.setUp(toSend(setup));
      clock = await compareClocks(
        () => remote.now(),
        () => performance.now(),
      );
    },
    setCaches: (on) => remote.setCaches(on),
    prepare: async (request, spent) => {
      const sample = await remote.prepare(
        request,
        spent && handOver(spent, [spent.image.buffer, spent.thresholds.buffer, spent.flags.buffer]),
      );
      if (clock === undefined) return sample;
      const place = { track: FIRST_LOADER_TRACK + index, uncertaintyMs: clock.uncertaintyMs };
      const { offsetMs } = clock;
      const startMs = sample.timing.startMs + offsetMs;
      const storageMs = sample.timing.storageMs?.map((ms, i) => (i % 2 === 0 ? ms + offsetMs : ms));
      return { ...sample, timing: { ...sample.timing, startMs, place, ...(storageMs && { storageMs }) } };
    },
    clearCaches: () => remote.clearCaches(),
    caches: () => remote.caches(),
  };
}
