import { describe, expect, it } from "vitest";
import { randomFrom } from "../core/index.ts";
import { thereAndBack, williamsRows } from "./order.ts";
import { estimateQuantile } from "./pooled.ts";
import { blockOrder, estimate } from "./index.ts";
import { estimateRatio } from "./statistics.ts";
import { verdictOf, moreBlocks } from "./verdict.ts";

/** Share of 95 % intervals that cover the true mean 0. */
function coverage(n: number, draw: (random: ReturnType<typeof randomFrom>) => number): number {
  const simulations = 3000;
  const random = randomFrom("coverage", n);
  let covered = 0;
  for (let s = 0; s < simulations; s++) {
    const values = Array.from({ length: n }, () => draw(random));
    const { ciLow, ciHigh } = estimate(values, randomFrom("resample", s), 600);
    if (ciLow <= 0 && ciHigh >= 0) covered++;
  }
  return covered / simulations;
}

describe("the interval", () => {
  it.each([5, 8, 12, 20])("of %i blocks covers the truth in 93 to 97 of 100 cases", (n) => {
    const share = coverage(n, (random) => random.normal());
    expect(share).toBeGreaterThanOrEqual(0.93);
    expect(share).toBeLessThanOrEqual(0.97);
  });

  it("covers it as well when times are skewed, as times are", () => {
    const share = coverage(8, (random) => Math.exp(0.5 * random.normal()) - Math.exp(0.125));
    expect(share).toBeGreaterThanOrEqual(0.93);
    expect(share).toBeLessThanOrEqual(0.97);
  });

  it.each([8, 12, 20, 40])(
    "of %i blocks covers it when a few times are very long, as on a machine that others use",
    (n) => {
      // Two of such times make a difference; its tails have no variance to speak of.
      const tail = (random: ReturnType<typeof randomFrom>): number =>
        random.normal() / Math.max(0.1, Math.abs(random.normal()));
      const share = coverage(n, (random) => tail(random) - tail(random));
      expect(share).toBeGreaterThanOrEqual(0.93);
      expect(share).toBeLessThanOrEqual(0.98);
    },
  );

  it("treats three times as long and three times as short alike", () => {
    const pct = [200, -200 / 3, 200, -200 / 3, 0];
    expect(estimateRatio(pct, randomFrom(1))).toMatchObject({ n: 5, median: 0 });
    expect(estimateRatio(pct, randomFrom(1)).mean).toBeCloseTo(0, 10);
    expect(estimateRatio([1, 1.2, 0.8, 1.1, 0.9], randomFrom(1)).mean).toBeCloseTo(1, 2);
  });

  it("is repeated by its seed and knows its n", () => {
    const values = [1, 2, 3, 4, 9];
    expect(estimate(values, randomFrom(1))).toEqual(estimate(values, randomFrom(1)));
    expect(estimate(values, randomFrom(1))).toMatchObject({ mean: 3.8, median: 3, n: 5 });
    expect(estimate([3], randomFrom(1)).ciLow).toBeNaN();
    expect(estimate([3, 3, 3], randomFrom(1))).toMatchObject({ ciLow: 3, ciHigh: 3 });
  });
});

describe("a quantile of pooled steps", () => {
  const random = randomFrom("steps");
  const blocks = (slower: number) =>
    Array.from({ length: 40 }, () =>
      Array.from({ length: 10 }, () => slower * (10 + random.normal() ** 2 + (random.chance(0.3) ? 20 : 0))),
    );

  it("finds what is added to every step, whatever disturbs a third of them", () => {
    const found = estimateQuantile(blocks(1.03), [blocks(1), blocks(1)], 0.25, randomFrom(1), 500);
    expect(found.ciLow).toBeGreaterThan(0.5);
    expect(found.ciHigh).toBeLessThan(6);
    expect(found.ciLow).toBeLessThan(3);
    expect(found.ciHigh).toBeGreaterThan(3);
    expect(found.n).toBe(40);
  });

  it("is repeated by its seed, and has no interval under two blocks", () => {
    const [of, against] = [blocks(1), [blocks(1)]];
    expect(estimateQuantile(of, against, 0.25, randomFrom(2), 100)).toEqual(
      estimateQuantile(of, against, 0.25, randomFrom(2), 100),
    );
    expect(estimateQuantile([[2, 4]], [[[1, 2]]], 0.25, randomFrom(2), 100)).toMatchObject({
      mean: 100,
      ciLow: Number.NaN,
    });
  });
});

describe("the order of arms", () => {
  it("goes there and back in an order that the seed draws for each block", () => {
    const order = thereAndBack(["a", "b", "c"], 3, 0);
    expect(order).toEqual(order.toReversed());
    expect(order.slice(0, 3).sort()).toEqual(["a", "b", "c"]);
    expect(
      new Set(Array.from({ length: 60 }, (_, block) => thereAndBack(["a", "b", "c"], 3, block).join())).size,
    ).toBe(6);
  });

  it.each([2, 3, 4, 5, 6, 7])("puts each of %i in every place, and after every other, equally often", (n) => {
    const rows = williamsRows(n);
    const places = new Map<string, number>();
    const follows = new Map<string, number>();
    for (const row of rows) {
      expect([...row].sort()).toEqual(Array.from({ length: n }, (_, i) => i));
      row.forEach((arm, place) => {
        places.set(`${arm}@${place}`, (places.get(`${arm}@${place}`) ?? 0) + 1);
        const before = row[place - 1];
        if (before !== undefined) follows.set(`${before}>${arm}`, (follows.get(`${before}>${arm}`) ?? 0) + 1);
      });
    }
    expect(new Set(places.values()).size).toBe(1);
    expect(places.size).toBe(n * n);
    expect(new Set(follows.values()).size).toBe(1);
    expect(follows.size).toBe(n * (n - 1));
  });

  it("follows the seed", () => {
    const arms = ["a", "b", "c", "d", "e"];
    const orders = (seed: number) => Array.from({ length: 10 }, (_, block) => blockOrder(arms, seed, block));
    expect(orders(1)).toEqual(orders(1));
    expect(orders(1)).not.toEqual(orders(2));
    expect(new Set(orders(1).map((order) => order.join())).size).toBe(10);
  });
});

describe("the verdict", () => {
  const of = (ciLow: number, ciHigh: number) => ({
    mean: (ciLow + ciHigh) / 2,
    median: 0,
    ciLow,
    ciHigh,
    n: 8,
  });

  it("speaks only where the whole interval does", () => {
    expect(verdictOf(of(-5, -2.1), 2)).toBe("faster");
    expect(verdictOf(of(2.1, 9), 2)).toBe("slower");
    expect(verdictOf(of(-2, 2), 2)).toBe("no difference that matters");
    expect(verdictOf(of(-0.4, 2.1), 2)).toBe("not decided yet");
    expect(verdictOf(of(1.9, 9), 2)).toBe("not decided yet");
    // What the baseline shows against itself is no verdict.
    expect(verdictOf(of(-28, -3), 2, of(-14, 140))).toBe("not decided yet");
    expect(verdictOf(of(-28, -3), 2, of(-3, 4))).toBe("faster");
  });

  it("says how many more blocks it takes", () => {
    expect(moreBlocks(of(3, 4), 2)).toBe(0);
    expect(moreBlocks(of(-3, 3), 2)).toBe(10);
    expect(moreBlocks(of(1, 3), 2)).toBe(Number.POSITIVE_INFINITY);
  });
});
