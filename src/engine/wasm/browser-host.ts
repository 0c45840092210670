// The WASM engine's surroundings in a browser: the module that the build made, and nested workers as helper threads.
/// <reference path="./kernels.d.ts" />

import { PlaygroundError } from "../../core/index.ts";
import kernelsUrl from "./assembly/kernels.as?compiled";
import relaxedUrl from "./assembly/kernels.as?compiled&relaxed";
import { hasRelaxedSimd } from "./features.ts";
import { type Helper, type HelperTask, helperDied, threadsFor, type WasmHost } from "./host.ts";

/** One thread, whatever was asked for, where the page is not isolated or may not wait. */
export function browserHost(wanted: number | "auto" = "auto"): WasmHost {
  const host = { kernels: loadKernels, startHelper };
  if (canShare()) return { ...host, threads: threadsFor(navigator.hardwareConcurrency, wanted, true) };
  if (wanted === "auto" || wanted === 1) return { ...host, threads: 1 };
  const threadsNotice = `${wanted} threads were asked for, but this page is not isolated, so its threads cannot share memory.`;
  return { ...host, threads: 1, threadsNotice };
}

/** Memory goes to other threads only in an isolated page, and a page's own thread may not sleep at a barrier. */
function canShare(): boolean {
  return globalThis.crossOriginIsolated && !("document" in globalThis);
}

async function loadKernels(): Promise<WebAssembly.Module> {
  const url = hasRelaxedSimd() ? relaxedUrl : kernelsUrl;
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return await WebAssembly.compile(await answer.arrayBuffer());
  } catch (error) {
    throw new PlaygroundError({
      code: "internal",
      message: "The kernels for the processor could not be loaded.",
      what: url,
      doing: "preparing the training step",
      next: "Reload the page.",
      cause: error instanceof Error ? error.message : String(error),
    });
  }
}

function startHelper(task: HelperTask): Helper {
  const worker = new Worker(new URL("./helper.worker.ts", import.meta.url), {
    type: "module",
    name: "wasm helper",
  });
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener("error", (event) => reject(helperDied(event.message)));
    worker.addEventListener("messageerror", () => reject(helperDied("a message could not be read")));
  });
  failed.catch(() => undefined);
  const ready = new Promise<void>((resolve) => {
    worker.addEventListener("message", () => resolve());
  });
  worker.postMessage(task);
  return { ready, failed, stop: () => worker.terminate() };
}
