// The module's exports, and what a helper thread does with them.

import type { HelperTask } from "./host.ts";

export interface Kernels {
  runAlone(program: number, count: number, scratch: number): void;
  /** 1 when everything was done, 0 when a helper did not finish what it had taken. */
  lead(control: number, program: number, count: number, scratch: number): number;
  /** Returns when the engine is closed. */
  follow(control: number, scratch: number): void;
}

export async function kernelsOf(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as Kernels;
}

/** The word by which a helper says that it failed; the same as `Control.isBroken` in assembly/kernels.as. */
export const IS_BROKEN_BYTES = 16;

/** A helper thread's life. `onReady` is called when it can work. What it throws has been told to the leader before. */
export async function help(task: HelperTask, onReady: () => void): Promise<void> {
  const kernels = await kernelsOf(task.module, task.memory);
  onReady();
  try {
    kernels.follow(task.control, task.scratch);
  } catch (error) {
    Atomics.store(new Int32Array(task.memory.buffer, task.control + IS_BROKEN_BYTES, 1), 0, 1);
    throw error;
  }
}
