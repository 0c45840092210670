import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { forPages, KINDS, programWords, real, RECORD_WORDS } from "./program.ts";

const source = readFileSync(join(import.meta.dirname, "assembly/record.as"), "utf8");

describe("records", () => {
  it("have the kinds that the kernels know, in their order", () => {
    const list = /enum Kind \{([^}]*)\}/.exec(source)?.[1] ?? "";
    const names = list
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "");
    expect(names.map((name) => name.charAt(0).toLowerCase() + name.slice(1))).toEqual([...KINDS]);
  });

  it("have the size that the kernels know", () => {
    expect(Number(/RECORD_BYTES: usize = (\d+)/.exec(source)?.[1])).toBe(RECORD_WORDS * 4);
  });

  it("hold floats by their bits", () => {
    const words = programWords([{ kind: "copy", tiles: 3, words: [7, real(-0.3)] }]);
    expect([...words.subarray(0, 7)]).toEqual([KINDS.indexOf("copy"), 3, 0, 0, 0, 0, 7]);
    expect(new Float32Array(words.buffer)[7]).toBe(Math.fround(-0.3));
  });

  it("shrink to fewer pages, but for what is done once", () => {
    const records = [
      { kind: "pack", tiles: 5, words: [] },
      { kind: "gemm", tiles: 12, words: [] },
    ] as const;
    expect(forPages(records, 1, 4).map(({ tiles }) => tiles)).toEqual([5, 3]);
  });
});
