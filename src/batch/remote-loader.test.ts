import { expect, it } from "vitest";
import { FIRST_LOADER_TRACK } from "../trace/index.ts";
import { callsTo, type LoaderSetup } from "./index.ts";
import { NO_CACHE_REPORT } from "./pool/counters.ts";
import { sampleOf } from "./pool/fake-loader.ts";

it("sends what can be sent and dates samples by this thread's clock, on the loader's own track", async () => {
  const sent: string[] = [];
  const calls = callsTo(
    {
      setUp: async (setup: string) => void sent.push(setup),
      setCaches: async () => undefined,
      prepare: async (request) => {
        const sample = sampleOf(request);
        return request.sequence === 0
          ? sample
          : { ...sample, timing: { ...sample.timing, storageMs: [5, 2, 9, 1] } };
      },
      clearCaches: async () => 0,
      caches: async () => NO_CACHE_REPORT,
      // The other thread began an hour later.
      now: async () => performance.now() - 3_600_000,
    },
    2,
    ({ pages }: LoaderSetup) => `${pages.length} pages`,
    (spent) => spent,
  );
  const request = { pageId: "p", split: "train", epoch: 0, sequence: 0 } as const;
  expect((await calls.prepare(request)).timing).toEqual(sampleOf(request).timing);
  await calls.setUp({ pages: [] } as unknown as LoaderSetup);
  expect(sent).toEqual(["0 pages"]);
  const { startMs, place } = (await calls.prepare(request)).timing;
  expect(place?.track).toBe(FIRST_LOADER_TRACK + 2);
  expect(Math.abs(startMs - 3_600_000)).toBeLessThanOrEqual(place?.uncertaintyMs ?? Number.NaN);
  // Starts move to this thread's clock, durations do not.
  const { storageMs } = (await calls.prepare({ ...request, sequence: 1 })).timing;
  expect(storageMs).toEqual([startMs + 5, 2, startMs + 9, 1]);
});
