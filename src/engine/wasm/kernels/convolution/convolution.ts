// Convolutions and their gradients as products over laid-out images. Forward: weights × taps. Input gradient: transposed
// weights × taps of the output's gradient, one product for each place of an input pixel within the stride. Weight gradient:
// the output's gradient × taps.

import type { ConvGeometry, PlanOp, View } from "../../../plan/types.ts";
import type { Record } from "../../program.ts";
import type { Space } from "../../space.ts";
import { directLayout, type Layout, listOf, spreadLayout } from "../layout/layout.ts";
import { dot, foldEpilogue, gemm, packWeights, plainTarget } from "../product/product.ts";

type Op<K extends PlanOp["kind"]> = Extract<PlanOp, { kind: K }>;

export function conv(op: Op<"conv">, space: Space): Record[] {
  const { input, output, geometry } = op;
  const { kernel, groups } = geometry;
  const [inputs, outputs] = [input.channels / groups, output.channels / groups];
  const depth = inputs * kernel ** 2;
  const weights = packWeights(
    {
      weights: space.slot(op.weight),
      rowBytes: depth * 4,
      groupBytes: outputs * depth * 4,
      offsets: listOf(depth, (index) => index * 4),
      rows: outputs,
      groups,
    },
    space,
  );
  const image = tapLayout(input, output, geometry, space);
  const finish = foldEpilogue(op.epilogue, output.channels, space);
  const product = gemm(
    {
      weights,
      image,
      groupChannels: inputs,
      offsets: tapOffsets(inputs, geometry, image),
      groups,
      batch: output.batch,
      target: plainTarget(output, space.at(output), false, groups),
      ...(finish === undefined ? {} : { finish }),
    },
    space,
  );
  return [...image.records, product];
}

export function convWeightGradient(op: Op<"convWeightGradient">, space: Space): Record[] {
  const { input, outputGradient, geometry } = op;
  const { groups } = geometry;
  const [inputs, outputs] = [input.channels / groups, outputGradient.channels / groups];
  const image = tapLayout(input, outputGradient, geometry, space);
  const rows = rowLayout(outputGradient, image.pitch, space);
  const product = dot(
    {
      left: rows,
      leftRows: outputs,
      right: image,
      rightGroupChannels: inputs,
      offsets: tapOffsets(inputs, geometry, image),
      groups,
      batch: input.batch,
      pixels: (outputGradient.height - 1) * image.pitch + outputGradient.width,
      gradient: space.gradient(op.gradient),
    },
    space,
  );
  return [...image.records.map((record) => ({ ...record, isFree: true })), ...rows.records, product];
}

export function convInputGradient(op: Op<"convInputGradient">, space: Space): Record[] {
  const { inputGradient, outputGradient, geometry, accumulate } = op;
  const { kernel, stride, groups } = geometry;
  const [inputs, outputs] = [inputGradient.channels / groups, outputGradient.channels / groups];
  const rows = phasesOf(inputGradient.height, geometry);
  const columns = phasesOf(inputGradient.width, geometry);
  const image = gradientLayout(outputGradient, rows, columns, geometry, space);
  const [above, before] = [paddingOf(rows), paddingOf(columns)];
  const target = plainTarget(inputGradient, space.at(inputGradient), accumulate, groups);
  const products = rows.flatMap((row) =>
    columns.flatMap((column): Record[] => {
      const taps = row.taps.flatMap((y) => column.taps.map((x) => ({ y, x })));
      if (row.count === 0 || column.count === 0 || (accumulate && taps.length === 0)) return [];
      const each = <T>(value: (output: number, tap: (typeof taps)[number]) => T): T[] =>
        listOf(outputs, (o) => o).flatMap((o) => taps.map((tap) => value(o, tap)));
      const weights = packWeights(
        {
          weights: space.slot(op.weight),
          rowBytes: kernel ** 2 * 4,
          groupBytes: outputs * inputs * kernel ** 2 * 4,
          offsets: each((o, { y, x }) => (o * inputs * kernel ** 2 + y.tap * kernel + x.tap) * 4),
          rows: inputs,
          groups,
        },
        space,
      );
      const offsets = each((o, { y, x }) => {
        const place = (y.shift + above) * image.pitch + x.shift + before;
        return o * image.channelBytes + place * 4;
      });
      const place = {
        ...target,
        address: target.address + (row.phase * inputGradient.width + column.phase) * 4,
        rowBytes: target.rowBytes * stride,
        columnBytes: 4 * stride,
        height: row.count,
        width: column.count,
      };
      const batch = inputGradient.batch;
      return [gemm({ weights, image, groupChannels: outputs, offsets, groups, batch, target: place }, space)];
    }),
  );
  const last = products.length - 1;
  return [...image.records, ...products.map((record, index) => ({ ...record, isFree: index < last }))];
}

/** The input, so that every tap of the output's pixels is a shift. */
function tapLayout(input: View, output: View, geometry: ConvGeometry, space: Space): Layout {
  const { kernel, stride, padding } = geometry;
  if (kernel === 1 && stride === 1 && padding === 0) return directLayout(input, space);
  const more = Math.floor((kernel - 1) / stride);
  const [rows, pitch, phases] = [output.height + more, output.width + more, Math.min(stride, kernel)];
  const how = { rows, pitch, stride, phases, paddingTop: padding, paddingLeft: padding };
  return spreadLayout(input, { area: "planes", ...how }, space);
}

/** Byte offset of every (channel, row, column) of a kernel, in the order of the weights. */
function tapOffsets(inputs: number, { kernel, stride }: ConvGeometry, image: Layout): number[] {
  const phases = Math.min(stride, kernel);
  const planeBytes = image.channelBytes / phases ** 2;
  return listOf(inputs * kernel ** 2, (index) => {
    const channel = Math.floor(index / kernel ** 2);
    const [y, x] = [Math.floor(index / kernel) % kernel, index % kernel];
    const plane = (y % stride) * phases + (x % stride);
    const place = Math.floor(y / stride) * image.pitch + Math.floor(x / stride);
    return channel * image.channelBytes + plane * planeBytes + place * 4;
  });
}

/** A gradient's rows at another tensor's pitch, zero between them. */
export function rowLayout(gradient: View, pitch: number, space: Space): Layout {
  const isWhole = (gradient.height * gradient.width) % 4 === 0;
  if (pitch === gradient.width && isWhole) return directLayout(gradient, space);
  const how = { rows: gradient.height, pitch, stride: 1, phases: 1, paddingTop: 0, paddingLeft: 0 };
  return spreadLayout(gradient, { area: "rows", ...how }, space);
}

/** Input pixels stride·i + phase along one side, and the taps that reach them: output pixel i + shift, kernel place `tap`. */
interface Phase {
  readonly phase: number;
  readonly count: number;
  readonly taps: readonly { readonly tap: number; readonly shift: number }[];
}

function phasesOf(side: number, { kernel, stride, padding }: ConvGeometry): Phase[] {
  return listOf(stride, (phase) => ({
    phase,
    count: Math.ceil((side - phase) / stride),
    taps: listOf(kernel, (tap) => ({ tap, shift: (phase + padding - tap) / stride })).filter(({ shift }) =>
      Number.isInteger(shift),
    ),
  }));
}

function shiftsOf(phases: readonly Phase[]): number[] {
  return phases.flatMap(({ taps }) => taps.map(({ shift }) => shift));
}

/** Zeros needed before the gradient's first row. */
function paddingOf(phases: readonly Phase[]): number {
  return Math.max(0, -Math.min(...shiftsOf(phases)));
}

function gradientLayout(
  gradient: View,
  rows: readonly Phase[],
  columns: readonly Phase[],
  { kernel, stride, padding }: ConvGeometry,
  space: Space,
): Layout {
  if (kernel === 1 && stride === 1 && padding === 0) return directLayout(gradient, space);
  const sideOf = (phases: readonly Phase[]): number => {
    const counts = phases.map(({ count }) => count);
    return Math.max(...counts) + Math.max(0, ...shiftsOf(phases)) + paddingOf(phases);
  };
  const [paddingTop, paddingLeft] = [paddingOf(rows), paddingOf(columns)];
  const how = { rows: sideOf(rows), pitch: sideOf(columns), stride: 1, phases: 1, paddingTop, paddingLeft };
  return spreadLayout(gradient, { area: "rows", ...how }, space);
}
