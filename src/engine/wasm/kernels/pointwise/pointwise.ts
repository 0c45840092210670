// Encodes operations on planes for pointwise.as, all with the same words.

import type { Activation, PlanOp, View } from "../../../plan/types.ts";
import type { Record, RecordKind } from "../../program.ts";
import { pageBytes, type Space } from "../../space.ts";
import { activationWords } from "../product/product.ts";

type Op<K extends PlanOp["kind"]> = Extract<PlanOp, { kind: K }>;

interface Planes {
  /** The smaller image, where there are two. */
  readonly size: View;
  readonly first: View;
  readonly second?: View;
  readonly output: View;
  readonly factor?: number;
  readonly accumulate?: boolean;
  readonly activation?: Activation;
}

function planes(kind: RecordKind, how: Planes, space: Space): Record {
  const { size, first, second, output } = how;
  const place = (view: View | undefined): readonly [number, number] =>
    view === undefined ? [0, 0] : [space.at(view), pageBytes(view)];
  const words = [
    ...[size.channels, size.height, size.width, how.factor ?? 1, Number(how.accumulate ?? false)],
    ...[...activationWords(how.activation), ...place(first), ...place(second), ...place(output)],
  ];
  return { kind, tiles: size.batch * size.channels, words };
}

export function activation(op: Op<"activation">, space: Space): Record {
  const { input, output } = op;
  return planes("activation", { size: input, first: input, output, activation: op.activation }, space);
}

export function activationGradient(op: Op<"activationGradient">, space: Space): Record {
  const { saved, outputGradient, inputGradient, accumulate } = op;
  const images = { size: saved, first: saved, second: outputGradient, output: inputGradient };
  return planes("activationGradient", { ...images, accumulate, activation: op.activation }, space);
}

export function copy({ input, output, accumulate }: Op<"copy">, space: Space): Record {
  return planes("copy", { size: input, first: input, output, accumulate }, space);
}

export function upsample({ input, output, factor }: Op<"upsample">, space: Space): Record {
  return planes("upsample", { size: input, first: input, output, factor }, space);
}

export function upsampleGradient(op: Op<"upsampleGradient">, space: Space): Record {
  const { outputGradient, inputGradient, factor, accumulate } = op;
  const images = { size: inputGradient, first: outputGradient, output: inputGradient };
  return planes("upsampleGradient", { ...images, factor, accumulate }, space);
}

export function addUpsampled({ base, coarse, output, factor }: Op<"addUpsampled">, space: Space): Record {
  return planes("addUpsampled", { size: coarse, first: coarse, second: base, output, factor }, space);
}

export function scaleChannels({ input, scale, output }: Op<"scaleChannels">, space: Space): Record {
  return planes("scaleChannels", { size: input, first: input, second: scale, output }, space);
}

export function scaleChannelsInputGradient(op: Op<"scaleChannelsInputGradient">, space: Space): Record {
  const { outputGradient, scale, inputGradient, accumulate } = op;
  const images = { size: outputGradient, first: outputGradient, second: scale, output: inputGradient };
  return planes("scaleChannels", { ...images, accumulate }, space);
}

export function scaleChannelsScaleGradient(op: Op<"scaleChannelsScaleGradient">, space: Space): Record {
  const { outputGradient, input, scaleGradient, accumulate } = op;
  const images = { size: input, first: input, second: outputGradient, output: scaleGradient };
  return planes("scaleGradient", { ...images, accumulate }, space);
}
