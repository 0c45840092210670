// What a kernel folder hands out: one dispatch as data. device code turns it into a pipeline and a bind group.
// Compile-time numbers go into the shader's text; sizes and offsets travel in a small uniform, so that layers of
// different sizes share one compiled shader.

import type { Activation, Slot, Store, View } from "../plan/types.ts";
import { expand, type Names } from "./expand.ts";
import { withHalves } from "./halves.ts";

/** A buffer of the engine, and which part of it is bound. */
export type BufferRef =
  | { readonly of: "tensor"; readonly index: number }
  /** `isAverage`: of the running average of that store instead. */
  | { readonly of: "store"; readonly store: Store; readonly slot?: Slot; readonly isAverage?: boolean }
  | { readonly of: "named"; readonly name: NamedBuffer; readonly offset?: number; readonly size?: number };

/** Offsets and sizes of named buffers are in 32-bit words. */
export type NamedBuffer =
  | "images"
  | "flags"
  | "thresholds"
  | "partials"
  | "partialTable"
  | "gradients"
  | "firstMoments"
  | "secondMoments"
  | "normPartials"
  | "histograms"
  | "lossPartials"
  | "lossState"
  | "report"
  | "step"
  | "probabilities";

export interface Binding {
  readonly buffer: BufferRef;
  readonly access: "read" | "read_write";
  /** f32 unless given. */
  readonly element?: "u32" | "atomic<u32>" | "f16";
}

export interface KernelCall {
  /** For people and for per-kernel times. */
  readonly kernel: string;
  readonly source: string;
  /** Compile-time integers of the text (see expand.ts). */
  readonly constants: Names;
  /** Become `d.name: u32`. */
  readonly sizes: Names;
  /** Become `d.name: f32`. */
  readonly numbers?: Names;
  /** Become storage arrays of that name. */
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly workgroups: readonly [number, number, number];
  /** Of the language and the device, beyond what every device has. */
  readonly features?: readonly "subgroups"[];
}

/** The whole shader: declarations, then the expanded text. Binding 0 is the uniform, where there is one. */
export function shaderText(call: KernelCall): string {
  const fields = [
    ...Object.keys(call.sizes).map((name) => `${name}: u32`),
    ...Object.keys(call.numbers ?? {}).map((name) => `${name}: f32`),
  ];
  const halves = Object.entries(call.bindings).flatMap(([name, { element }]) =>
    element === "f16" ? [name] : [],
  );
  const features = [...(call.features ?? []), ...(halves.length > 0 ? ["f16"] : [])];
  const declarations = features.map((feature) => `enable ${feature};`);
  if (fields.length > 0) {
    declarations.push(
      `struct Sizes { ${fields.join(", ")} }`,
      "@group(0) @binding(0) var<uniform> d: Sizes;",
    );
  }
  for (const [index, [name, binding]] of Object.entries(call.bindings).entries()) {
    const at = index + (fields.length > 0 ? 1 : 0);
    const { access, element = "f32" } = binding;
    declarations.push(`@group(0) @binding(${at}) var<storage, ${access}> ${name}: array<${element}>;`);
  }
  return `${declarations.join("\n")}\n${withHalves(expand(call.source, call.constants), halves)}`;
}

/** The words of a call's uniform. */
export function uniformWords(call: KernelCall): Uint32Array<ArrayBuffer> {
  const sizes = Object.values(call.sizes);
  const numbers = Object.values(call.numbers ?? {});
  const words = new Uint32Array(Math.ceil((sizes.length + numbers.length) / 4) * 4);
  words.set(sizes);
  new Float32Array(words.buffer).set(numbers, sizes.length);
  return words;
}

/**
 * The same call by workgroups of so many threads, where its threads wait for each other: those kernels, and no others, take the
 * constant WG, any power of two from 4 to 256.
 */
export function inGroupsOf(threads: number | undefined, call: KernelCall): KernelCall {
  if (threads === undefined || !("WG" in call.constants)) return call;
  return { ...call, constants: { ...call.constants, WG: threads } };
}

export function reads(view: View): Binding {
  return { buffer: { of: "tensor", index: view.buffer }, access: "read", ...elementOf(view) };
}

export function writes(view: View): Binding {
  return { buffer: { of: "tensor", index: view.buffer }, access: "read_write", ...elementOf(view) };
}

function elementOf({ isHalf = false }: View): { readonly element?: "f16" } {
  return isHalf ? { element: "f16" } : {};
}

export function readsSlot(slot: Slot): Binding {
  return { buffer: { of: "store", store: slot.store, slot }, access: "read" };
}

export function named(
  name: NamedBuffer,
  access: Binding["access"],
  part: { readonly offset?: number; readonly size?: number; readonly element?: "u32" | "atomic<u32>" } = {},
): Binding {
  const { element, ...range } = part;
  const buffer = { of: "named" as const, name, ...range };
  return element === undefined ? { buffer, access } : { buffer, access, element };
}

/** Where a tensor lies, as sizes `NAMEOffset` and `NAMEBatch`. */
export function place(name: string, view: View): Names {
  return { [`${name}Offset`]: view.offset, [`${name}Batch`]: view.batchStride };
}

const ACTIVATIONS = { none: 0, relu: 1, sigmoid: 2, hardSigmoid: 3, hardSwish: 4 } as const;

/** The constant ACTIVATION of `shared/activation.wgsl`. */
export function activationCode(activation: Activation | undefined): number {
  return ACTIVATIONS[activation?.kind ?? "none"];
}

export function blocks(count: number, size: number): number {
  return Math.ceil(count / size);
}
