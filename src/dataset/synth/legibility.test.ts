import { describe, expect, it } from "vitest";
import { MIN_CONTRAST, MIN_READABLE_PX, seeWord } from "./legibility.ts";

const viewing = { widthPx: 200, heightPx: 100, blurPx: 0, noiseSigma: 0 };
const box = (x: number, y: number, width: number, height: number) => [
  x,
  y,
  x + width,
  y,
  x + width,
  y + height,
  x,
  y + height,
];

describe("seeWord", () => {
  it("leaves a readable word as it is", () => {
    const word = seeWord("text", box(10, 10, 60, 20), 200, viewing);
    expect(word).toMatchObject({ ignore: false, text: "text" });
    expect([...(word?.polygon ?? [])]).toEqual(box(10, 10, 60, 20));
  });

  it("marks what is too small, also after blur", () => {
    expect(seeWord("a", box(10, 10, 60, MIN_READABLE_PX - 0.1), 200, viewing)?.ignore).toBe(true);
    expect(seeWord("a", box(10, 10, 60, MIN_READABLE_PX + 0.1), 200, viewing)?.ignore).toBe(false);
    const blurred = { ...viewing, blurPx: 1 };
    expect(seeWord("a", box(10, 10, 60, MIN_READABLE_PX + 0.1), 200, blurred)?.ignore).toBe(true);
  });

  it("marks what is too faint, also in noise", () => {
    expect(seeWord("a", box(10, 10, 60, 20), MIN_CONTRAST - 1, viewing)?.ignore).toBe(true);
    expect(seeWord("a", box(10, 10, 60, 20), MIN_CONTRAST + 1, viewing)?.ignore).toBe(false);
    expect(seeWord("a", box(10, 10, 60, 20), MIN_CONTRAST + 1, { ...viewing, noiseSigma: 5 })?.ignore).toBe(
      true,
    );
  });

  it("cuts at every border, marks what is cut and drops what is gone", () => {
    for (const [x, y, expected] of [
      [-30, 10, [0, 10, 30, 10, 30, 30, 0, 30]],
      [170, 10, [170, 10, 200, 10, 200, 30, 170, 30]],
      [50, -10, [50, 0, 110, 0, 110, 10, 50, 10]],
      [50, 90, [50, 90, 110, 90, 110, 100, 50, 100]],
    ] as const) {
      const word = seeWord("a", box(x, y, 60, 20), 200, viewing);
      expect(word?.ignore).toBe(true);
      const corners = (xy: ArrayLike<number>) =>
        Array.from({ length: xy.length / 2 }, (_, i) => `${xy[2 * i]},${xy[2 * i + 1]}`).sort();
      expect(corners(word?.polygon ?? [])).toEqual(corners(expected));
    }
    expect(seeWord("a", box(-59, 10, 60, 20), 200, viewing)).toBeNull();
    expect(seeWord("a", box(300, 10, 60, 20), 200, viewing)).toBeNull();
    expect(seeWord("a", box(-1, 10, 60, 20), 200, viewing)?.ignore).toBe(false);
  });
});
