// A loader: owns some pages, prepares samples of them one after another, and answers for its part of the caches.
// A worker exposes one; with 0 workers the trainer's thread holds one. Threads and decoders are handed in.

import { PlaygroundError } from "../core/index.ts";
import type { Page, PageId } from "../dataset/index.ts";
import { createCaches } from "./caches.ts";
import type { LoaderCalls, LoaderConfig } from "./loader.ts";
import { NO_STAGES, withPage } from "../targets/index.ts";
import { prepareSample, type SampleTools } from "./prepare-sample.ts";
import type { OpenRecords } from "./shelves.ts";
import { timedRecords } from "./timed-records.ts";
import type { Sample, SampleBytes, SampleRequest } from "./types.ts";

/** How this thread reads and decodes pages, and its clock in milliseconds. */
export interface LoaderTools extends Omit<SampleTools, "caches" | "scratch" | "made"> {
  /** Where caches outlive the tab; none in Node. */
  readonly openRecords?: OpenRecords;
}

/** `prepare` rejects with "internal" for a page that the loader does not own, else as prepareSample. */
export function createLoader(tools: LoaderTools): LoaderCalls {
  const records = tools.openRecords && timedRecords(tools.openRecords, tools.now);
  const caches = createCaches(tools.now, records?.openRecords);
  let stages = NO_STAGES;
  const sampleTools: SampleTools = {
    ...tools,
    caches,
    scratch: {},
    made: (split, made) => {
      stages = withPage(stages, split, made);
    },
  };
  let config: LoaderConfig | undefined;
  let pages: ReadonlyMap<PageId, Page> = new Map();
  // One sample at a time, so that a stage's time is its own.
  let last: Promise<unknown> = Promise.resolve();

  const prepareNow = async (request: SampleRequest, spent?: SampleBytes): Promise<Sample> => {
    const page = pages.get(request.pageId);
    if (config === undefined || page === undefined) throw notMine(request.pageId);
    const sample = await prepareSample(request, page, config, sampleTools, spent);
    const storageMs = records?.takeTimes();
    return storageMs === undefined ? sample : { ...sample, timing: { ...sample.timing, storageMs } };
  };

  return {
    setUp: async (setup) => {
      config = setup.config;
      pages = new Map(setup.pages.map((page) => [page.id, page]));
      await caches.setUp(setup);
    },
    setCaches: async (on) => caches.setSwitches(on),
    prepare: (request, spent) => {
      const sample = last.then(() => prepareNow(request, spent));
      last = sample.catch(() => undefined);
      return sample;
    },
    clearCaches: () => caches.clear(),
    caches: async () => ({ ...(await caches.report()), stages }),
  };
}

function notMine(pageId: PageId): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: `This loader does not own the page "${pageId}".`,
    what: pageId,
    doing: "preparing pages",
  });
}
