// The ways to build an engine. Nothing of an engine is loaded before it is built.

import type { EngineFactory } from "./engine.ts";
import type { EngineParts } from "./parts.ts";
import { wasmFactory } from "./wasm/factory.ts";

type Answer = Awaited<ReturnType<EngineFactory["available"]>>;

const tfjs = (name: "webgpu" | "webgl" | "cpu", available: () => Promise<Answer>): EngineFactory => ({
  id: `tfjs-${name}`,
  available,
  build: async (settings, progress) => {
    const { buildTfjsEngine } = await import("./tfjs/engine.ts");
    return buildTfjsEngine(name, settings, progress);
  },
});

const compiledWebGpu: EngineFactory = {
  id: "webgpu",
  available: hasWebGpu,
  build: async (settings, progress) => {
    const { webgpuEngine } = await import("./webgpu/index.ts");
    return webgpuEngine.build(settings, progress);
  },
};

/** Another engine is one more line; choose.ts knows which is best. */
export const engineFactories: readonly EngineFactory[] = [
  compiledWebGpu,
  wasmFactory(),
  tfjs("webgpu", hasWebGpu),
  tfjs("webgl", hasWebGl),
  tfjs("cpu", async () => ({ ok: true })),
];

/** The tfjs engine in parts, for checks. Throws PlaygroundError when the backend cannot start. */
export async function tfjsEngineParts(name: "webgpu" | "webgl" | "cpu"): Promise<EngineParts> {
  const { tfjsParts } = await import("./tfjs/parts.ts");
  return tfjsParts(name);
}

async function hasWebGpu(): Promise<Answer> {
  const gpu = globalThis.navigator?.gpu;
  if (gpu === undefined) return { ok: false, reason: "this browser has no WebGPU." };
  const adapter = await gpu.requestAdapter();
  if (adapter === null) return { ok: false, reason: "WebGPU found no adapter." };
  const { isFallbackAdapter, vendor, architecture, device, description } = adapter.info;
  const names = [vendor, architecture, device, description].join(" ");
  return {
    ok: true,
    isSoftware: isFallbackAdapter || SOFTWARE_ADAPTERS.test(names),
    hasHalves: adapter.features.has("shader-f16"),
  };
}

/** Adapters that are a processor in disguise. */
const SOFTWARE_ADAPTERS = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

async function hasWebGl(): Promise<Answer> {
  if (typeof OffscreenCanvas === "undefined")
    return { ok: false, reason: "there is no canvas for WebGL here." };
  const context = new OffscreenCanvas(1, 1).getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context === null ? { ok: false, reason: "this browser has no WebGL 2." } : { ok: true };
}
