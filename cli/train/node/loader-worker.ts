// A loader in a worker thread of Node: prepares samples of the pages it owns, as workers/loader.worker.ts does in a browser.
// Wiring only.

import { parentPort } from "node:worker_threads";
import { expose, transfer } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { createLoader } from "../../../src/batch/index.ts";
import { withPlainErrors } from "../../../workers/plain-errors.ts";
import { loaderTools } from "./decode.ts";
import { type PostedSetup, received } from "./posted-pages.ts";

if (parentPort === null) throw new Error("a loader runs in a worker thread");

const loader = createLoader(loaderTools);

expose(
  withPlainErrors({
    now: () => performance.now(),
    ...loader,
    setUp: (setup: PostedSetup) => loader.setUp(received(setup)),
    prepare: async (...asked: Parameters<typeof loader.prepare>) => {
      const sample = await loader.prepare(...asked);
      return transfer(sample, [sample.image.buffer, sample.thresholds.buffer, sample.flags.buffer]);
    },
  }),
  nodeEndpoint(parentPort),
);
