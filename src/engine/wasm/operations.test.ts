import { beforeAll, describe, expect, it } from "vitest";
import { wasmInNode } from "../../../cli/wasm-in-node.ts";
import {
  batchNormCases,
  convCases,
  convTransposeCases,
  type OperationCase,
  pointwiseCases,
  poolingCases,
} from "../../../tests/gpu/operation-cases.ts";
import { databaseLoss, randomBatch } from "../../../tests/gpu/reference/fixtures.ts";
import { runOperation } from "../../../tests/gpu/reference/operations.ts";
import type { Memory } from "../../../tests/gpu/reference/tensors.ts";
import type { PlanOp } from "../plan/types.ts";
import { runOperationOnWasm } from "./run-operation.ts";

const constants = {
  loss: databaseLoss,
  thresholdRange: [0.3, 0.7] as const,
  normalisation: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const,
};

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await wasmInNode(1).kernels();
});

/** ‖got − expected‖ / ‖expected‖. */
function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    difference += ((got[index] ?? Number.NaN) - (expected[index] ?? Number.NaN)) ** 2;
    size += (expected[index] ?? Number.NaN) ** 2;
  }
  return Math.sqrt(difference / Math.max(size, 1e-30));
}

/** Over all memory: what should change and what should not. */
async function check({ op, memory }: OperationCase): Promise<void> {
  const measured = await runOperationOnWasm(module, op, memory, constants);
  runOperation(memory as Memory, op as Exclude<PlanOp, { kind: "importImage" | "loss" }>);
  for (const [index, expected] of memory.buffers.entries()) {
    expect(relativeError(measured.buffers[index] ?? [], expected), `buffer ${index}`).toBeLessThan(1e-5);
  }
  for (const store of ["trainable", "frozen", "statistics"] as const) {
    expect(relativeError(measured.stores[store], memory.stores[store]), store).toBeLessThan(1e-5);
  }
  expect(relativeError(measured.gradients, memory.gradients), "gradients").toBeLessThan(1e-5);
}

const batch = randomBatch(1, 8, 1);

describe("kernels equal the 64-bit reference", () => {
  const cases = [
    ...convCases(),
    ...convTransposeCases(),
    ...batchNormCases(),
    ...pointwiseCases(),
    ...poolingCases(),
  ];
  it.each(cases.map((each) => [each.name, each] as const))("%s", (_name, each) => check(each));
  it("has a batch", () => expect(batch.flags.length).toBe(64));
});
