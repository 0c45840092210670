// Calls to a loader worker. Two hats, one file: it draws and imports datasets (DataCalls, asked by the page) and it
// prepares samples of the pages it owns (LoaderCalls, asked by the trainer).

import type { LoaderCalls } from "../batch/index.ts";
import type { Config } from "../config/index.ts";
import type { Dataset } from "../dataset/index.ts";

export interface SynthRequest {
  readonly data: Config["data"];
}

export interface ImportRequest {
  /** Pictures and label files; `path` is relative to what was dropped and is plain data. */
  readonly files: readonly { readonly path: string; readonly blob: Blob }[];
  readonly data: Config["data"];
  /** Name of the set, e.g. the folder. */
  readonly name: string;
}

export interface PrepareProgress {
  /** "reading your files", "trying your pictures", "drawing pages": each counts from 0 to its own total. */
  readonly doing: string;
  readonly done: number;
  readonly total: number;
}

export interface DataCalls extends Versioned {
  /** Draws a built-in set. Progress goes to the worker's own event port. */
  drawSet(request: SynthRequest): Promise<Dataset>;
  importFiles(request: ImportRequest): Promise<Dataset>;
  /** The port on which PrepareProgress messages are posted. */
  setProgressPort(port: MessagePort): void;
}

/** What the worker file exposes: both hats. */
export interface LoaderWorkerCalls extends DataCalls, LoaderCalls {
  /** The worker's `performance.now()`, by which its clock is compared with the trainer's. */
  now(): number;
}

interface Versioned {
  protocolVersion(): number;
}
