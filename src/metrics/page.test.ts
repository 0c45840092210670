// The product's scorer: kinds of error by name, don't-care words, and what is left out.

import { describe, expect, it } from "vitest";
import { polygonIn } from "../core/index.ts";
import { aggregate, scorePage } from "./index.ts";

function rectangle(x: number, y: number, width: number, height: number) {
  return polygonIn("upright", [x, y, x + width, y, x + width, y + height, x, y + height]);
}
const word = (x: number, width = 100, ignore = false) => ({
  polygon: rectangle(x, 0, width, 25),
  ignore,
  text: null,
});
const found = (x: number, width = 100) => ({ polygon: rectangle(x, 0, width, 25), score: 0.9 });

describe("outcomes", () => {
  it("names a match, a miss and a false box", () => {
    const page = scorePage([word(0), word(300)], [found(0), found(600)]);
    expect(page.words).toEqual(["matched", "missed"]);
    expect(page.boxes).toEqual(["matched", "false"]);
  });

  it("names words merged into one box and a word split over two", () => {
    expect(scorePage([word(0), word(110)], [found(0, 210)])).toMatchObject({
      words: ["merged", "merged"],
      boxes: ["merged"],
      cleval: { counts: { mergePenalty: 1, mergingDetections: 1 } },
    });
    expect(scorePage([word(0, 210)], [found(0, 100), found(110, 100)])).toMatchObject({
      words: ["split"],
      boxes: ["split", "split"],
      cleval: { counts: { splitPenalty: 1, splitWords: 1 } },
    });
  });

  it("neither asks for ignored words nor punishes boxes on them", () => {
    const page = scorePage([word(0), word(300, 100, true)], [found(0), found(305)]);
    expect(page.words).toEqual(["matched", "ignored"]);
    expect(page.boxes).toEqual(["matched", "ignored"]);
    expect(page.cleval.score.hmean).toBe(1);
    expect(page.icdarIou.score.hmean).toBe(1);
  });

  it("takes cared words out of the ignored region that covers them", () => {
    const region = { polygon: rectangle(0, 0, 1000, 500), ignore: true, text: null };
    const page = scorePage([region, word(200)], [found(200)]);
    expect(page.words).toEqual(["ignored", "matched"]);
    expect(page.boxes).toEqual(["matched"]);
  });

  it("names what it leaves out", () => {
    const broken = { polygon: polygonIn("upright", [1, 2]), score: 1 };
    const notANumber = { polygon: polygonIn("upright", [0, 0, Number.NaN, 0, 9, 9, 0, 9]), score: 1 };
    const page = scorePage([word(0)], [broken, found(0), notANumber]);
    expect(page.boxes).toEqual(["ignored", "matched", "ignored"]);
    expect(page.cleval.leftOut.map(({ side, index }) => [side, index])).toEqual([
      ["detection", 0],
      ["detection", 2],
    ]);
    expect(page.icdarIou.leftOut.map(({ reason }) => reason)).toEqual([
      "1 point(s); a polygon needs at least 3",
      "a coordinate is not a finite number",
    ]);
  });
});

it("a set by both aggregations, and zeros for no pages", () => {
  const perfect = scorePage([word(0)], [found(0)]);
  const missed = scorePage([word(0), word(200), word(400)], []);
  const set = aggregate([perfect, missed]);
  expect(set.icdarIou.mean.recall).toBe(0.5);
  expect(set.icdarIou.pooled.recall).toBe(0.25);
  expect(set.cleval.mean.hmean).toBe(0.5);
  expect(set.cleval.pooled.recall).toBe(0.25);
  expect(aggregate([]).icdarIou.pooled).toEqual({ hmean: 0, precision: 0, recall: 0 });
});
