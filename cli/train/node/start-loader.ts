// How the trainer starts its loaders in Node: a worker thread for each, or, with none, its own thread.

import { Worker } from "node:worker_threads";
import { type Remote, transfer, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { callsTo, createLoader, type LoaderHandle, type RemoteLoader } from "../../../src/batch/index.ts";
import { PlaygroundError } from "../../../src/core/index.ts";
import { decodePage } from "./decode.ts";
import { type PostedSetup, posted } from "./posted-pages.ts";

/** Starts worker number `index` (from 0). */
export function startLoaderThread(index: number): LoaderHandle {
  const worker = new Worker(new URL("./loader-thread.mjs", import.meta.url), { name: `loader ${index + 1}` });
  const remote: Remote<RemoteLoader<PostedSetup>> = wrap(nodeEndpoint(worker));
  let isEnded = false;
  return {
    calls: callsTo(remote, index, posted, transfer),
    terminate: () => {
      isEnded = true;
      void worker.terminate();
    },
    onDeath: (listener) => {
      const died = (cause: string): void => {
        if (isEnded) return;
        isEnded = true;
        const what = `loader ${index + 1}`;
        listener(
          new PlaygroundError({ code: "worker-died", message: "The thread stopped.", what, cause }).data,
        );
      };
      worker.on("error", (error) => died(error.message));
      worker.on("exit", (code) => died(`exit code ${code}`));
    },
  };
}

/** The loader of this thread. */
export function startInPlace(): LoaderHandle {
  const loader = createLoader({
    load: async (page) => ({ ...page, file: new Blob([await page.file.arrayBuffer()]) }),
    decode: decodePage,
    now: () => performance.now(),
  });
  return { calls: loader, terminate: () => undefined, onDeath: () => undefined };
}
