// The executors of training that run in Node, in parts, by the name that --engine takes. Those that need a GPU are checked
// with the same code in a browser (tests/gpu/references.test.ts).

import "../tfjs-in-node.ts";
import { type EngineId, type EngineParts, tfjsEngineParts, wasmFactory } from "../../../src/engine/index.ts";
import { wasmInNode } from "../../wasm-in-node.ts";
import { planParts } from "./plan-parts.ts";
import { wasmMachines } from "./wasm-machine.ts";

export interface NodeExecutor {
  readonly id: EngineId;
  open(): Promise<EngineParts>;
}

/** Those that this machine can run. */
export async function executorsInNode(): Promise<readonly NodeExecutor[]> {
  const host = wasmInNode(1);
  const wasm = await wasmFactory(() => host).available();
  const tfjs: NodeExecutor = { id: "tfjs-cpu", open: () => tfjsEngineParts("cpu") };
  if (!wasm.ok) return [tfjs];
  return [tfjs, { id: "wasm", open: async () => planParts("wasm", wasmMachines(await host.kernels())) }];
}
