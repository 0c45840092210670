import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashBytes } from "./key.ts";

describe("hashBytes", () => {
  it("differs when any one byte does, and when the length does", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 70 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, by) => {
          const other = bytes.slice();
          other[at % bytes.length] = (other[at % bytes.length] as number) ^ by;
          expect(hashBytes(other)).not.toBe(hashBytes(bytes));
          expect(hashBytes(Uint8Array.of(...bytes, 0))).not.toBe(hashBytes(bytes));
        },
      ),
    );
  });

  it("is of the content, wherever in its buffer it begins", () => {
    const bytes = Uint8Array.from({ length: 41 }, (_, i) => i * i);
    for (const offset of [1, 2, 3, 4]) {
      const moved = new Uint8Array(60).subarray(offset, offset + 41);
      moved.set(bytes);
      expect(hashBytes(moved)).toBe(hashBytes(bytes));
    }
  });

  it("does not meet itself among many near contents", () => {
    const bytes = new Uint8Array(64);
    const seen = new Set<string>();
    for (let first = 0; first < 64; first++) {
      for (let second = 0; second < 64; second++) {
        bytes.fill(0);
        bytes[first] = 128;
        bytes[second] = (bytes[second] as number) + 64;
        seen.add(hashBytes(bytes));
      }
    }
    expect(seen.size).toBe(64 * 64);
  });
});
