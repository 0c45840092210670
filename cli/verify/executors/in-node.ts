// The executors of training that run in Node, in parts, by the name that --engine takes.

import "../tfjs-in-node.ts";
import { type EngineId, type EngineParts, tfjsEngineParts, wasmFactory } from "../../../src/engine/index.ts";
import { wasmInNode } from "../../wasm-in-node.ts";
import { planParts } from "./plan-parts.ts";
import { wasmMachines } from "./wasm-machine.ts";

/** An executor, or why this machine cannot run it. */
export type NodeExecutor =
  | { readonly id: EngineId; open(): Promise<EngineParts> }
  | { readonly id: EngineId; readonly absent: string };

export async function executorsInNode(): Promise<readonly NodeExecutor[]> {
  const host = wasmInNode(1);
  const wasm = await wasmFactory(() => host).available();
  return [
    { id: "tfjs-cpu", open: () => tfjsEngineParts("cpu") },
    wasm.ok
      ? { id: "wasm", open: async () => planParts("wasm", wasmMachines(await host.kernels())) }
      : { id: "wasm", absent: wasm.reason },
  ];
}
