// Operations on random shapes, odd sizes among them, with the memory that they work on.

import { type Random, randomFrom } from "../../src/core/index.ts";
import type { Activation, NormSlots, PlanOp, Slot, Store, View } from "../../src/engine/plan/types.ts";
import { wholeView } from "../../src/engine/plan/views.ts";
import type { Memory } from "./reference/tensors.ts";

export interface OperationCase {
  readonly name: string;
  readonly op: PlanOp;
  /** Random values everywhere, also where the operation writes. Rounded to 32 bits. */
  readonly memory: Memory;
}

/** Collects views and slots while a case is written down. */
class Builder {
  readonly sizes: number[] = [];
  readonly stores: Record<Store, number> = { trainable: 0, frozen: 0, statistics: 0 };
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  /** A tensor that is a slice of a larger one, so that offsets and strides are tested too. */
  tensor(batch: number, channels: number, height: number, width: number): View {
    const before = this.random.int(3);
    const all = channels + before + this.random.int(3);
    const whole = wholeView(this.sizes.length, batch, { channels: all, heightPx: height, widthPx: width });
    this.sizes.push(batch * whole.batchStride);
    return { ...whole, offset: before * height * width, channels };
  }

  saved(channels: number): View {
    const view = wholeView(this.sizes.length, 1, { channels: 2, heightPx: 1, widthPx: channels });
    this.sizes.push(2 * channels);
    return view;
  }

  slot(size: number, store: Store = "trainable"): Slot {
    const offset = this.stores[store];
    this.stores[store] += Math.ceil(size / 64) * 64;
    return { store, offset, size };
  }

  norm(channels: number): NormSlots {
    return {
      gamma: this.slot(channels),
      beta: this.slot(channels),
      runningMean: this.slot(channels, "statistics"),
      runningVariance: this.slot(channels, "statistics"),
      epsilon: 1e-5,
    };
  }

  memory(): Memory {
    const values = (size: number): Float64Array =>
      Float64Array.from({ length: size }, () => Math.fround(this.random.normal()));
    return {
      buffers: this.sizes.map(values),
      stores: {
        trainable: values(this.stores.trainable),
        frozen: values(Math.max(this.stores.frozen, 4)),
        // Variances must be positive.
        statistics: values(Math.max(this.stores.statistics, 4)).map((value) =>
          Math.fround(Math.abs(value) + 0.1),
        ),
      },
      gradients: values(Math.max(this.stores.trainable, 64)),
    };
  }
}

/** One case from a seed; the same seed gives the same case. */
function makeCase(name: string, seed: number, write: (b: Builder, random: Random) => PlanOp): OperationCase {
  const random = randomFrom("case", name, seed);
  const builder = new Builder(random);
  const op = write(builder, random);
  return { name: `${name} ${seed}`, op, memory: builder.memory() };
}

const ACTIVATIONS: readonly Activation[] = [
  { kind: "relu", slope: 0 },
  { kind: "sigmoid", slope: 0 },
  { kind: "hardSigmoid", slope: 0.2 },
  { kind: "hardSwish", slope: 0 },
];

type Size = readonly [batch: number, height: number, width: number];

function sizeFrom(random: Random, least = 1): Size {
  return [1 + random.int(3), least + random.int(13), least + random.int(13)];
}

interface ConvShape {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
  readonly inputs: number;
  readonly outputs: number;
}

function convShapes(): ConvShape[] {
  const plain = [1, 3, 5, 7].flatMap((kernel) =>
    [1, 2].flatMap((stride) => [
      { kernel, stride, padding: (kernel - 1) / 2, groups: 1, inputs: 3, outputs: 9 },
      { kernel, stride, padding: kernel === 1 ? 0 : 1, groups: 1, inputs: 10, outputs: 4 },
    ]),
  );
  const depthwise = [3, 5].flatMap((kernel) =>
    [1, 2].map((stride) => ({ kernel, stride, padding: (kernel - 1) / 2, groups: 6, inputs: 6, outputs: 6 })),
  );
  const grouped = { kernel: 3, stride: 1, padding: 1, groups: 2, inputs: 6, outputs: 10 };
  // Enough channels for the kernels that put them side by side.
  const many = [1, 3].flatMap((kernel) =>
    [1, 2].map((stride) => ({
      kernel,
      stride,
      padding: (kernel - 1) / 2,
      groups: 2,
      inputs: 36,
      outputs: 34,
    })),
  );
  // More than one tile of channels in workgroup memory.
  const wide = { kernel: 1, stride: 1, padding: 0, groups: 1, inputs: 20, outputs: 70 };
  return [...plain, ...depthwise, grouped, ...many, wide];
}

export function convCases(): OperationCase[] {
  return casesOf(convShapes());
}

/** Rows long enough for kernels that take many pixels of one channel at once. */
export function depthwiseCases(): OperationCase[] {
  const shapes = [3, 5].flatMap((kernel) =>
    [1, 2].map((stride) => ({ kernel, stride, padding: (kernel - 1) / 2, groups: 5, inputs: 5, outputs: 5 })),
  );
  return casesOf([...shapes, ...shapes.slice(1), ...shapes.slice(0, 1)], [2, 23, 75]);
}

function casesOf(shapes: readonly ConvShape[], size?: readonly [number, number, number]): OperationCase[] {
  return shapes.flatMap(({ inputs, outputs, ...geometry }, index) => {
    const { kernel, stride, padding, groups } = geometry;
    const name = `conv ${kernel}×${kernel} stride ${stride} padding ${padding} groups ${groups}`;
    const shape = (b: Builder, random: Random) => {
      const [batch, height, width] = size ?? sizeFrom(random, kernel);
      const side = (px: number): number => Math.floor((px + 2 * padding - kernel) / stride) + 1;
      return {
        input: b.tensor(batch, inputs, height, width),
        output: b.tensor(batch, outputs, side(height), side(width)),
        weight: b.slot((outputs * inputs * kernel ** 2) / groups),
      };
    };
    const activation = ACTIVATIONS[index % 4] as Activation;
    return [
      makeCase(`${name}`, index, (b, random) => {
        const { input, output, weight } = shape(b, random);
        const epilogue = [
          {},
          { bias: b.slot(outputs), activation },
          { norm: b.norm(outputs), activation },
          { bias: b.slot(outputs), norm: b.norm(outputs) },
        ][index % 4];
        return { kind: "conv", input, weight, output, geometry, epilogue: epilogue ?? {} };
      }),
      makeCase(`${name} input gradient`, index, (b, random) => {
        const { input, output, weight } = shape(b, random);
        const accumulate = index % 2 === 1;
        return {
          kind: "convInputGradient",
          outputGradient: output,
          weight,
          inputGradient: input,
          accumulate,
          geometry,
        };
      }),
      makeCase(`${name} weight gradient`, index, (b, random) => {
        const { input, output, weight } = shape(b, random);
        return { kind: "convWeightGradient", input, outputGradient: output, gradient: weight, geometry };
      }),
    ];
  });
}

export function convTransposeCases(): OperationCase[] {
  return [
    { groups: 1, inputs: 5, outputs: 7 },
    { groups: 2, inputs: 8, outputs: 2 },
    { groups: 2, inputs: 22, outputs: 12 },
  ].flatMap(({ groups, inputs, outputs }, index) => {
    const name = `transposed conv ${inputs}→${outputs} groups ${groups}`;
    const shape = (b: Builder, random: Random) => {
      const [batch, height, width] = sizeFrom(random);
      return {
        input: b.tensor(batch, inputs, height, width),
        output: b.tensor(batch, outputs, 2 * height, 2 * width),
        weight: b.slot((inputs * outputs * 4) / groups),
      };
    };
    return [
      makeCase(name, index, (b, random) => ({
        kind: "convTranspose",
        ...shape(b, random),
        groups,
        epilogue:
          index === 1
            ? { norm: b.norm(outputs), activation: { kind: "relu", slope: 0 } }
            : { bias: b.slot(outputs) },
      })),
      makeCase(`${name} input gradient`, index, (b, random) => {
        const { input, output, weight } = shape(b, random);
        return {
          kind: "convTransposeInputGradient",
          outputGradient: output,
          weight,
          inputGradient: input,
          accumulate: index === 1,
          groups,
        };
      }),
      makeCase(`${name} weight gradient`, index, (b, random) => {
        const { input, output, weight } = shape(b, random);
        return {
          kind: "convTransposeWeightGradient",
          input,
          outputGradient: output,
          gradient: weight,
          groups,
        };
      }),
    ];
  });
}

export function batchNormCases(): OperationCase[] {
  const activations: readonly (Activation | undefined)[] = [undefined, ...ACTIVATIONS];
  return activations.flatMap((activation, index) => {
    const extra = activation === undefined ? {} : { activation };
    const name = `batch norm ${activation?.kind ?? "alone"}`;
    const channels = 3 + index;
    const size = (random: Random): Size => (index === 0 ? [2, 37, 41] : sizeFrom(random, 2));
    const pair = (b: Builder, random: Random): readonly [View, View] => {
      const [batch, height, width] = size(random);
      return [b.tensor(batch, channels, height, width), b.tensor(batch, channels, height, width)];
    };
    return [
      makeCase(name, index, (b, random) => {
        const [input, output] = pair(b, random);
        return {
          kind: "batchNorm",
          input,
          output,
          saved: b.saved(channels),
          slots: b.norm(channels),
          momentum: 0.1,
          ...extra,
        };
      }),
      makeCase(`${name} inference`, index, (b, random) => {
        const [input, output] = pair(b, random);
        return { kind: "batchNormInference", input, output, slots: b.norm(channels), ...extra };
      }),
      makeCase(`${name} gradient`, index, (b, random) => {
        const [input, outputGradient] = pair(b, random);
        const inputGradient = b.tensor(input.batch, channels, input.height, input.width);
        const slots = b.norm(channels);
        const learned = index === 4 ? {} : { gammaGradient: slots.gamma, betaGradient: slots.beta };
        return {
          kind: "batchNormGradient",
          input,
          outputGradient,
          inputGradient,
          accumulate: index % 2 === 1,
          saved: b.saved(channels),
          slots,
          ...learned,
          ...extra,
        };
      }),
      makeCase(`${name} inference gradient`, index, (b, random) => {
        const [input, outputGradient] = pair(b, random);
        const inputGradient = b.tensor(input.batch, channels, input.height, input.width);
        const slots = b.norm(channels);
        const learned = index === 4 ? {} : { gammaGradient: slots.gamma, betaGradient: slots.beta };
        return {
          kind: "batchNormInferenceGradient",
          input,
          outputGradient,
          inputGradient,
          accumulate: index % 2 === 0,
          slots,
          ...learned,
          ...extra,
        };
      }),
    ];
  });
}

export function pointwiseCases(): OperationCase[] {
  const same = (b: Builder, random: Random, count: number): View[] => {
    const [batch, height, width] = sizeFrom(random);
    return Array.from({ length: count }, () => b.tensor(batch, 5, height, width));
  };
  const take = (views: readonly View[], index: number): View => views[index] as View;
  const ofActivations = ACTIVATIONS.flatMap((activation, index) => [
    makeCase(`activation ${activation.kind}`, index, (b, random) => {
      const views = same(b, random, 2);
      return { kind: "activation", input: take(views, 0), output: take(views, 1), activation };
    }),
    makeCase(`activation ${activation.kind} gradient`, index, (b, random) => {
      const views = same(b, random, 3);
      return {
        kind: "activationGradient",
        saved: take(views, 0),
        outputGradient: take(views, 1),
        inputGradient: take(views, 2),
        accumulate: index % 2 === 1,
        activation,
      };
    }),
  ]);
  const ofFactors = [1, 2, 4, 8].flatMap((factor) => {
    const both = (b: Builder, random: Random): readonly [View, View, View] => {
      const [batch, height, width] = sizeFrom(random);
      return [
        b.tensor(batch, 3, height, width),
        b.tensor(batch, 3, height * factor, width * factor),
        b.tensor(batch, 3, height * factor, width * factor),
      ];
    };
    return [
      makeCase(`add upsampled ×${factor}`, factor, (b, random) => {
        const [coarse, base, output] = both(b, random);
        return { kind: "addUpsampled", base, coarse, output, factor };
      }),
      makeCase(`upsample ×${factor}`, factor, (b, random) => {
        const [input, output] = both(b, random);
        return { kind: "upsample", input, output, factor };
      }),
      makeCase(`upsample ×${factor} gradient`, factor, (b, random) => {
        const [inputGradient, outputGradient] = both(b, random);
        return { kind: "upsampleGradient", outputGradient, inputGradient, factor, accumulate: factor > 2 };
      }),
    ];
  });
  const ofScales = [false, true].flatMap((accumulate) => {
    const seed = Number(accumulate);
    const scaleOf = (b: Builder, view: View): View => b.tensor(view.batch, view.channels, 1, 1);
    return [
      makeCase("scale channels", seed, (b, random) => {
        const views = same(b, random, 2);
        const [input, output] = [take(views, 0), take(views, 1)];
        return { kind: "scaleChannels", input, scale: scaleOf(b, input), output };
      }),
      makeCase("scale channels input gradient", seed, (b, random) => {
        const views = same(b, random, 2);
        const [outputGradient, inputGradient] = [take(views, 0), take(views, 1)];
        const scale = scaleOf(b, inputGradient);
        return { kind: "scaleChannelsInputGradient", outputGradient, scale, inputGradient, accumulate };
      }),
      makeCase("scale channels scale gradient", seed, (b, random) => {
        const views = same(b, random, 2);
        const [outputGradient, input] = [take(views, 0), take(views, 1)];
        const scaleGradient = scaleOf(b, input);
        return { kind: "scaleChannelsScaleGradient", outputGradient, input, scaleGradient, accumulate };
      }),
      makeCase("copy", seed, (b, random) => {
        const views = same(b, random, 2);
        return { kind: "copy", input: take(views, 0), output: take(views, 1), accumulate };
      }),
    ];
  });
  return [...ofActivations, ...ofFactors, ...ofScales];
}

export function poolingCases(): OperationCase[] {
  const ofMax = [
    { kernel: 2, stride: 2, padding: 0 },
    { kernel: 3, stride: 2, padding: 1 },
    { kernel: 3, stride: 2, padding: 0 },
  ].flatMap((geometry, index) => {
    const { kernel, padding } = geometry;
    const name = `max pool ${kernel} padding ${padding}`;
    const both = (b: Builder, random: Random): readonly [View, View, View] => {
      const [batch, height, width] = sizeFrom(random, 3);
      const side = (px: number): number => Math.floor((px + 2 * padding - kernel) / 2) + 1;
      const input = b.tensor(batch, 4, height, width);
      return [input, b.tensor(batch, 4, side(height), side(width)), b.tensor(batch, 4, height, width)];
    };
    return [
      makeCase(name, index, (b, random) => {
        const [input, output] = both(b, random);
        return { kind: "maxPool", input, output, geometry };
      }),
      makeCase(`${name} gradient`, index, (b, random) => {
        const [input, outputGradient, inputGradient] = both(b, random);
        return {
          kind: "maxPoolGradient",
          input,
          outputGradient,
          inputGradient,
          accumulate: index === 1,
          geometry,
        };
      }),
    ];
  });
  const ofMean = [0, 1].flatMap((seed) => {
    const both = (b: Builder, random: Random): readonly [View, View] => {
      const [batch, height, width] = sizeFrom(random);
      return [b.tensor(batch, 5, height, width), b.tensor(batch, 5, 1, 1)];
    };
    return [
      makeCase("global average pool", seed, (b, random) => {
        const [input, output] = both(b, random);
        return { kind: "globalAveragePool", input, output };
      }),
      makeCase("global average pool gradient", seed, (b, random) => {
        const [inputGradient, outputGradient] = both(b, random);
        return { kind: "globalAveragePoolGradient", outputGradient, inputGradient, accumulate: seed === 1 };
      }),
      makeCase("bias gradient", seed, (b, random) => {
        const [outputGradient] = both(b, random);
        return { kind: "biasGradient", outputGradient, gradient: b.slot(5) };
      }),
    ];
  });
  return [...ofMax, ...ofMean];
}
