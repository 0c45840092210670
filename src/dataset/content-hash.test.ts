import { expect, it } from "vitest";
import { contentHash } from "./content-hash.ts";

function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = contentHash();
  for (const part of parts) typeof part === "string" ? hash.addText(part) : hash.addBytes(part);
  return hash.hex();
}

it("is the same for the same parts and another for any changed byte, length or boundary", () => {
  const base = Uint8Array.from({ length: 37 }, (_, i) => i * 7);
  expect(hashOf(base)).toMatch(/^[0-9a-f]{16}$/);
  expect(hashOf(base)).toBe(hashOf(base.slice()));
  const others = Array.from(base, (_, i) => {
    const changed = base.slice();
    changed[i] = (changed[i] ?? 0) ^ 1;
    return hashOf(changed);
  });
  const prefixes = Array.from(base, (_, i) => hashOf(base.subarray(0, i)));
  expect(new Set([hashOf(base), ...others, ...prefixes]).size).toBe(1 + 2 * base.length);
  expect(hashOf("ab", "c")).not.toBe(hashOf("a", "bc"));
  expect(hashOf(new Uint8Array(3))).not.toBe(hashOf(new Uint8Array(4)));
});

it("does not depend on where the bytes lie in their buffer", () => {
  const shifted = new Uint8Array([9, 1, 2, 3, 4, 5]).subarray(1);
  expect(hashOf(shifted)).toBe(hashOf(new Uint8Array([1, 2, 3, 4, 5])));
});
