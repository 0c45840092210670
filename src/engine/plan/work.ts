// What each operation of a plan is for and what it costs: the layer of the graph, floating point operations, bytes moved at least
// once. For profilers; nothing runs by it.

import type { Plan, PlanOp, Slot, View } from "./types.ts";

export interface OpWork {
  /** "encoder.stages.0.conv1"; an operation without parameters belongs to the layer whose result it reads; "" for the image. */
  readonly layer: string;
  /** A multiply-add is two; 0 for anything but convolutions. */
  readonly flops: number;
  readonly bytes: number;
}

const WRITTEN: ReadonlySet<string> = new Set([
  "output",
  "inputGradient",
  "scaleGradient",
  "probabilityGradient",
  "thresholdGradient",
]);

/** One for each operation, in order. */
export function workOf(plan: Plan): OpWork[] {
  const names = new Map([...plan.parameters.slots].map(([name, slot]) => [keyOf(slot), name]));
  const writers = new Map<number, string>();
  return plan.ops.map((op) => {
    const fields = Object.entries(op) as [string, unknown][];
    const views = fields.filter((field): field is [string, View] => isView(field[1]));
    const slots = fields.map(([, value]) => value).filter(isSlot);
    const norm = "slots" in op ? [op.slots.gamma] : [];
    const own = [...slots, ...norm].map((slot) => names.get(keyOf(slot))).find((name) => name !== undefined);
    const read = views.find(([name, { buffer }]) => !WRITTEN.has(name) && writers.has(buffer));
    const layer = own === undefined ? (writers.get(read?.[1].buffer ?? -1) ?? "") : layerOf(own);
    for (const [name, { buffer }] of views) if (WRITTEN.has(name)) writers.set(buffer, layer);
    const floats =
      views.reduce((sum, [, view]) => sum + volumeOf(view) / (view.isHalf === true ? 2 : 1), 0) +
      slots.reduce((sum, slot) => sum + slot.size, 0);
    return { layer, flops: flopsOf(op), bytes: floats * 4 };
  });
}

function flopsOf(op: PlanOp): number {
  switch (op.kind) {
    case "conv":
      return convFlops(op.output, op.input, op.geometry.groups, op.geometry.kernel ** 2);
    case "convInputGradient":
      return convFlops(op.outputGradient, op.inputGradient, op.geometry.groups, op.geometry.kernel ** 2);
    case "convWeightGradient":
      return convFlops(op.outputGradient, op.input, op.geometry.groups, op.geometry.kernel ** 2);
    // Every output of a 2×2 transposed convolution with stride 2 sees each input channel once.
    case "convTranspose":
      return convFlops(op.output, op.input, op.groups, 1);
    case "convTransposeInputGradient":
      return convFlops(op.outputGradient, op.inputGradient, op.groups, 1);
    case "convTransposeWeightGradient":
      return convFlops(op.outputGradient, op.input, op.groups, 1);
    default:
      return 0;
  }
}

function convFlops(output: View, input: View, groups: number, taps: number): number {
  return 2 * volumeOf(output) * (input.channels / groups) * taps;
}

function volumeOf({ batch, channels, height, width }: View): number {
  return batch * channels * height * width;
}

function isView(value: unknown): value is View {
  return typeof value === "object" && value !== null && "buffer" in value;
}

function isSlot(value: unknown): value is Slot {
  return typeof value === "object" && value !== null && "store" in value;
}

function keyOf({ store, offset }: Slot): string {
  return `${store} ${offset}`;
}

/** "neck.in2.weight" → "neck.in2". */
function layerOf(parameter: string): string {
  return parameter.split(".").slice(0, -1).join(".");
}
