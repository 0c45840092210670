// Encodes pooling and sums of channels for pooling.as and product/dot.as.

import type { PlanOp, PoolGeometry, View } from "../../../plan/types.ts";
import type { Record, RecordKind } from "../../program.ts";
import { pageBytes, type Space } from "../../space.ts";

type Op<K extends PlanOp["kind"]> = Extract<PlanOp, { kind: K }>;

interface Pool {
  readonly image: View;
  readonly input?: View;
  readonly pooled: View;
  readonly inputGradient?: View;
  readonly geometry?: PoolGeometry;
  readonly accumulate?: boolean;
}

function pool(kind: RecordKind, how: Pool, space: Space): Record {
  const { image, pooled, geometry } = how;
  const place = (view: View | undefined): readonly [number, number] =>
    view === undefined ? [0, 0] : [space.at(view), pageBytes(view)];
  const words = [
    ...[image.channels, image.height, image.width, pooled.height, pooled.width],
    ...[
      geometry?.kernel ?? 0,
      geometry?.stride ?? 0,
      geometry?.padding ?? 0,
      Number(how.accumulate ?? false),
    ],
    ...[...place(how.input), ...place(pooled), ...place(how.inputGradient)],
  ];
  return { kind, tiles: image.batch * image.channels, words };
}

export function maxPool({ input, output, geometry }: Op<"maxPool">, space: Space): Record {
  return pool("maxPool", { image: input, input, pooled: output, geometry }, space);
}

export function maxPoolGradient(op: Op<"maxPoolGradient">, space: Space): Record {
  const { input, outputGradient: pooled, inputGradient, geometry, accumulate } = op;
  return pool("maxPoolGradient", { image: input, input, pooled, inputGradient, geometry, accumulate }, space);
}

export function globalAveragePool({ input, output }: Op<"globalAveragePool">, space: Space): Record {
  return pool("meanPool", { image: input, input, pooled: output }, space);
}

export function globalAveragePoolGradient(op: Op<"globalAveragePoolGradient">, space: Space): Record {
  const { outputGradient: pooled, inputGradient, accumulate } = op;
  return pool("meanPoolGradient", { image: inputGradient, pooled, inputGradient, accumulate }, space);
}

export function biasGradient({ outputGradient, gradient }: Op<"biasGradient">, space: Space): Record {
  const { batch, channels, height, width } = outputGradient;
  const words = [
    space.at(outputGradient),
    pageBytes(outputGradient),
    batch,
    height * width,
    space.gradient(gradient),
  ];
  return { kind: "channelSum", tiles: channels, words };
}
