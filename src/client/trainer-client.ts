// The trainer worker seen from the page: its calls, its events, its death. One client is one worker; a dead one is
// replaced by calling startTrainer again.

import { transfer } from "comlink";
import type { ErrorData } from "../core/index.ts";
import type {
  ClearedCaches,
  EngineId,
  ExportedModel,
  LiveSettings,
  RunCounters,
  ModelFormat,
  StartRequest,
  TrainerCalls,
  TrainerEvent,
} from "../protocol/index.ts";
import { type ClockOffset, compareClocks } from "../trace/index.ts";
import { startWorker, type WorkerLike } from "./worker-host.ts";

export interface EngineChoice {
  readonly id: EngineId;
  readonly available: boolean;
  /** Whether it can store activations in 16 bits here. */
  readonly hasHalves?: boolean;
  readonly reason: string;
  /** Only of the one that is taken by itself: why it. */
  readonly why?: string;
}

/** The calls of protocol/trainer.ts; every rejection is a PlaygroundError. */
export interface TrainerClient {
  engines(): Promise<readonly EngineChoice[]>;
  start(request: StartRequest): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  step(): Promise<void>;
  stop(): Promise<void>;
  set(live: LiveSettings): Promise<void>;
  evaluate(): Promise<void>;
  counters(): Promise<RunCounters>;
  exportModel(format: ModelFormat): Promise<Uint8Array<ArrayBuffer>>;
  exportWithMaps(pages: number): Promise<ExportedModel>;
  clearCaches(): Promise<ClearedCaches>;
  /** From the worker's clock to the page's, measured when it started. */
  readonly clock: ClockOffset;
  close(): void;
}

export interface TrainerListener {
  readonly onEvent: (event: TrainerEvent) => void;
  /** The worker is gone; what it held (the run, the GPU device) is gone with it. */
  readonly onDied: (error: ErrorData) => void;
}

export type StartTrainer = (listener: TrainerListener) => Promise<TrainerClient>;

/** Starts the trainer worker and connects its event port. Rejects with "worker-died". */
export async function startTrainer(
  listener: TrainerListener,
  spawn: () => WorkerLike = spawnTrainer,
): Promise<TrainerClient> {
  const host = await startWorker<TrainerCalls>("trainer", spawn, listener.onDied);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (message: MessageEvent<TrainerEvent>) => listener.onEvent(message.data);
  await host.call("connecting the trainer", (trainer) => trainer.setEventPort(transfer(port2, [port2])));
  const clock = await compareClocks(
    () => host.call("comparing clocks", (trainer) => trainer.now()),
    () => performance.now(),
  );
  return {
    clock,
    engines: () => host.call("looking at the engines", (trainer) => trainer.engines()),
    start: (request) => host.call("starting the run", (trainer) => trainer.start(request)),
    pause: () => host.call("pausing", (trainer) => trainer.pause()),
    resume: () => host.call("resuming", (trainer) => trainer.resume()),
    step: () => host.call("making one step", (trainer) => trainer.step()),
    stop: () => host.call("stopping", (trainer) => trainer.stop()),
    set: (live) => host.call("changing settings", (trainer) => trainer.set(live)),
    evaluate: () => host.call("evaluating", (trainer) => trainer.evaluate()),
    exportModel: (format) => host.call("exporting the model", (trainer) => trainer.exportModel(format)),
    exportWithMaps: (pages) => host.call("exporting the model", (trainer) => trainer.exportWithMaps(pages)),
    clearCaches: () => host.call("clearing the caches", (trainer) => trainer.clearCaches()),
    counters: () => host.call("reading the counters", (trainer) => trainer.counters()),
    close: () => {
      port1.close();
      host.close();
    },
  };
}

function spawnTrainer(): WorkerLike {
  return new Worker(new URL("../../workers/trainer.worker.ts", import.meta.url), {
    type: "module",
    name: "trainer",
  });
}
