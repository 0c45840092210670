import { describe, expect, it } from "vitest";
import { expand } from "./expand.ts";

const lines = (...text: string[]): string => text.join("\n");

describe("expand", () => {
  it("puts numbers for names and expressions, floor division and a modulus that is never negative", () => {
    expect(expand("a$n b$(n)_$(n + 1) c$(2 * (n - 5) / 2)$u $(-1 % 2) $(-3 / 2)", { n: 3 })).toBe(
      "a3 b3_4 c-2u 1 -2",
    );
  });

  it("repeats, chooses, and nests both", () => {
    const text = lines(
      "//@for i < 2",
      "//@if i == 0 && on",
      "first",
      "//@else",
      "x$i",
      "//@end",
      "//@end",
      "after",
    );
    expect(expand(text, { on: 1 })).toBe(lines("first", "x1", "after"));
    expect(expand(text, { on: 0 })).toBe(lines("x0", "x1", "after"));
    expect(expand(lines("//@for i < 0", "$unknown", "//@end"), {})).toBe("");
  });

  it("names the line of a mistake", () => {
    expect(() => expand(lines("fine", "$missing"), {})).toThrow(/line 2.*missing/);
    expect(() => expand(lines("//@if 1", "x"), {})).toThrow(/line 1.*end/);
    expect(() => expand("//@end", {})).toThrow(/line 1/);
    expect(() => expand("//@while 1", {})).toThrow(/unknown directive/);
    expect(() => expand("$(1 +)", {})).toThrow(/cannot evaluate/);
    expect(() => expand(lines("//@for i of 3", "//@end"), {})).toThrow(/line 1/);
  });
});
