// The worker that draws and imports sets for the page, seen from the main thread.

import { transfer } from "comlink";
import type { ErrorData } from "../core/index.ts";
import type { DataCalls, Dataset, ImportRequest, PrepareProgress, SynthRequest } from "../protocol/index.ts";
import { startWorker, type WorkerLike } from "./worker-host.ts";

/** The calls of protocol/loader.ts (DataCalls); every rejection is a PlaygroundError. */
export interface DataClient {
  drawSet(request: SynthRequest): Promise<Dataset>;
  importFiles(request: ImportRequest): Promise<Dataset>;
  close(): void;
}

export interface DataListener {
  readonly onProgress: (progress: PrepareProgress) => void;
  readonly onDied: (error: ErrorData) => void;
}

export type StartData = (listener: DataListener) => Promise<DataClient>;

/** Starts the loader worker under its data hat. Rejects with "worker-died". */
export async function startData(
  listener: DataListener,
  spawn: () => WorkerLike = spawnLoader,
): Promise<DataClient> {
  const host = await startWorker<DataCalls>("data", spawn, listener.onDied);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (message: MessageEvent<PrepareProgress>) => listener.onProgress(message.data);
  await host.call("connecting the data worker", (data) => data.setProgressPort(transfer(port2, [port2])));
  return {
    drawSet: (request) => host.call("drawing pages", (data) => data.drawSet(request)),
    importFiles: (request) => host.call("importing files", (data) => data.importFiles(request)),
    close: () => {
      port1.close();
      host.close();
    },
  };
}

function spawnLoader(): WorkerLike {
  return new Worker(new URL("../../workers/loader.worker.ts", import.meta.url), {
    type: "module",
    name: "data",
  });
}
