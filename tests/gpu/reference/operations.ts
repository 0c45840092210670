// Every operation of a plan in 64 bits, written from its definition: no tiling, no fusion beyond what the operation is.

import type {
  ConvGeometry,
  Epilogue,
  NormSlots,
  PlanOp,
  PoolGeometry,
} from "../../../src/engine/plan/types.ts";
import { activate, slopeAt, slopeFromSaved } from "./activations.ts";
import { eachElement, gradientAt, type Memory, slotAt, type Tensor, tensorAt, write } from "./tensors.ts";

type ComputeOp = Exclude<PlanOp, { kind: "importImage" | "loss" }>;

const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;

/** Image input and loss need the batch; run.ts does them. */
export function runOperation(memory: Memory, op: ComputeOp): void {
  const tensor = (view: Parameters<typeof tensorAt>[1]): Tensor => tensorAt(memory, view);
  switch (op.kind) {
    case "conv": {
      const [x, y, w] = [tensor(op.input), tensor(op.output), slotAt(memory, op.weight)];
      write(y, false, () => 0);
      eachTap(x, y, op.geometry, (n, o, oy, ox, i, iy, ix, index) =>
        y.add(n, o, oy, ox, x.get(n, i, iy, ix) * at(w, index)),
      );
      finish(memory, y, op.epilogue);
      return;
    }
    case "convInputGradient": {
      const [dx, dy, w] = [tensor(op.inputGradient), tensor(op.outputGradient), slotAt(memory, op.weight)];
      if (!op.accumulate) write(dx, false, () => 0);
      eachTap(dx, dy, op.geometry, (n, o, oy, ox, i, iy, ix, index) =>
        dx.add(n, i, iy, ix, dy.get(n, o, oy, ox) * at(w, index)),
      );
      return;
    }
    case "convWeightGradient": {
      const [x, dy, dw] = [tensor(op.input), tensor(op.outputGradient), gradientAt(memory, op.gradient)];
      eachTap(x, dy, op.geometry, (n, o, oy, ox, i, iy, ix, index) => {
        dw[index] = at(dw, index) + x.get(n, i, iy, ix) * dy.get(n, o, oy, ox);
      });
      return;
    }
    case "convTranspose": {
      const [x, y, w] = [tensor(op.input), tensor(op.output), slotAt(memory, op.weight)];
      write(y, false, () => 0);
      eachTransposeTap(x, y, op.groups, (n, i, iy, ix, o, oy, ox, index) =>
        y.add(n, o, oy, ox, x.get(n, i, iy, ix) * at(w, index)),
      );
      finish(memory, y, op.epilogue);
      return;
    }
    case "convTransposeInputGradient": {
      const [dx, dy, w] = [tensor(op.inputGradient), tensor(op.outputGradient), slotAt(memory, op.weight)];
      if (!op.accumulate) write(dx, false, () => 0);
      eachTransposeTap(dx, dy, op.groups, (n, i, iy, ix, o, oy, ox, index) =>
        dx.add(n, i, iy, ix, dy.get(n, o, oy, ox) * at(w, index)),
      );
      return;
    }
    case "convTransposeWeightGradient": {
      const [x, dy, dw] = [tensor(op.input), tensor(op.outputGradient), gradientAt(memory, op.gradient)];
      eachTransposeTap(x, dy, op.groups, (n, i, iy, ix, o, oy, ox, index) => {
        dw[index] = at(dw, index) + x.get(n, i, iy, ix) * dy.get(n, o, oy, ox);
      });
      return;
    }
    case "biasGradient": {
      const [dy, db] = [tensor(op.outputGradient), gradientAt(memory, op.gradient)];
      eachElement(dy, (n, c, y, x) => {
        db[c] = at(db, c) + dy.get(n, c, y, x);
      });
      return;
    }
    case "batchNorm":
      batchNorm(memory, op);
      return;
    case "batchNormGradient":
      batchNormGradient(memory, op);
      return;
    case "batchNormInferenceGradient":
      batchNormInferenceGradient(memory, op);
      return;
    case "batchNormInference": {
      const [x, y] = [tensor(op.input), tensor(op.output)];
      const normalise = runningNorm(memory, op.slots);
      write(y, false, (n, c, h, w) => activate(op.activation, normalise(c, x.get(n, c, h, w))));
      return;
    }
    case "activation": {
      const [x, y] = [tensor(op.input), tensor(op.output)];
      write(y, false, (n, c, h, w) => activate(op.activation, x.get(n, c, h, w)));
      return;
    }
    case "activationGradient": {
      const [saved, dy, dx] = [tensor(op.saved), tensor(op.outputGradient), tensor(op.inputGradient)];
      write(dx, op.accumulate, (...i) => dy.get(...i) * slopeFromSaved(op.activation, saved.get(...i)));
      return;
    }
    case "maxPool": {
      const [x, y] = [tensor(op.input), tensor(op.output)];
      write(y, false, (n, c, h, w) => {
        const [iy, ix] = greatest(x, n, c, h, w, op.geometry);
        return x.get(n, c, iy, ix);
      });
      return;
    }
    case "maxPoolGradient": {
      const [x, dy, dx] = [tensor(op.input), tensor(op.outputGradient), tensor(op.inputGradient)];
      if (!op.accumulate) write(dx, false, () => 0);
      eachElement(dy, (n, c, h, w) => {
        const [iy, ix] = greatest(x, n, c, h, w, op.geometry);
        dx.add(n, c, iy, ix, dy.get(n, c, h, w));
      });
      return;
    }
    case "globalAveragePool": {
      const [x, y] = [tensor(op.input), tensor(op.output)];
      write(y, false, () => 0);
      eachElement(x, (n, c, h, w) => y.add(n, c, 0, 0, x.get(n, c, h, w) / (x.height * x.width)));
      return;
    }
    case "globalAveragePoolGradient": {
      const [dy, dx] = [tensor(op.outputGradient), tensor(op.inputGradient)];
      write(dx, op.accumulate, (n, c) => dy.get(n, c, 0, 0) / (dx.height * dx.width));
      return;
    }
    case "upsample": {
      const [x, y] = [tensor(op.input), tensor(op.output)];
      write(y, false, (n, c, h, w) => x.get(n, c, Math.floor(h / op.factor), Math.floor(w / op.factor)));
      return;
    }
    case "upsampleGradient": {
      const [dy, dx] = [tensor(op.outputGradient), tensor(op.inputGradient)];
      if (!op.accumulate) write(dx, false, () => 0);
      eachElement(dy, (n, c, h, w) =>
        dx.add(n, c, Math.floor(h / op.factor), Math.floor(w / op.factor), dy.get(n, c, h, w)),
      );
      return;
    }
    case "addUpsampled": {
      const [base, coarse, y] = [tensor(op.base), tensor(op.coarse), tensor(op.output)];
      const down = (side: number): number => Math.floor(side / op.factor);
      write(y, false, (n, c, h, w) => base.get(n, c, h, w) + coarse.get(n, c, down(h), down(w)));
      return;
    }
    case "scaleChannels": {
      const [x, s, y] = [tensor(op.input), tensor(op.scale), tensor(op.output)];
      write(y, false, (n, c, h, w) => x.get(n, c, h, w) * s.get(n, c, 0, 0));
      return;
    }
    case "scaleChannelsInputGradient": {
      const [dy, s, dx] = [tensor(op.outputGradient), tensor(op.scale), tensor(op.inputGradient)];
      write(dx, op.accumulate, (n, c, h, w) => dy.get(n, c, h, w) * s.get(n, c, 0, 0));
      return;
    }
    case "scaleChannelsScaleGradient": {
      const [dy, x, ds] = [tensor(op.outputGradient), tensor(op.input), tensor(op.scaleGradient)];
      if (!op.accumulate) write(ds, false, () => 0);
      eachElement(dy, (n, c, h, w) => ds.add(n, c, 0, 0, dy.get(n, c, h, w) * x.get(n, c, h, w)));
      return;
    }
    case "copy": {
      const [x, y] = [tensor(op.input), tensor(op.output)];
      write(y, op.accumulate, (...i) => x.get(...i));
      return;
    }
    default:
      op satisfies never;
  }
}

/** Every product of a convolution: output place, input place, index of the weight. */
function eachTap(
  x: Tensor,
  y: Tensor,
  { kernel, stride, padding, groups }: ConvGeometry,
  visit: (
    n: number,
    o: number,
    oy: number,
    ox: number,
    i: number,
    iy: number,
    ix: number,
    index: number,
  ) => void,
): void {
  const [inputs, outputs] = [x.channels / groups, y.channels / groups];
  eachElement(y, (n, o, oy, ox) => {
    const group = Math.floor(o / outputs);
    for (let i = 0; i < inputs; i++)
      for (let ky = 0; ky < kernel; ky++)
        for (let kx = 0; kx < kernel; kx++) {
          const [iy, ix] = [oy * stride + ky - padding, ox * stride + kx - padding];
          if (iy < 0 || iy >= x.height || ix < 0 || ix >= x.width) continue;
          const index = ((o * inputs + i) * kernel + ky) * kernel + kx;
          visit(n, o, oy, ox, group * inputs + i, iy, ix, index);
        }
  });
}

/** Every product of a 2×2 stride-2 transposed convolution, weight [in, out/groups, 2, 2]. */
function eachTransposeTap(
  x: Tensor,
  y: Tensor,
  groups: number,
  visit: (
    n: number,
    i: number,
    iy: number,
    ix: number,
    o: number,
    oy: number,
    ox: number,
    index: number,
  ) => void,
): void {
  const [inputs, outputs] = [x.channels / groups, y.channels / groups];
  eachElement(x, (n, i, iy, ix) => {
    const group = Math.floor(i / inputs);
    for (let o = 0; o < outputs; o++)
      for (let ky = 0; ky < 2; ky++)
        for (let kx = 0; kx < 2; kx++) {
          const index = ((i * outputs + o) * 2 + ky) * 2 + kx;
          visit(n, i, iy, ix, group * outputs + o, 2 * iy + ky, 2 * ix + kx, index);
        }
  });
}

function finish(memory: Memory, y: Tensor, { bias, norm, activation }: Epilogue): void {
  const shift = bias === undefined ? undefined : slotAt(memory, bias);
  const normalise = norm === undefined ? undefined : runningNorm(memory, norm);
  write(y, false, (n, c, h, w) => {
    const sum = y.get(n, c, h, w) + (shift === undefined ? 0 : at(shift, c));
    return activate(activation, normalise === undefined ? sum : normalise(c, sum));
  });
}

function runningNorm(memory: Memory, slots: NormSlots): (c: number, x: number) => number {
  const [gamma, beta] = [slotAt(memory, slots.gamma), slotAt(memory, slots.beta)];
  const [mean, variance] = [slotAt(memory, slots.runningMean), slotAt(memory, slots.runningVariance)];
  return (c, x) =>
    ((x - at(mean, c)) / Math.sqrt(at(variance, c) + slots.epsilon)) * at(gamma, c) + at(beta, c);
}

function batchNorm(memory: Memory, op: Extract<PlanOp, { kind: "batchNorm" }>): void {
  const [x, y, saved] = [op.input, op.output, op.saved].map((view) => tensorAt(memory, view));
  if (x === undefined || y === undefined || saved === undefined) return;
  const { slots, momentum } = op;
  const [gamma, beta] = [slotAt(memory, slots.gamma), slotAt(memory, slots.beta)];
  const [mean, variance] = [slotAt(memory, slots.runningMean), slotAt(memory, slots.runningVariance)];
  const count = x.batch * x.height * x.width;
  const [sums, squares] = [new Float64Array(x.channels), new Float64Array(x.channels)];
  eachElement(x, (n, c, h, w) => {
    sums[c] = at(sums, c) + x.get(n, c, h, w) / count;
  });
  eachElement(x, (n, c, h, w) => {
    squares[c] = at(squares, c) + (x.get(n, c, h, w) - at(sums, c)) ** 2 / count;
  });
  for (let c = 0; c < x.channels; c++) {
    saved.set(0, 0, 0, c, at(sums, c));
    saved.set(0, 1, 0, c, 1 / Math.sqrt(at(squares, c) + slots.epsilon));
    const unbiased = (at(squares, c) * count) / Math.max(count - 1, 1);
    mean[c] = (1 - momentum) * at(mean, c) + momentum * at(sums, c);
    variance[c] = (1 - momentum) * at(variance, c) + momentum * unbiased;
  }
  write(y, false, (n, c, h, w) => {
    const unit = (x.get(n, c, h, w) - at(sums, c)) * saved.get(0, 1, 0, c);
    return activate(op.activation, unit * at(gamma, c) + at(beta, c));
  });
}

function batchNormGradient(memory: Memory, op: Extract<PlanOp, { kind: "batchNormGradient" }>): void {
  const [x, dy, dx, saved] = [op.input, op.outputGradient, op.inputGradient, op.saved].map((view) =>
    tensorAt(memory, view),
  );
  if (x === undefined || dy === undefined || dx === undefined || saved === undefined) return;
  const [gamma, beta] = [slotAt(memory, op.slots.gamma), slotAt(memory, op.slots.beta)];
  const count = x.batch * x.height * x.width;
  const [ofBeta, ofGamma] = [new Float64Array(x.channels), new Float64Array(x.channels)];
  const unit = (n: number, c: number, h: number, w: number): number =>
    (x.get(n, c, h, w) - saved.get(0, 0, 0, c)) * saved.get(0, 1, 0, c);
  const inner = (n: number, c: number, h: number, w: number): number =>
    dy.get(n, c, h, w) * slopeAt(op.activation, unit(n, c, h, w) * at(gamma, c) + at(beta, c));
  eachElement(x, (n, c, h, w) => {
    ofBeta[c] = at(ofBeta, c) + inner(n, c, h, w);
    ofGamma[c] = at(ofGamma, c) + inner(n, c, h, w) * unit(n, c, h, w);
  });
  write(dx, op.accumulate, (n, c, h, w) => {
    const centred = inner(n, c, h, w) - at(ofBeta, c) / count - (unit(n, c, h, w) * at(ofGamma, c)) / count;
    return at(gamma, c) * saved.get(0, 1, 0, c) * centred;
  });
  for (let c = 0; c < x.channels; c++) {
    if (op.gammaGradient !== undefined) {
      const gradient = gradientAt(memory, op.gammaGradient);
      gradient[c] = at(gradient, c) + at(ofGamma, c);
    }
    if (op.betaGradient !== undefined) {
      const gradient = gradientAt(memory, op.betaGradient);
      gradient[c] = at(gradient, c) + at(ofBeta, c);
    }
  }
}

/** An affine map of each channel: mean and variance are constants. */
function batchNormInferenceGradient(
  memory: Memory,
  op: Extract<PlanOp, { kind: "batchNormInferenceGradient" }>,
): void {
  const { slots, activation, gammaGradient, betaGradient } = op;
  const [x, dy] = [tensorAt(memory, op.input), tensorAt(memory, op.outputGradient)];
  const [gamma, mean, variance] = [slots.gamma, slots.runningMean, slots.runningVariance].map((slot) =>
    slotAt(memory, slot),
  ) as [Float64Array, Float64Array, Float64Array];
  const normalise = runningNorm(memory, slots);
  const deviation = (c: number): number => Math.sqrt(at(variance, c) + slots.epsilon);
  const inner = (n: number, c: number, h: number, w: number): number =>
    dy.get(n, c, h, w) * slopeAt(activation, normalise(c, x.get(n, c, h, w)));
  write(
    tensorAt(memory, op.inputGradient),
    op.accumulate,
    (n, c, h, w) => (inner(n, c, h, w) * at(gamma, c)) / deviation(c),
  );
  eachElement(x, (n, c, h, w) => {
    const value = inner(n, c, h, w);
    const unit = (x.get(n, c, h, w) - at(mean, c)) / deviation(c);
    for (const [slot, part] of [
      [gammaGradient, value * unit],
      [betaGradient, value],
    ] as const) {
      if (slot === undefined) continue;
      const gradient = gradientAt(memory, slot);
      gradient[c] = at(gradient, c) + part;
    }
  });
}

/** Place of the first greatest value of a window. */
function greatest(
  x: Tensor,
  n: number,
  c: number,
  h: number,
  w: number,
  { kernel, stride, padding }: PoolGeometry,
): readonly [number, number] {
  let place: readonly [number, number] = [-1, -1];
  let value = Number.NEGATIVE_INFINITY;
  for (let ky = 0; ky < kernel; ky++)
    for (let kx = 0; kx < kernel; kx++) {
      const [iy, ix] = [h * stride + ky - padding, w * stride + kx - padding];
      if (iy < 0 || iy >= x.height || ix < 0 || ix >= x.width) continue;
      if (place[0] >= 0 && !(x.get(n, c, iy, ix) > value)) continue;
      value = x.get(n, c, iy, ix);
      place = [iy, ix];
    }
  return place;
}
