// Lets the WASM engine run in Node: compiles its kernels once, and starts helper threads as worker threads.

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type Helper, type HelperTask, threadsFor, type WasmHost } from "../src/engine/index.ts";
import { compiledKernels } from "./compile-kernels.ts";

/** The same life as src/engine/wasm/kernels-module.ts `help`, in the JavaScript that a bare worker thread can run. */
const HELPER = `
const { parentPort, workerData } = require("node:worker_threads");
const { module, memory, control, scratch } = workerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
parentPort.postMessage("ready");
exports.follow(control, scratch);
`;

let module: Promise<WebAssembly.Module> | undefined;

/** "auto": as many threads as this machine's cores allow. */
export function wasmInNode(threads: number | "auto" = "auto"): WasmHost {
  return {
    threads: threadsFor(availableParallelism(), threads),
    kernels: () => {
      module ??= compiledKernels().then(async (path) => WebAssembly.compile(await readFile(path)));
      return module;
    },
    startHelper,
  };
}

function startHelper(task: HelperTask): Helper {
  const worker = new Worker(HELPER, { eval: true, workerData: task });
  // A sleeping helper must not keep the process alive.
  worker.unref();
  const failed = new Promise<never>((_, reject) => {
    worker.once("error", reject);
  });
  failed.catch(() => undefined);
  const ready = new Promise<void>((resolve) => {
    worker.once("message", () => resolve());
  });
  return { ready, failed, stop: () => void worker.terminate() };
}
