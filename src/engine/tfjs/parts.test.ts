import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomFrom } from "../../core/index.ts";
import {
  GraphBuilder,
  inferNodeShapes,
  initialWeights,
  type Node,
  type Value,
  type Weights,
} from "../../graph/index.ts";
import type { EngineParts, LossTargets, Values } from "../parts.ts";
import { NCHW_AXES, NHWC_AXES, permuted } from "./layout.ts";
import { tfjsParts } from "./parts.ts";

let parts: EngineParts;
beforeAll(async () => {
  parts = await tfjsParts("cpu");
});
afterAll(() => parts.dispose());

const LOSS = {
  probabilityWeight: 1,
  thresholdWeight: 0,
  binaryWeight: 0,
  negativeRatio: 3,
  k: 50,
  epsilon: 1e-6,
};

function valuesOf(shape: readonly number[], seed: string): Values {
  const random = randomFrom(seed);
  const count = shape.reduce((product, side) => product * side, 1);
  return { shape, data: Float32Array.from({ length: count }, () => random.normal()) };
}

/** Σ output · direction, in 64 bits. */
function projection(output: Float32Array, direction: Float32Array): number {
  return output.reduce((sum, value, at) => sum + value * (direction[at] ?? 0), 0);
}

describe("gradients against finite differences", () => {
  const cases: Record<string, (builder: GraphBuilder, x: Value) => Value> = {
    "conv, stride 2": (b, x) => b.conv(x, "c", { channels: 3, kernel: 3, stride: 2, bias: true }),
    "depthwise conv": (b, x) => b.conv(x, "c", { channels: 4, kernel: 5, depthwise: true }),
    "transposed conv": (b, x) => b.convTranspose(x, "c", { channels: 3, bias: true }),
    "batch norm": (b, x) => b.batchNorm(x, "n"),
    "nearest upsampling of two pages": (b, x) => b.upsample(x, 4),
    "squeeze-excite": (b, x) =>
      b.scaleChannels(
        x,
        b.activation(b.conv(b.globalAveragePool(x), "c", { channels: 4, kernel: 1 }), "sigmoid"),
        "s",
      ),
    "pyramid level": (b, x) => {
      const half = b.conv(x, "c", { channels: 4, kernel: 3, stride: 2 });
      return b.concat([b.add(x, b.upsample(half, 2), "a"), x], "d");
    },
    "hard swish": (b, x) => b.activation(x, "hardSwish"),
  };

  it.each(Object.entries(cases))("%s", async (name, make) => {
    const builder = new GraphBuilder();
    const x = builder.input(4, "x");
    const output = make(builder, x);
    const graph = builder.build("piece", 1, { probability: output, threshold: output });
    const weights = initialWeights(graph, 11);
    const input = valuesOf([2, 4, 4, 6], `x ${name}`);
    const run = (feed: Values, given: Weights, direction: Values) =>
      parts.nodes({
        nodes: graph.nodes,
        output: output.id,
        feeds: new Map([["x", feed]]),
        weights: given,
        mode: "training",
        outputGradient: direction,
      });
    const shapes = inferNodeShapes(graph.nodes, ({ channels }) => ({ channels, heightPx: 4, widthPx: 6 }));
    const { channels = 0, heightPx = 0, widthPx = 0 } = shapes.get(output.id) ?? {};
    const direction = valuesOf([2, channels, heightPx, widthPx], `direction ${name}`);
    const { feedGradients, weightGradients } = await run(input, weights, direction);
    const moved = (values: Float32Array, by: Float32Array, step: number): Float32Array =>
      values.map((value, at) => value + step * (by[at] ?? 0));
    const slope = async (at: (step: number) => Promise<Float32Array>): Promise<number> =>
      (projection(await at(1e-2), direction.data) - projection(await at(-1e-2), direction.data)) / 2e-2;
    const along = valuesOf(input.shape, `along ${name}`).data;
    const bySlope = await slope(
      async (step) =>
        (await run({ ...input, data: moved(input.data, along, step) }, weights, direction)).output.data,
    );
    const byGradient = projection(feedGradients.get("x") ?? new Float32Array(), along);
    expect(byGradient / bySlope).toBeCloseTo(1, 2);
    for (const [parameter, gradient] of weightGradients) {
      const values = weights.get(parameter) ?? new Float32Array();
      const change = valuesOf([values.length], `along ${name} ${parameter}`).data;
      const slopeHere = await slope(
        async (step) =>
          (await run(input, new Map(weights).set(parameter, moved(values, change, step)), direction)).output
            .data,
      );
      expect(projection(gradient, change) / slopeHere).toBeCloseTo(1, 2);
    }
  });
});

describe("balanced cross entropy", () => {
  const targets = (text: Float32Array): LossTargets => ({
    text,
    mask: text.map(() => 1),
    threshold: text.map(() => 0),
    thresholdMask: text.map(() => 0),
  });
  const ask = (probability: Float32Array, text: Float32Array) =>
    parts.loss({
      input: { kind: "logits", probability, threshold: probability.map(() => 0) },
      targets: targets(text),
      settings: LOSS,
    });

  it("takes exactly the hardest negatives, ties shared", async () => {
    const logits = fc.array(
      fc.oneof(fc.double({ min: -8, max: 8, noNaN: true }), fc.constantFrom(-1, 0, 2)),
      {
        minLength: 6,
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(logits, fc.integer({ min: 1, max: 5 }), async (given, positives) => {
        const probability = Float32Array.from(given);
        const text = probability.map((_, at) => (at < positives ? 1 : 0));
        const losses = Array.from(probability, (x, at) => {
          const softplus = Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
          return softplus - x * (text[at] ?? 0);
        });
        const count = Math.min(given.length - positives, 3 * positives);
        const hardest = losses
          .slice(positives)
          .sort((a, b) => b - a)
          .slice(0, count);
        const chosen = [...losses.slice(0, positives), ...hardest];
        const expected = chosen.reduce((sum, loss) => sum + loss, 0) / (chosen.length + LOSS.epsilon);
        const answer = await ask(probability, text);
        expect(answer.negatives).toBe(count);
        expect(Math.abs(answer.probability - expected)).toBeLessThan(1e-5 * Math.max(1, expected));
      }),
      { numRuns: 60 },
    );
  });

  it("is 0 with no gradient where there is no text, and the threshold term where its mask is empty", async () => {
    const answer = await ask(Float32Array.from([3, -1, 0.5, 2]), new Float32Array(4));
    expect([answer.probability, answer.threshold, answer.negatives]).toEqual([0, 0, 0]);
    expect(answer.gradients.get("probability")?.every((value) => Math.abs(value) === 0)).toBe(true);
  });
});

describe("running statistics", () => {
  it("take the unbiased variance of the batch with a share of the momentum, and a single value as it is", async () => {
    const nodes: Node[] = [
      { id: "x", block: "encoder", kind: "input", channels: 1 },
      {
        id: "n",
        block: "encoder",
        kind: "batchNorm",
        input: "x",
        channels: 1,
        gamma: "g",
        beta: "b",
        runningMean: "m",
        runningVariance: "v",
        epsilon: 1e-5,
        momentum: 0.25,
      },
    ];
    const weights = new Map([
      ["g", Float32Array.of(1)],
      ["b", Float32Array.of(0)],
      ["m", Float32Array.of(4)],
      ["v", Float32Array.of(1)],
    ]);
    const runningOf = async (data: number[]): Promise<number[]> => {
      const shape = [1, 1, 1, data.length];
      const value = { shape, data: Float32Array.from(data) };
      const question = { nodes, output: "n", weights, mode: "training", outputGradient: value } as const;
      const { running } = await parts.nodes({ ...question, feeds: new Map([["x", value]]) });
      return [...(running.get("m") ?? []), ...(running.get("v") ?? [])];
    };
    expect(await runningOf([0, 2])).toEqual([0.75 * 4 + 0.25 * 1, 0.75 + 0.25 * 2]);
    expect(await runningOf([8])).toEqual([0.75 * 4 + 0.25 * 8, 0.75]);
  });
});

it("reordered axes come back", () => {
  fc.assert(
    fc.property(fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 1, max: 4 }))), (shape) => {
      const { data } = valuesOf(shape, shape.join());
      const nhwc = permuted(data, shape, NHWC_AXES);
      const nhwcShape = NHWC_AXES.map((axis) => shape[axis] ?? 0);
      expect(permuted(nhwc, nhwcShape, NCHW_AXES)).toEqual(data);
      const [, channels = 0, height = 0, width = 0] = shape;
      expect(nhwc[channels - 1]).toBe(data[(channels - 1) * height * width]);
    }),
  );
});
