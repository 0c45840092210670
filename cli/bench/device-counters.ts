// Counts what any engine asks of the GPU, by standing in front of the browser's own methods.

import type { StepCounts } from "./types.ts";

type Counts = { -readonly [K in keyof StepCounts]: number };

/** What `work` asks for until it settles. Slows it down, so it is not for steps that are timed. */
export async function counted(work: () => Promise<unknown>): Promise<StepCounts> {
  const counts: Counts = { dispatches: 0, submits: 0, bufferCreations: 0, bindGroupCreations: 0 };
  const undo = [
    count(GPUComputePassEncoder.prototype, "dispatchWorkgroups", () => counts.dispatches++),
    count(GPUQueue.prototype, "submit", () => counts.submits++),
    count(GPUDevice.prototype, "createBuffer", () => counts.bufferCreations++),
    count(GPUDevice.prototype, "createBindGroup", () => counts.bindGroupCreations++),
  ];
  try {
    await work();
    return counts;
  } finally {
    for (const each of undo) each();
  }
}

function count(prototype: object, method: string, onCall: () => void): () => void {
  const original: unknown = Reflect.get(prototype, method);
  if (typeof original !== "function") throw new Error(`this browser has no ${method}`);
  Object.defineProperty(prototype, method, {
    configurable: true,
    value(this: unknown, ...given: unknown[]): unknown {
      onCall();
      return Reflect.apply(original, this, given);
    },
  });
  return () =>
    Object.defineProperty(prototype, method, { configurable: true, writable: true, value: original });
}
