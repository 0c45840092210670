// Constants of a file as numbers: initializers, Constant operators, and those reshaped or handed on from them. A tensor's
// claimed size is compared with the bytes that are there before anything is allocated.

import type { OnnxModel, OnnxNode, OnnxTensor } from "./messages.ts";

export interface Constant {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** Why a constant cannot be read, as a clause. */
export class ConstantError extends Error {}

const FLOAT = 1;
const INT64 = 7;
/** Operators that only rename or reshape; with a constant input they are one. */
const FOLDED = new Set(["Identity", "Reshape", "Unsqueeze", "Squeeze"]);

export class Constants {
  readonly #tensors = new Map<string, OnnxTensor>();
  readonly #renamed = new Map<string, { readonly from: string; readonly reshape: OnnxNode | undefined }>();

  constructor(model: OnnxModel) {
    for (const [name, tensor] of model.initializers) this.#tensors.set(name, tensor);
    for (const node of model.nodes) {
      const [output = ""] = node.outputs;
      const value = node.attributes.get("value")?.tensor;
      if (node.op === "Constant" && value !== undefined) this.#tensors.set(output, value);
      const [from = ""] = node.inputs;
      if (FOLDED.has(node.op) && this.has(from)) {
        this.#renamed.set(output, { from, reshape: node.op === "Identity" ? undefined : node });
      }
    }
  }

  has(name: string): boolean {
    return this.#tensors.has(name) || this.#renamed.has(name);
  }

  /** Numbers and shape. Throws ConstantError where they are missing, of another type or do not fit. */
  read(name: string): Constant {
    const renamed = this.#renamed.get(name);
    if (renamed === undefined) {
      const tensor = this.#tensors.get(name);
      if (tensor === undefined) throw new ConstantError(`"${name}" is no constant`);
      return { dims: tensor.dims, values: numbersOf(name, tensor) };
    }
    const { dims, values } = this.read(renamed.from);
    if (renamed.reshape === undefined) return { dims, values };
    // Whoever reads a bias or a scalar looks at its length and its one long side, so a flat view serves all reshapes of those.
    const shape = this.#wantedShape(renamed.reshape, values.length);
    return { dims: shape ?? (values.length === 1 ? [] : [1, values.length, 1, 1]), values };
  }

  #wantedShape(node: OnnxNode, count: number): number[] | undefined {
    const [, shape = ""] = node.inputs;
    if (node.op !== "Reshape" || !this.has(shape)) return undefined;
    const wanted = [...this.read(shape).values];
    const known = wanted.filter((side) => side > 0).reduce((product, side) => product * side, 1);
    const sides = wanted.map((side) => (side === -1 ? count / known : side));
    if (sides.reduce((product, side) => product * side, 1) !== count) {
      throw new ConstantError(`"${node.outputs[0] ?? ""}" is reshaped to another number of values`);
    }
    return sides;
  }
}

function numbersOf(name: string, tensor: OnnxTensor): Float32Array {
  const { dims, type, raw, floatRun, floats, integers, isElsewhere } = tensor;
  if (isElsewhere) throw new ConstantError(`the numbers of "${name}" lie in another file`);
  const count = dims.reduce((product, side) => product * side, 1);
  const shape = `[${dims.join(", ")}]`;
  const tooMany = (has: number): ConstantError =>
    new ConstantError(`"${name}" claims the shape ${shape} and holds ${has} numbers`);
  if (dims.some((side) => side < 0)) throw new ConstantError(`"${name}" claims the shape ${shape}`);
  if (type === FLOAT) {
    const run = raw ?? floatRun;
    if (run !== undefined) {
      if (run.length !== count * 4) throw tooMany(run.length / 4);
      // A copy: the run need not lie at a multiple of four bytes, and it must not keep the file alive.
      return new Float32Array(new Uint8Array(run).buffer);
    }
    if (floats.length !== count) throw tooMany(floats.length);
    return Float32Array.from(floats);
  }
  if (type === INT64) {
    const values = raw === undefined ? integers : wholeNumbers(raw);
    if (values.length !== count) throw tooMany(values.length);
    return Float32Array.from(values);
  }
  throw new ConstantError(
    `"${name}" holds numbers of type ${TYPES[type] ?? type}; 32-bit floats can be trained`,
  );
}

function wholeNumbers(raw: Uint8Array): number[] {
  if (raw.length % 8 !== 0 || raw.length > 8 * 4096) return [];
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  return Array.from({ length: raw.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}

const TYPES: Readonly<Record<number, string>> = {
  2: "uint8",
  3: "int8",
  6: "int32",
  9: "bool",
  10: "float16",
  11: "float64",
  16: "bfloat16",
};
