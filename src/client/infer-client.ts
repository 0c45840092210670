// The inference worker seen from the page. It is started when a model is first opened; a dead one is replaced by starting again.

import { transfer } from "comlink";
import type { Config } from "../config/index.ts";
import type { ErrorData } from "../core/index.ts";
import type {
  CompareRequest,
  Comparison,
  InferCalls,
  InferProgress,
  ModelMap,
  OpenedModel,
  OpenRequest,
  PageReading,
  RunRequest,
  ScoreRequest,
  SetReading,
} from "../protocol/index.ts";
import { startWorker, type WorkerLike } from "./worker-host.ts";

/** The calls of protocol/infer.ts; every rejection is a PlaygroundError. */
export interface InferClient {
  open(request: OpenRequest): Promise<OpenedModel>;
  run(request: RunRequest): Promise<SetReading>;
  readPage(pageId: string, settings: Config["postprocess"]): Promise<PageReading | null>;
  readAll(settings: Config["postprocess"]): Promise<SetReading | null>;
  mapOf(pageId: string): Promise<ModelMap | null>;
  compare(request: CompareRequest): Promise<Comparison>;
  score(request: ScoreRequest): Promise<SetReading>;
  cancel(): Promise<void>;
  close(): void;
}

export interface InferListener {
  readonly onProgress: (progress: InferProgress) => void;
  readonly onDied: (error: ErrorData) => void;
}

export type StartInfer = (listener: InferListener) => Promise<InferClient>;

/** Rejects with "worker-died". */
export async function startInfer(
  listener: InferListener,
  spawn: () => WorkerLike = spawnInfer,
): Promise<InferClient> {
  const host = await startWorker<InferCalls>("inference", spawn, listener.onDied);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (message: MessageEvent<InferProgress>) => listener.onProgress(message.data);
  await host.call("connecting the inference worker", (infer) =>
    infer.setProgressPort(transfer(port2, [port2])),
  );
  return {
    open: (request) => host.call("opening a model", (infer) => infer.open(request)),
    run: (request) => host.call("running a model", (infer) => infer.run(request)),
    readPage: (pageId, settings) =>
      host.call("reading a page again", (infer) => infer.readPage(pageId, settings)),
    readAll: (settings) => host.call("reading the pages again", (infer) => infer.readAll(settings)),
    mapOf: (pageId) => host.call("fetching a map", (infer) => infer.mapOf(pageId)),
    compare: (request) => host.call("comparing a written file", (infer) => infer.compare(request)),
    score: (request) => host.call("scoring a model", (infer) => infer.score(request)),
    cancel: () => host.call("stopping a model", (infer) => infer.cancel()),
    close: () => {
      port1.close();
      host.close();
    },
  };
}

function spawnInfer(): WorkerLike {
  return new Worker(new URL("../../workers/infer.worker.ts", import.meta.url), {
    type: "module",
    name: "inference",
  });
}
