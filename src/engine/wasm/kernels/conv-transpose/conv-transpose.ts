// 2×2 transposed convolutions of stride 2 and their gradients: plain products, because their output pixels do not overlap.
// Weight [in, out/groups, 2, 2].

import type { PlanOp, View } from "../../../plan/types.ts";
import type { Record } from "../../program.ts";
import { pageBytes, planeBytes, type Space } from "../../space.ts";
import { rowLayout } from "../convolution/convolution.ts";
import { directLayout, type Layout, listOf, spreadLayout } from "../layout/layout.ts";
import { dot, foldEpilogue, gemm, packWeights, plainTarget } from "../product/product.ts";

type Op<K extends PlanOp["kind"]> = Extract<PlanOp, { kind: K }>;

export function convTranspose(op: Op<"convTranspose">, space: Space): Record[] {
  const { input, output, groups } = op;
  const [inputs, outputs] = [input.channels / groups, output.channels / groups];
  const weights = packWeights(
    {
      weights: space.slot(op.weight),
      rowBytes: 4,
      groupBytes: inputs * outputs * 16,
      offsets: listOf(inputs, (index) => index * outputs * 16),
      rows: outputs * 4,
      groups,
    },
    space,
  );
  const image = directLayout(input, space);
  const finish = foldEpilogue(op.epilogue, output.channels, space);
  const target = {
    address: space.at(output),
    pageBytes: pageBytes(output),
    groupBytes: outputs * planeBytes(output),
    channelBytes: planeBytes(output),
    rowBytes: output.width * 4,
    columnBytes: 8,
    store: "quad" as const,
    height: input.height,
    width: input.width,
  };
  const offsets = listOf(inputs, (index) => index * image.channelBytes);
  const rest = finish === undefined ? {} : { finish };
  return [
    gemm(
      { weights, image, groupChannels: inputs, offsets, groups, batch: input.batch, target, ...rest },
      space,
    ),
  ];
}

export function convTransposeInputGradient(op: Op<"convTransposeInputGradient">, space: Space): Record[] {
  const { inputGradient, outputGradient, groups } = op;
  const [inputs, outputs] = [inputGradient.channels / groups, outputGradient.channels / groups];
  const weights = packWeights(
    {
      weights: space.slot(op.weight),
      rowBytes: outputs * 16,
      groupBytes: inputs * outputs * 16,
      offsets: listOf(outputs * 4, (index) => index * 4),
      rows: inputs,
      groups,
    },
    space,
  );
  const image = quadLayout(outputGradient, inputGradient, space);
  const product = gemm(
    {
      weights,
      image,
      groupChannels: outputs,
      offsets: quadOffsets(outputs, image),
      groups,
      batch: inputGradient.batch,
      target: plainTarget(inputGradient, space.at(inputGradient), op.accumulate, groups),
    },
    space,
  );
  return [...image.records, product];
}

export function convTransposeWeightGradient(op: Op<"convTransposeWeightGradient">, space: Space): Record[] {
  const { input, outputGradient, groups } = op;
  const [inputs, outputs] = [input.channels / groups, outputGradient.channels / groups];
  const image = quadLayout(outputGradient, input, space);
  const rows = rowLayout(input, image.pitch, space);
  const product = dot(
    {
      left: rows,
      leftRows: inputs,
      right: image,
      rightGroupChannels: outputs,
      offsets: quadOffsets(outputs, image),
      groups,
      batch: input.batch,
      pixels: input.height * input.width,
      gradient: space.gradient(op.gradient),
    },
    space,
  );
  return [...image.records, ...rows.records, product];
}

/** Each of the four places of a 2×2 square in a plane of its own. */
function quadLayout(gradient: View, input: View, space: Space): Layout {
  const how = { rows: input.height, pitch: input.width, stride: 2, phases: 2, paddingTop: 0, paddingLeft: 0 };
  return spreadLayout(gradient, { area: "planes", ...how }, space);
}

function quadOffsets(outputs: number, image: Layout): number[] {
  return listOf(outputs * 4, (index) => index * (image.channelBytes / 4));
}
