// Loads onnxruntime-web: its WASM build in a browser, Node's own build in Node. The one place that imports the library, when it
// is first needed and never before.

import type * as Ort from "onnxruntime-web/wasm";
import { PlaygroundError } from "../core/index.ts";

export type { Ort };

/** Node resolves the package itself; the variable keeps bundlers from packing the browser's default build as well. */
const NODE_PACKAGE = "onnxruntime-web";

let loaded: { readonly threads: number; readonly runtime: Promise<typeof Ort> } | undefined;

/**
 * Threads need a page that is isolated; elsewhere it is one. The library takes their number once, so another one is refused
 * later. A load that failed is tried again by the next call.
 */
export async function loadRuntime(threads: number, load = importRuntime): Promise<typeof Ort> {
  if (loaded !== undefined && loaded.threads !== threads) {
    throw new PlaygroundError({
      code: "internal",
      message: `onnxruntime was started with ${loaded.threads} threads and cannot change to ${threads}.`,
      doing: "loading onnxruntime",
    });
  }
  loaded ??= { threads, runtime: load().then((runtime) => prepared(runtime, threads)) };
  const mine = loaded;
  try {
    return await mine.runtime;
  } catch (thrown) {
    if (loaded === mine) loaded = undefined;
    throw thrown;
  }
}

function importRuntime(): Promise<typeof Ort> {
  return isNode()
    ? (import(/* @vite-ignore */ NODE_PACKAGE) as Promise<typeof Ort>)
    : import("onnxruntime-web/wasm");
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
