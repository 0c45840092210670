import { describe, expect, it } from "vitest";
import { PlaygroundError, polygonIn, randomFrom, toErrorData } from "./index.ts";

describe("randomFrom", () => {
  it("repeats a sequence for the same parts and changes it for others", () => {
    const draw = (...parts: (string | number)[]) => {
      const random = randomFrom(...parts);
      return Array.from({ length: 8 }, () => random.next());
    };
    expect(draw(42, "a")).toEqual(draw(42, "a"));
    expect(draw(42, "a")).not.toEqual(draw(42, "b"));
    expect(draw(4, "2a")).not.toEqual(draw(42, "a"));
  });

  it("is uniform enough and normal enough", () => {
    const random = randomFrom("moments");
    const n = 20000;
    let mean = 0;
    let normalMean = 0;
    let normalSquare = 0;
    for (let i = 0; i < n; i++) {
      mean += random.next() / n;
      const z = random.normal();
      normalMean += z / n;
      normalSquare += (z * z) / n;
    }
    expect(mean).toBeCloseTo(0.5, 1);
    expect(normalMean).toBeCloseTo(0, 1);
    expect(normalSquare).toBeCloseTo(1, 1);
  });

  it("shuffles without losing anything", () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = randomFrom(1).shuffled(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((x, y) => x - y)).toEqual(items);
  });
});

describe("errors", () => {
  it("keep their sentences and name what was being done", () => {
    const thrown = new PlaygroundError({ code: "bad-file", message: "No.", what: "a.txt" });
    expect(toErrorData(thrown, "importing")).toMatchObject({
      code: "bad-file",
      what: "a.txt",
      doing: "importing",
    });
    expect(toErrorData("plain", "importing")).toMatchObject({ code: "internal", message: "plain" });
  });
});

it("a polygon needs pairs", () => {
  expect(() => polygonIn("upright", [1, 2, 3])).toThrow(/pairs/);
});
