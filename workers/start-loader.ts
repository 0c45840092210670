// How the trainer starts its loaders: a worker of its own for each, or, with none, the trainer's own thread.

import { type Remote, transfer, wrap } from "comlink";
import { callsTo, createLoader, type LoaderHandle } from "../src/batch/index.ts";
import { PlaygroundError } from "../src/core/index.ts";
import type { LoaderWorkerCalls } from "../src/protocol/index.ts";
import { openRecords } from "./cache-records.ts";
import { loaderTools } from "./decode.ts";

/** Starts worker number `index` (from 0). */
export function startLoaderWorker(index: number): LoaderHandle {
  const worker = new Worker(new URL("./loader.worker.ts", import.meta.url), {
    type: "module",
    name: `loader ${index + 1}`,
  });
  const remote: Remote<LoaderWorkerCalls> = wrap(worker);
  return {
    calls: callsTo(remote, index, (setup) => setup, transfer),
    terminate: () => worker.terminate(),
    onDeath: (listener) => {
      const died = (cause: string): void =>
        listener(
          new PlaygroundError({
            code: "worker-died",
            message: "The worker stopped.",
            what: `loader ${index + 1}`,
            cause,
          }).data,
        );
      worker.addEventListener("error", (event) => died(event.message));
      worker.addEventListener("messageerror", () => died("a message could not be read"));
    },
  };
}

/** The loader of this thread. */
export function startInPlace(): LoaderHandle {
  return {
    calls: createLoader({ ...loaderTools, openRecords }),
    terminate: () => undefined,
    onDeath: () => undefined,
  };
}
