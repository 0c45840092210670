// The executors of training that need a browser, in parts, by the name that --engine takes.

import { type EngineParts, tfjsEngineParts } from "../../../src/engine/index.ts";
import { requestGpu } from "../../../src/engine/webgpu/index.ts";
import { planParts } from "./plan-parts.ts";
import { webgpuMachines } from "./webgpu-machine.ts";

export type BrowserExecutor = "webgpu" | "tfjs-webgpu" | "tfjs-webgl";

export const openInBrowser: Readonly<Record<BrowserExecutor, () => Promise<EngineParts>>> = {
  webgpu: async () => planParts("webgpu", webgpuMachines(await requestGpu())),
  "tfjs-webgpu": () => tfjsEngineParts("webgpu"),
  "tfjs-webgl": () => tfjsEngineParts("webgl"),
};
