// Calls to the trainer worker. Calls are comlink; events come on a separate port, batched at most five times a second,
// each with run id and sequence number.

import type {
  ClearedCaches,
  EngineAnswer,
  ExportedModel,
  LiveSettings,
  ModelFormat,
  RunCounters,
  StartRequest,
} from "../train/index.ts";

export interface TrainerCalls {
  protocolVersion(): number;
  setEventPort(port: MessagePort): void;
  /** The worker's `performance.now()`, by which its clock is compared with the page's. */
  now(): number;
  /** What this machine can run, first choice first, with the reason where it cannot. */
  engines(): Promise<readonly EngineAnswer[]>;
  /** Ends any former run, builds a new one and begins. Resolves when the run has begun, rejects when it could not. */
  start(request: StartRequest): Promise<void>;
  /** At the end of the step. */
  pause(): Promise<void>;
  /** From pause: go on. */
  resume(): Promise<void>;
  /** From pause: exactly one step. */
  step(): Promise<void>;
  /** Ends the run at the end of the step; the state becomes finished. */
  stop(): Promise<void>;
  set(live: LiveSettings): Promise<void>;
  /** Evaluate now. */
  evaluate(): Promise<void>;
  /** Empties all caches, those records included that outlive the tab. */
  clearCaches(): Promise<ClearedCaches>;
  /** Everything the written report needs that events have not carried. */
  counters(): Promise<RunCounters>;
  /** What the newest run has learnt, as a file. */
  exportModel(format: ModelFormat): Promise<Uint8Array<ArrayBuffer>>;
  /** As ONNX, with what the engine answers on the first pages of the evaluation. */
  exportWithMaps(pages: number): Promise<ExportedModel>;
}
