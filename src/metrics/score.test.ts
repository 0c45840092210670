import { expect, it } from "vitest";
import { meanScore, roundHalfEven, scoreOf } from "./score.ts";

it("rounds ties to the even neighbour, as Python does", () => {
  expect([0.5, 1.5, 2.5, 3.5, -1.5, 2.4999, 2.5001].map(roundHalfEven)).toEqual([0, 2, 2, 4, -2, 2, 3]);
});

it("the mean hmean is not the hmean of the means", () => {
  const mean = meanScore([scoreOf(1, 1), scoreOf(0, 0.5)]);
  expect(mean).toEqual({ hmean: 0.5, precision: 0.75, recall: 0.5 });
});
