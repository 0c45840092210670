// Compares one operation on the GPU with the 64-bit reference, over all memory: what should change and what should not.

import type { PlanOp } from "../../src/engine/plan/types.ts";
import type { CallSettings } from "../../src/engine/webgpu/calls.ts";
import { runOperation } from "./reference/operations.ts";
import type { OperationCase } from "./operation-cases.ts";
import { runOperationOnGpu } from "./run-operation.ts";

/** Relative L2 errors of one operation. */
export interface OperationErrors {
  readonly values: number;
  readonly gradients: number;
}

export async function checkOperation(
  device: GPUDevice,
  { op, memory }: OperationCase,
  settings: CallSettings,
): Promise<OperationErrors> {
  const measured = await runOperationOnGpu(device, op, memory, settings);
  runOperation(memory, op as Exclude<PlanOp, { kind: "importImage" | "loss" }>);
  const { stores } = memory;
  const pairs: readonly (readonly [Float32Array | undefined, Float64Array])[] = [
    ...memory.buffers.map((values, index) => [measured.buffers[index], values] as const),
    [measured.stores.statistics, stores.statistics],
    [measured.stores.trainable, stores.trainable],
  ];
  const values = Math.max(
    ...pairs.map(([got, expected]) => relativeError(got ?? new Float32Array(), expected)),
  );
  return { values, gradients: relativeError(measured.gradients, memory.gradients) };
}

/** ‖got − expected‖ / ‖expected‖. */
export function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    difference += ((got[index] ?? Number.NaN) - (expected[index] ?? Number.NaN)) ** 2;
    size += (expected[index] ?? Number.NaN) ** 2;
  }
  return Math.sqrt(difference / Math.max(size, 1e-30));
}
