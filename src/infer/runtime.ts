// Loads onnxruntime-web: the WASM build everywhere, the WebGPU build where a real GPU makes it faster, Node's own build in Node.
// The one place that imports the library; each build is loaded when it is first needed and never before.

import type * as Ort from "onnxruntime-web/wasm";

export type { Ort };

export type Provider = "wasm" | "webgpu";

/** Node resolves the package itself; the variable keeps bundlers from packing the browser's default build as well. */
const NODE_PACKAGE = "onnxruntime-web";

let wasm: Promise<typeof Ort> | undefined;
let webgpu: Promise<typeof Ort> | undefined;

/** Threads need a page that is isolated; elsewhere it is one. Must be given before the first session. */
export function loadRuntime(provider: Provider, threads: number): Promise<typeof Ort> {
  if (provider === "webgpu") {
    webgpu ??= import("onnxruntime-web/webgpu").then((runtime) => prepared(runtime, threads));
    return webgpu;
  }
  wasm ??= (
    isNode()
      ? (import(/* @vite-ignore */ NODE_PACKAGE) as Promise<typeof Ort>)
      : import("onnxruntime-web/wasm")
  ).then((runtime) => prepared(runtime, threads));
  return wasm;
}

function prepared(runtime: typeof Ort, threads: number): typeof Ort {
  runtime.env.wasm.numThreads = canShareMemory() ? Math.max(1, threads) : 1;
  runtime.env.logLevel = "error";
  return runtime;
}

function canShareMemory(): boolean {
  if (isNode()) return true;
  return typeof SharedArrayBuffer !== "undefined" && globalThis.crossOriginIsolated === true;
}

function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return typeof process?.versions?.node === "string" && typeof workerScope() === "undefined";
}

/** Defined in a browser's worker only. */
function workerScope(): unknown {
  return (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope;
}
