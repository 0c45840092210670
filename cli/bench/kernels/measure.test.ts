import { expect, it } from "vitest";
import { measureKernels, moduleBytes } from "./measure.ts";

it("times every kind of kernel of a step, and a product of the same kernel", async () => {
  const { kinds, product, convolution, share } = await measureKernels("S", 2);
  expect(Object.keys(kinds)).toEqual(expect.arrayContaining(["gemm", "dot", "spread", "pack", "move"]));
  expect(product).toBeGreaterThan(0);
  expect(share).toBeCloseTo(convolution / product, 9);
});

it("keeps the module under 60 kB, gzipped", async () => {
  expect(await moduleBytes()).toBeLessThan(60_000);
});
