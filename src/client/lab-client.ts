// The lab worker seen from the page. It lives for one job: closing it frees its engine, its loaders and its caches.

import { transfer } from "comlink";
import type { ErrorData } from "../core/index.ts";
import type {
  AssessOutcome,
  AssessRequest,
  CostOutcome,
  CostRequest,
  LabCalls,
  LabEvent,
  LabSubject,
  OriginalOutcome,
  QuickCheck,
  RaceOutcome,
  RaceRequest,
} from "../protocol/index.ts";
import { startWorker, type WorkerLike } from "./worker-host.ts";

/** The calls of protocol/lab.ts; every rejection is a PlaygroundError. */
export interface LabClient {
  assess(request: AssessRequest): Promise<AssessOutcome>;
  runOriginal(subject: LabSubject): Promise<OriginalOutcome>;
  quickCheck(subject: LabSubject): Promise<QuickCheck>;
  profilerCost(request: CostRequest): Promise<CostOutcome>;
  race(request: RaceRequest): Promise<RaceOutcome>;
  setVisible(isVisible: boolean): Promise<void>;
  stop(): Promise<void>;
  close(): void;
}

export interface LabListener {
  readonly onEvent: (event: LabEvent) => void;
  readonly onDied: (error: ErrorData) => void;
}

export type StartLab = (listener: LabListener) => Promise<LabClient>;

/** Rejects with "worker-died". */
export async function startLab(
  listener: LabListener,
  spawn: () => WorkerLike = spawnLab,
): Promise<LabClient> {
  const host = await startWorker<LabCalls>("lab", spawn, listener.onDied);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (message: MessageEvent<LabEvent>) => listener.onEvent(message.data);
  await host.call("connecting the lab", (lab) => lab.setEventPort(transfer(port2, [port2])));
  return {
    assess: (request) => host.call("assessing", (lab) => lab.assess(request)),
    runOriginal: (subject) => host.call("running the original protocol", (lab) => lab.runOriginal(subject)),
    quickCheck: (subject) => host.call("validating", (lab) => lab.quickCheck(subject)),
    profilerCost: (request) => host.call("measuring the profiler", (lab) => lab.profilerCost(request)),
    race: (request) => host.call("racing", (lab) => lab.race(request)),
    setVisible: (isVisible) => host.call("telling the lab", (lab) => lab.setVisible(isVisible)),
    stop: () => host.call("stopping the lab", (lab) => lab.stop()),
    close: () => {
      port1.close();
      host.close();
    },
  };
}

function spawnLab(): WorkerLike {
  return new Worker(new URL("../../workers/lab.worker.ts", import.meta.url), { type: "module", name: "lab" });
}
