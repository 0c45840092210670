// What this machine's WASM can do, asked by validating the smallest module that uses it.

/** () → i8x16.popcnt(splat 0). */
const SIMD = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
];
/** () → relaxed_swizzle(splat 1, splat 2). */
const RELAXED_SIMD = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11],
];

export function hasSimd(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(Uint8Array.from(SIMD));
}

/** Whether multiply and add may become one instruction. */
export function hasRelaxedSimd(): boolean {
  return hasSimd() && WebAssembly.validate(Uint8Array.from(RELAXED_SIMD));
}
