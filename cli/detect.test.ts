import { expect, it } from "vitest";
import { readingOf } from "./detect.ts";

it("reads a map as was asked, else as the file says of itself, else as PaddleOCR does", () => {
  const note = JSON.stringify({ threshold: 0.25, boxThreshold: 0.4, unclipRatio: 1.8, mode: "polygon" });
  expect(readingOf({ boxThreshold: 0.7 }, note)).toMatchObject({
    ...{ threshold: 0.25, boxThreshold: 0.7, unclipRatio: 1.8, mode: "polygon" },
  });
  const paddle = { threshold: 0.3, boxThreshold: 0.6, unclipRatio: 1.5, mode: "quad" };
  for (const bad of [undefined, "", "no JSON", "7", "null", '{"threshold":9}', '{"nonsense":1}'])
    expect(readingOf({}, bad)).toMatchObject(paddle);
});
