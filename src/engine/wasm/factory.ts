// The way to build the WASM engine. Nothing of it is loaded before it is built.

import type { EngineFactory } from "../engine.ts";
import { hasSimd } from "./features.ts";
import type { WasmHost } from "./host.ts";

/** In a browser without `openHost`; Node hands one in, because it compiles and starts threads differently. */
export function wasmFactory(openHost?: (threads: number | "auto") => WasmHost): EngineFactory {
  return {
    id: "wasm",
    available: async () => {
      if (!hasSimd()) return { ok: false, reason: "this machine has no WASM SIMD." };
      if (openHost === undefined && !isBrowser())
        return { ok: false, reason: "nothing here loads its kernels." };
      return { ok: true };
    },
    build: async (settings, progress) => {
      const { buildWasmEngine } = await import("./engine.ts");
      const open = openHost ?? (await import("./browser-host.ts")).browserHost;
      return buildWasmEngine(settings, progress, open(settings.threads ?? "auto"));
    },
  };
}

function isBrowser(): boolean {
  return "WorkerGlobalScope" in globalThis || "document" in globalThis;
}
