// Counts what any engine asks of the GPU, by standing in front of the browser's own methods.

import type { StepCounts } from "./engine-report.ts";

type Counts = { -readonly [K in keyof StepCounts]: number };

const counts: Counts = { dispatches: 0, submits: 0, bufferCreations: 0, bindGroupCreations: 0 };

/** Call once, before any device is used. */
export function countDeviceCalls(): void {
  count(GPUComputePassEncoder.prototype, "dispatchWorkgroups", "dispatches");
  count(GPUQueue.prototype, "submit", "submits");
  count(GPUDevice.prototype, "createBuffer", "bufferCreations");
  count(GPUDevice.prototype, "createBindGroup", "bindGroupCreations");
}

/** What `work` asked for until it settled, beside its value. */
export async function counted<T>(work: () => Promise<T>): Promise<{ value: T; counts: StepCounts }> {
  const before = { ...counts };
  const value = await work();
  const difference = Object.fromEntries(
    Object.entries(counts).map(([name, after]) => [name, after - (before[name as keyof Counts] ?? 0)]),
  ) as unknown as StepCounts;
  return { value, counts: difference };
}

function count(prototype: object, method: string, name: keyof Counts): void {
  const original: unknown = Reflect.get(prototype, method);
  if (typeof original !== "function") throw new Error(`this browser has no ${method}`);
  Object.defineProperty(prototype, method, {
    configurable: true,
    value(this: unknown, ...given: unknown[]): unknown {
      counts[name] += 1;
      return Reflect.apply(original, this, given);
    },
  });
}
