// The kernels that can run one operation, and which of them are worth trying for its shape.
// columns, channels: register tiles, without barriers · workgroup32, workgroup64: tiles of that side in workgroup memory ·
// subgroups: weights go round in a subgroup.

import type { PlanOp, View } from "../plan/types.ts";

export const VARIANTS = ["columns", "channels", "workgroup32", "workgroup64", "subgroups"] as const;
export type Variant = (typeof VARIANTS)[number];

export type VariantOf = (op: PlanOp) => Variant | undefined;

/** Of a tile in workgroup memory, in values. */
export const SIDES = { workgroup32: 32, workgroup64: 64 } as const;

/** All that compute this operation rightly; empty where there is only one way. */
export function variantsFor(op: PlanOp, hasSubgroups: boolean): readonly Variant[] {
  switch (op.kind) {
    case "convInputGradient":
      if (op.geometry.stride !== 1) return [];
      return forConv(op.geometry.kernel, hasSubgroups);
    case "conv":
      return forConv(op.geometry.kernel, hasSubgroups);
    case "convWeightGradient":
      return ["columns", "workgroup32", "workgroup64"];
    default:
      return [];
  }
}

function forConv(kernel: number, hasSubgroups: boolean): readonly Variant[] {
  // Channels side by side keep a whole window in registers: too many for a large kernel.
  return VARIANTS.filter(
    (variant) => (variant !== "channels" || kernel <= 3) && (variant !== "subgroups" || hasSubgroups),
  );
}

/** Fewer channels than half a tile's side leave most of its threads idle: not worth a trial. */
export function candidatesFor(op: PlanOp, hasSubgroups: boolean): readonly Variant[] {
  const [outputs, inputs] = channelsOf(op);
  const all = variantsFor(op, hasSubgroups);
  return all.filter((variant) => {
    if (variant === "columns") return true;
    if (variant === "channels" || variant === "subgroups") return outputs >= 8;
    return Math.min(outputs, inputs) >= SIDES[variant] / 2;
  });
}

/** Height and width of a product: output channels, and how many values each is the sum of or stands beside. */
function channelsOf(op: PlanOp): readonly [number, number] {
  switch (op.kind) {
    case "conv":
      return [op.output.channels / op.geometry.groups, depth(op.input, op)];
    case "convInputGradient":
      return [op.inputGradient.channels / op.geometry.groups, depth(op.outputGradient, op)];
    case "convWeightGradient":
      return [op.outputGradient.channels / op.geometry.groups, depth(op.input, op)];
    default:
      return [0, 0];
  }
}

function depth(
  view: View,
  { geometry }: { readonly geometry: { readonly kernel: number; readonly groups: number } },
): number {
  return (view.channels / geometry.groups) * geometry.kernel ** 2;
}

/** What a choice depends on: kind, sizes and geometry. What lies before or after in memory does not matter. */
export function shapeKey(op: PlanOp): string {
  const size = ({ batch, channels, height, width, isHalf = false }: View): string =>
    `${batch}×${channels}×${height}×${width}${isHalf ? " f16" : ""}`;
  switch (op.kind) {
    case "conv":
      return [op.kind, size(op.input), size(op.output), geometryKey(op)].join(" ");
    case "convInputGradient":
      return [op.kind, size(op.outputGradient), size(op.inputGradient), geometryKey(op)].join(" ");
    case "convWeightGradient":
      return [op.kind, size(op.input), size(op.outputGradient), geometryKey(op)].join(" ");
    default:
      return op.kind;
  }
}

function geometryKey({
  geometry,
}: {
  readonly geometry: { readonly kernel: number; readonly stride: number; readonly groups: number };
}): string {
  const { kernel, stride, groups } = geometry;
  return `kernel ${kernel} stride ${stride}${groups === 1 ? "" : ` groups ${groups}`}`;
}
