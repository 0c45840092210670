// Every kernel against the 64-bit reference, on random shapes, odd sizes and slices of larger tensors among them.

import { describe, expect, it } from "vitest";
import { requestGpu } from "../../src/engine/webgpu/index.ts";
import { checkOperation } from "./check-operation.ts";
import {
  batchNormCases,
  convCases,
  convTransposeCases,
  type OperationCase,
  pointwiseCases,
  poolingCases,
} from "./operation-cases.ts";
import { databaseLoss, engineSettings, everythingGraph } from "./reference/fixtures.ts";

const settings = engineSettings(everythingGraph(), { batchSize: 1, sizePx: 8, loss: databaseLoss });

describe.each<[string, readonly OperationCase[]]>([
  ["convolutions", convCases()],
  ["transposed convolutions", convTransposeCases()],
  ["batch norm", batchNormCases()],
  ["pointwise operations", pointwiseCases()],
  ["pooling and sums", poolingCases()],
])("%s", (_, cases) => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
    const { device } = await requestGpu();
    const { values, gradients } = await checkOperation(device, one, settings);
    expect(values).toBeLessThan(1e-5);
    expect(gradients).toBeLessThan(1e-4);
  });
});
