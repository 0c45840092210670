// Maximum and average pooling with their gradients, and other sums over pixels.

import type { PlanOp, Slot, View } from "../../../plan/types.ts";
import { type Binding, type KernelCall, named, place, reads, writes } from "../../kernel.ts";
import type { Partial } from "../../partials.ts";
import { eachValueOf, planeOf } from "../pointwise/pointwise.ts";
import reduceText from "../shared/reduce.wgsl?raw";
import biasText from "./bias-gradient.wgsl?raw";
import averageText from "./global-average-pool.wgsl?raw";
import averageGradientText from "./global-average-pool-gradient.wgsl?raw";
import maxText from "./max-pool.wgsl?raw";
import maxGradientText from "./max-pool-gradient.wgsl?raw";

type Of<K extends PlanOp["kind"]> = Extract<PlanOp, { kind: K }>;

const GROUP = 64;

export function maxPool(op: Of<"maxPool">): KernelCall {
  const { input, output, geometry } = op;
  return {
    kernel: "maxPool",
    source: maxText,
    constants: { K: geometry.kernel, P: geometry.padding },
    sizes: { ...sides(input, output), ...place("input", input), ...place("output", output) },
    bindings: { input: reads(input), output: writes(output) },
    workgroups: eachValueOf(output),
  };
}

export function maxPoolGradient(op: Of<"maxPoolGradient">): KernelCall {
  const { input, outputGradient, inputGradient, geometry, accumulate } = op;
  return {
    kernel: "maxPoolGradient",
    source: maxGradientText,
    constants: { K: geometry.kernel, P: geometry.padding, ACCUMULATE: Number(accumulate) },
    sizes: {
      ...sides(input, outputGradient),
      ...place("input", input),
      ...place("gradient", outputGradient),
      ...place("inputGradient", inputGradient),
    },
    bindings: {
      input: reads(input),
      outputGradient: reads(outputGradient),
      inputGradient: writes(inputGradient),
    },
    workgroups: eachValueOf(input),
  };
}

export function globalAveragePool(op: Of<"globalAveragePool">): KernelCall {
  const { input, output } = op;
  return sumOfPlanes("globalAveragePool", { input, output, factor: 1 / planeOf(input), accumulate: false });
}

export function scaleChannelsScaleGradient(op: Of<"scaleChannelsScaleGradient">): KernelCall {
  const { outputGradient, input, scaleGradient, accumulate } = op;
  return sumOfPlanes("scaleChannelsScaleGradient", {
    input: outputGradient,
    other: input,
    output: scaleGradient,
    factor: 1,
    accumulate,
  });
}

interface PlaneSum {
  readonly input: View;
  readonly other?: View;
  readonly output: View;
  readonly factor: number;
  readonly accumulate: boolean;
}

function sumOfPlanes(kernel: string, { input, other, output, factor, accumulate }: PlaneSum): KernelCall {
  const bindings: Record<string, Binding> = {
    input: reads(input),
    ...(other === undefined ? {} : { other: reads(other) }),
    output: writes(output),
  };
  return {
    kernel,
    source: `${reduceText}\n${averageText}`,
    constants: { WG: GROUP, PRODUCT: Number(other !== undefined), ACCUMULATE: Number(accumulate) },
    sizes: {
      plane: planeOf(input),
      ...place("input", input),
      ...(other === undefined ? {} : place("other", other)),
      ...place("output", output),
    },
    numbers: { factor },
    bindings,
    workgroups: [input.channels, input.batch, 1],
  };
}

export function globalAveragePoolGradient(op: Of<"globalAveragePoolGradient">): KernelCall {
  const { outputGradient, inputGradient, accumulate } = op;
  return {
    kernel: "globalAveragePoolGradient",
    source: averageGradientText,
    constants: { ACCUMULATE: Number(accumulate) },
    sizes: {
      plane: planeOf(inputGradient),
      ...place("gradient", outputGradient),
      ...place("input", inputGradient),
    },
    bindings: { outputGradient: reads(outputGradient), inputGradient: writes(inputGradient) },
    workgroups: eachValueOf(inputGradient),
  };
}

export function biasGradient(
  op: Of<"biasGradient">,
  reserve: (slot: Slot, copies: number) => Partial,
): KernelCall {
  const { outputGradient, gradient } = op;
  const { offset, size } = reserve(gradient, 1);
  return {
    kernel: "biasGradient",
    source: `${reduceText}\n${biasText}`,
    constants: { WG: GROUP },
    sizes: {
      batch: outputGradient.batch,
      plane: planeOf(outputGradient),
      ...place("gradient", outputGradient),
    },
    bindings: {
      outputGradient: reads(outputGradient),
      partials: named("partials", "read_write", { offset, size }),
    },
    workgroups: [outputGradient.channels, 1, 1],
  };
}

function sides(input: View, output: View) {
  return {
    inHeight: input.height,
    inWidth: input.width,
    outHeight: output.height,
    outWidth: output.width,
  };
}
