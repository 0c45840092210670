// The compiled WebGPU engine, as the list of engines knows it.

import type { EngineFactory } from "../engine.ts";
import { requestGpu } from "./device.ts";
import { buildWebGpuEngine } from "./build.ts";

export { buildWebGpuEngine } from "./build.ts";
export type { WebGpuEngine } from "./engine.ts";
export { type GpuDevice, requestGpu } from "./device.ts";

export const webgpuEngine: EngineFactory = {
  id: "webgpu",
  async available() {
    const gpu: GPU | undefined = globalThis.navigator?.gpu;
    if (gpu === undefined) return { ok: false, reason: "This browser has no WebGPU." };
    const adapter = await gpu.requestAdapter();
    return adapter === null
      ? { ok: false, reason: "The browser offers no graphics adapter for WebGPU." }
      : { ok: true };
  },
  async build(settings, progress) {
    return buildWebGpuEngine(settings, progress, await requestGpu());
  },
};
