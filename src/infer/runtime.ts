// Loads onnxruntime-web: its WASM or its WebGPU build in a browser, Node's own build in Node. The one place that imports the
// library, when it is first needed and never before.

import type * as Ort from "onnxruntime-web/wasm";
import { PlaygroundError } from "../core/index.ts";

export type { Ort };

export type Provider = "wasm" | "webgpu";

/** Node resolves the package itself; the variable keeps bundlers from packing the browser's default build as well. */
const NODE_PACKAGE = "onnxruntime-web";

interface Loaded {
  readonly threads: number;
  readonly runtime: Promise<typeof Ort>;
}

/** Each build is a library of its own, with threads of its own. */
const loaded = new Map<Provider, Loaded>();

/**
 * Threads need a page that is isolated; elsewhere it is one. The library takes their number once, so another one is refused
 * later. A load that failed is tried again by the next call.
 */
export async function loadRuntime(
  threads: number,
  provider: Provider = "wasm",
  load: (provider: Provider) => Promise<typeof Ort> = importRuntime,
): Promise<typeof Ort> {
  const known = loaded.get(provider);
  if (known !== undefined && known.threads !== threads) {
    throw new PlaygroundError({
      code: "internal",
      message: `onnxruntime was started with ${known.threads} threads and cannot change to ${threads}.`,
      doing: "loading onnxruntime",
    });
  }
  const mine = known ?? { threads, runtime: load(provider).then((runtime) => prepared(runtime, threads)) };
  loaded.set(provider, mine);
  try {
    return await mine.runtime;
  } catch (thrown) {
    if (loaded.get(provider) === mine) loaded.delete(provider);
    throw thrown;
  }
}

function importRuntime(provider: Provider): Promise<typeof Ort> {
  if (isNode()) return import(/* @vite-ignore */ NODE_PACKAGE) as Promise<typeof Ort>;
  return provider === "wasm" ? import("onnxruntime-web/wasm") : import("onnxruntime-web/webgpu");
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
