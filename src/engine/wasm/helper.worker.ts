// A helper thread of the WASM engine: works on programs over shared memory until the engine is closed. Wiring only.

import type { HelperTask } from "./host.ts";
import { help } from "./kernels-module.ts";

globalThis.addEventListener("message", ({ data }: MessageEvent<HelperTask>) => {
  help(data, () => globalThis.postMessage("ready")).catch((error: unknown) => {
    // As an error of the worker, which its starter listens to.
    queueMicrotask(() => {
      throw error;
    });
  });
});
