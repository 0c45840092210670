// Tensors of the training references: unpacked once for a whole document, compared as wholes.
// Runs in Node and in browsers; whoever calls says how to inflate.

import { z } from "zod";
import type { Deviations } from "./deviation.ts";

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** An unpacked tensor inside an unpacked document. */
export const tensor = z.custom<Tensor>(
  (value) =>
    typeof value === "object" && value !== null && "data" in value && value.data instanceof Float32Array,
  "not a tensor",
);

const packed = z.object({ shape: z.array(z.number()), dtype: z.literal("float32"), data: z.string() });

/** A copy of `document` with every packed float32 tensor in its place as {shape, data}. `inflate` undoes zlib. */
export async function unpackTensors(
  document: unknown,
  inflate: (zlib: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<unknown> {
  if (Array.isArray(document)) return Promise.all(document.map((item) => unpackTensors(item, inflate)));
  if (typeof document !== "object" || document === null) return document;
  const found = packed.safeParse(document);
  if (found.success) {
    const { shape, data } = found.data;
    const bytes = await inflate(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
    const values = new Float32Array(bytes.slice().buffer);
    const count = shape.reduce((product, side) => product * side, 1);
    if (values.length !== count)
      throw new Error(`a tensor holds ${values.length} values instead of ${count}`);
    return { shape, data: values };
  }
  const entries = Object.entries(document).map(async ([key, value]) => [
    key,
    await unpackTensors(value, inflate),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

/** The element that deviates most, as one comparison; `tolerance` per element of the expected values. */
export function closeTensor(
  deviations: Deviations,
  name: string,
  got: Float32Array | undefined,
  expected: Float32Array,
  tolerance: (expected: number) => number,
): void {
  if (got?.length !== expected.length) {
    deviations.same(`${name} count`, got?.length, expected.length);
    return;
  }
  let worst = 0;
  let worstAt = 0;
  for (const [at, value] of expected.entries()) {
    const share = Math.abs((got[at] ?? Number.NaN) - value) / tolerance(value);
    if (!(share <= worst)) {
      worst = share;
      worstAt = at;
    }
    if (Number.isNaN(share)) break;
  }
  const value = expected[worstAt] ?? 0;
  deviations.close(`${name}[${worstAt}]`, got[worstAt] ?? Number.NaN, value, tolerance(value));
}

/** Greatest absolute value. */
export function greatest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
