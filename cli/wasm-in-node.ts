// Lets the WASM engine run in Node: compiles its kernels once, and starts helper threads as worker threads.

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import {
  type Helper,
  type HelperTask,
  hasRelaxedSimd,
  helperDied,
  threadsFor,
  type WasmHost,
} from "../src/engine/index.ts";
import { compiledKernels } from "./compile-kernels.ts";

/** The same life as src/engine/wasm/kernels-module.ts `help`, in the JavaScript that a bare worker thread can run. */
const HELPER = `
const { parentPort, workerData } = require("node:worker_threads");
const { module, memory, control, scratch } = workerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
parentPort.postMessage("ready");
try {
  exports.follow(control, scratch);
} catch (error) {
  Atomics.store(new Int32Array(memory.buffer, control + 16, 1), 0, 1);
  throw error;
}
`;

let module: Promise<WebAssembly.Module> | undefined;

export interface NodeHost extends WasmHost {
  startHelper(task: HelperTask, onStart?: (worker: Worker) => void): Helper;
}

/** "auto": as many threads as this machine's cores allow. */
export function wasmInNode(threads: number | "auto" = "auto"): NodeHost {
  return {
    threads: threadsFor(availableParallelism(), threads, false),
    kernels: () => {
      module ??= compiledKernels(hasRelaxedSimd()).then(async (path) =>
        WebAssembly.compile(await readFile(path)),
      );
      return module;
    },
    startHelper,
  };
}

/** `onStart` sees the thread itself: tests end it. */
function startHelper(task: HelperTask, onStart: (worker: Worker) => void = () => undefined): Helper {
  const worker = new Worker(HELPER, { eval: true, workerData: task });
  onStart(worker);
  // A sleeping helper must not keep the process alive.
  worker.unref();
  let isStopped = false;
  const failed = new Promise<never>((_, reject) => {
    const died = (cause: string): void => {
      if (!isStopped) reject(helperDied(cause));
    };
    worker.once("error", (error) => died(error.message));
    worker.once("exit", (code) => died(`exit code ${code}`));
  });
  failed.catch(() => undefined);
  const ready = new Promise<void>((resolve) => {
    worker.once("message", () => resolve());
  });
  const stop = (): void => {
    isStopped = true;
    void worker.terminate();
  };
  return { ready, failed, stop };
}
