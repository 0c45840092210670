// Operations that make each output value from a few input values: one thread for each value of the output.

import type { PlanOp, View } from "../../../plan/types.ts";
import { activationCode, blocks, type KernelCall, place, reads, writes } from "../../kernel.ts";
import { withActivation } from "../shared/epilogue.ts";
import activationText from "./activation.wgsl?raw";
import activationGradientText from "./activation-gradient.wgsl?raw";
import addUpsampledText from "./add-upsampled.wgsl?raw";
import copyText from "./copy.wgsl?raw";
import scaleChannelsText from "./scale-channels.wgsl?raw";
import upsampleText from "./upsample.wgsl?raw";
import upsampleGradientText from "./upsample-gradient.wgsl?raw";

type Of<K extends PlanOp["kind"]> = Extract<PlanOp, { kind: K }>;

export function activation(op: Of<"activation">): KernelCall {
  const { input, output } = op;
  return {
    kernel: "activation",
    source: withActivation(activationText),
    constants: { ACTIVATION: activationCode(op.activation) },
    sizes: { plane: planeOf(output), ...place("input", input), ...place("output", output) },
    numbers: { slope: op.activation.slope },
    bindings: { input: reads(input), output: writes(output) },
    workgroups: eachValueOf(output),
  };
}

export function activationGradient(op: Of<"activationGradient">): KernelCall {
  const { saved, outputGradient, inputGradient } = op;
  return {
    kernel: "activationGradient",
    source: withActivation(activationGradientText),
    constants: { ACTIVATION: activationCode(op.activation), ACCUMULATE: Number(op.accumulate) },
    sizes: {
      plane: planeOf(saved),
      ...place("saved", saved),
      ...place("gradient", outputGradient),
      ...place("input", inputGradient),
    },
    numbers: { slope: op.activation.slope },
    bindings: {
      saved: reads(saved),
      outputGradient: reads(outputGradient),
      inputGradient: writes(inputGradient),
    },
    workgroups: eachValueOf(saved),
  };
}

export function addUpsampled(op: Of<"addUpsampled">): KernelCall {
  const { base, coarse, output, factor } = op;
  return {
    kernel: "addUpsampled",
    source: addUpsampledText,
    constants: { FACTOR: factor },
    sizes: {
      ...sidesOf(output),
      ...place("base", base),
      ...place("coarse", coarse),
      ...place("output", output),
    },
    numbers: { inverseWidth: 1 / output.width },
    bindings: { base: reads(base), coarse: reads(coarse), output: writes(output) },
    workgroups: eachValueOf(output),
  };
}

export function upsample(op: Of<"upsample">): KernelCall {
  const { input, output, factor } = op;
  return {
    kernel: "upsample",
    source: upsampleText,
    constants: { FACTOR: factor },
    numbers: { inverseWidth: 1 / output.width },
    sizes: { ...sidesOf(output), ...place("input", input), ...place("output", output) },
    bindings: { input: reads(input), output: writes(output) },
    workgroups: eachValueOf(output),
  };
}

export function upsampleGradient(op: Of<"upsampleGradient">): KernelCall {
  const { outputGradient, inputGradient, factor, accumulate } = op;
  return {
    kernel: "upsampleGradient",
    source: upsampleGradientText,
    constants: { FACTOR: factor, ACCUMULATE: Number(accumulate) },
    numbers: { inverseWidth: 1 / inputGradient.width },
    sizes: {
      ...sidesOf(inputGradient),
      ...place("gradient", outputGradient),
      ...place("input", inputGradient),
    },
    bindings: { outputGradient: reads(outputGradient), inputGradient: writes(inputGradient) },
    workgroups: eachValueOf(inputGradient),
  };
}

export function scaleChannels(op: Of<"scaleChannels">): KernelCall {
  return scaled("scaleChannels", op.input, op.scale, op.output, false);
}

export function scaleChannelsInputGradient(op: Of<"scaleChannelsInputGradient">): KernelCall {
  const { outputGradient, scale, inputGradient, accumulate } = op;
  return scaled("scaleChannelsInputGradient", outputGradient, scale, inputGradient, accumulate);
}

function scaled(kernel: string, input: View, scale: View, output: View, accumulate: boolean): KernelCall {
  return {
    kernel,
    source: scaleChannelsText,
    constants: { ACCUMULATE: Number(accumulate) },
    sizes: {
      plane: planeOf(output),
      ...place("input", input),
      ...place("scale", scale),
      ...place("output", output),
    },
    bindings: { input: reads(input), scale: reads(scale), output: writes(output) },
    workgroups: eachValueOf(output),
  };
}

export function copy(op: Of<"copy">): KernelCall {
  const { input, output, accumulate } = op;
  return {
    kernel: "copy",
    source: copyText,
    constants: { ACCUMULATE: Number(accumulate) },
    sizes: { plane: planeOf(output), ...place("input", input), ...place("output", output) },
    bindings: { input: reads(input), output: writes(output) },
    workgroups: eachValueOf(output),
  };
}

export function planeOf(view: View): number {
  return view.height * view.width;
}

function sidesOf(view: View): { height: number; width: number } {
  return { height: view.height, width: view.width };
}

/** Pixels, channels and pages along the three axes of the grid. */
export function eachValueOf(view: View): readonly [number, number, number] {
  return [blocks(planeOf(view), 64), view.channels, view.batch];
}
