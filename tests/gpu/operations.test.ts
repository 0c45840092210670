// Every kernel against the 64-bit reference, on random shapes, odd sizes and slices of larger tensors among them.

import { describe, expect, it } from "vitest";
import { requestGpu } from "../../src/engine/webgpu/index.ts";
import { variantsFor } from "../../src/engine/webgpu/variants.ts";
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

// A software adapter runs what waits for each other in small workgroups, a GPU in large ones.
it.each([...batchNormCases(), ...poolingCases()].map((one) => [one.name, one] as const))(
  "%s by 4 threads",
  async (_name, one) => {
    const { device } = await requestGpu();
    const { values, gradients } = await checkOperation(device, one, { ...settings, waitingThreads: 4 });
    expect(values).toBeLessThan(1e-5);
    expect(gradients).toBeLessThan(1e-4);
  },
);

// Which of them runs a layer is decided by trial on a GPU, so each must be right, also where none would be chosen here.
// A few shapes, because a software adapter compiles them slowly: 3×3 of both strides, 5×5, groups, many channels.
const SHAPES = new Set(["5", "6", "8", "20", "25"]);
const someCases = convCases().filter(({ name }) => SHAPES.has(name.split(" ").at(-1) ?? ""));
const byVariant = someCases.flatMap((one) =>
  variantsFor(one.op, true)
    .filter((variant) => variant !== "workgroup64" || one.name.endsWith(" 25"))
    .map((variant) => [`${one.name} by ${variant}`, one, variant] as const),
);

it.each(byVariant)("%s", async (_name, one, variant) => {
  const { device } = await requestGpu();
  if (!variantsFor(one.op, device.features.has("subgroups" as GPUFeatureName)).includes(variant)) return;
  const { values, gradients } = await checkOperation(device, structuredClone(one), {
    ...settings,
    variantOf: () => variant,
  });
  expect(values).toBeLessThan(1e-5);
  expect(gradients).toBeLessThan(1e-4);
});
