// What the engine needs of its surroundings: the compiled kernels, and helper threads. A browser and Node have them in
// different ways, so they are handed in.

import { PlaygroundError } from "../../core/index.ts";

/** What a helper thread needs to know; everything in it can be sent to a worker. */
export interface HelperTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Addresses of what threads share and of this thread's scratch. */
  readonly control: number;
  readonly scratch: number;
}

export interface Helper {
  /** Settles when the thread waits for work. */
  readonly ready: Promise<void>;
  /** Rejects when the thread dies by itself. */
  readonly failed: Promise<never>;
  stop(): void;
}

export interface WasmHost {
  kernels(): Promise<WebAssembly.Module>;
  /** Threads that training should use, the calling one among them; 1 where helpers cannot be started. */
  readonly threads: number;
  /** Why these are not as many as were asked for, in one sentence. */
  readonly threadsNotice?: string;
  /** How long a helper may take over one part of an operation before it counts as dead; 20 s unless given. */
  readonly patienceMs?: number;
  startHelper(task: HelperTask): Helper;
}

/**
 * As many as were asked for, else by the machine's cores: one stays for the screen and the loaders. Without a screen the
 * loaders alone do not fill one of two.
 */
export function threadsFor(cores: number, wanted: number | "auto", hasScreen: boolean): number {
  if (wanted !== "auto") return Math.max(1, wanted);
  const kept = hasScreen || cores > 2 ? 1 : 0;
  return Math.max(1, Math.min(cores - kept, MOST_THREADS));
}

/** More share too little work to be worth their barriers. */
const MOST_THREADS = 8;

/** The error of a helper that ended by itself. */
export function helperDied(cause: string): PlaygroundError {
  return new PlaygroundError({
    code: "worker-died",
    message: "A helper thread of the training step has stopped.",
    doing: "training on the processor",
    next: "Start the run again.",
    cause,
  });
}
