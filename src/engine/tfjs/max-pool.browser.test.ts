// Equal values in a window: the gradient goes to the first in reading order on every backend, whatever the sides leave over.

import { beforeAll, describe, expect, it } from "vitest";
import { randomFrom } from "../../core/index.ts";
import { GraphBuilder } from "../../graph/index.ts";
import { type EngineParts, tfjsEngineParts } from "../index.ts";

const CASES = [
  { kernel: 3, stride: 2, padding: 1, height: 11, width: 12 },
  { kernel: 3, stride: 2, padding: 1, height: 8, width: 9 },
  { kernel: 2, stride: 2, padding: 0, height: 9, width: 6 },
  { kernel: 2, stride: 2, padding: 0, height: 4, width: 7 },
] as const;
const PAGES = 2;
const CHANNELS = 3;

/** NCHW. Few different values, so that most windows have several greatest ones; no negative zeros. */
function whole(count: number, seed: string): Float32Array<ArrayBuffer> {
  const random = randomFrom(seed);
  return Float32Array.from({ length: count }, () => Math.round(random.normal()) + 0);
}

/** Greatest values and where their gradient belongs, by looking at every window. */
function expected({ kernel, stride, padding, height, width }: (typeof CASES)[number], x: Float32Array) {
  const [rows, columns] = [height, width].map(
    (side) => Math.floor((side - kernel + 2 * padding) / stride) + 1,
  ) as [number, number];
  const output: number[] = [];
  const gradient = new Float32Array(x.length);
  for (let plane = 0; plane < PAGES * CHANNELS; plane++) {
    for (let window = 0; window < rows * columns; window++) {
      const [top, left] = [Math.floor(window / columns) * stride, (window % columns) * stride];
      let greatest = -Infinity;
      let at = -1;
      for (let step = 0; step < kernel * kernel; step++) {
        const y = top - padding + Math.floor(step / kernel);
        const column = left - padding + (step % kernel);
        const index = (plane * height + y) * width + column;
        if (y < 0 || column < 0 || y >= height || column >= width || (x[index] as number) <= greatest)
          continue;
        [greatest, at] = [x[index] as number, index];
      }
      output.push(greatest);
      gradient[at] = (gradient[at] as number) + output.length;
    }
  }
  return { rows, columns, output, gradient };
}

describe.each(["cpu", "webgl", "webgpu"] as const)("max pooling on tfjs-%s", (backend) => {
  let parts: EngineParts;
  beforeAll(async () => {
    parts = await tfjsEngineParts(backend);
    return () => parts.dispose();
  });

  it.each(CASES)("$kernel × $kernel, step $stride, on $height × $width", async (one) => {
    const builder = new GraphBuilder();
    const input = builder.input(CHANNELS, "x");
    const pooled = builder.maxPool(input, { kernel: one.kernel, padding: one.padding });
    const graph = builder.build("piece", 1, { probability: pooled, threshold: pooled });
    const data = whole(PAGES * CHANNELS * one.height * one.width, `${one.height} × ${one.width}`);
    const { rows, columns, output, gradient } = expected(one, data);
    const answer = await parts.nodes({
      nodes: graph.nodes,
      output: pooled.id,
      feeds: new Map([["x", { shape: [PAGES, CHANNELS, one.height, one.width], data }]]),
      weights: new Map(),
      mode: "training",
      outputGradient: {
        shape: [PAGES, CHANNELS, rows, columns],
        data: Float32Array.from(output, (_, i) => i + 1),
      },
    });
    expect([...answer.output.data]).toEqual(output);
    expect([...(answer.feedGradients.get("x") ?? [])]).toEqual([...gradient]);
  });
});
