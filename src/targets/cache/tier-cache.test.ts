import { describe, expect, it } from "vitest";
import { TierCache } from "./tier-cache.ts";
import { TIERS } from "./types.ts";

describe("TierCache", () => {
  it("asks for no value that it will not keep, and times those that it keeps", () => {
    let clock = 0;
    const cache = new TierCache<string>({ budgetBytes: 200, policy: "pin", now: () => clock });
    const made: string[] = [];
    const keep = (page: string, bytes: number): void =>
      cache.keep(
        { page },
        bytes,
        () => {
          clock += 5;
          made.push(page);
          return page;
        },
        1,
      );
    keep("a", 100);
    keep("b", 100);
    keep("larger than everything", 1000);
    expect(made).toEqual(["a"]);
    expect(cache.find({ page: "b" }).outcome).toMatchObject({ reason: "bypassed" });
    expect(cache.find({ page: "larger than everything" }).outcome).toMatchObject({ reason: "store failed" });
    expect(cache.counters()).toMatchObject({ storeMs: 5, spentMs: 5, entries: 1 });
  });

  it("drops a page by its name even where the address does not hold it", () => {
    for (const fault of ["none", "key without structure"] as const) {
      const cache = new TierCache<string>({ budgetBytes: "unlimited", fault });
      cache.keep({ page: "a", size: "1×1" }, 100, () => "a", 1);
      cache.keep({ page: "b", size: "2×2" }, 100, () => "b", 1);
      expect(cache.invalidate("a")).toBeGreaterThan(100);
      expect(cache.counters()).toMatchObject({ entries: 1 });
      expect(cache.find({ page: "a", size: "1×1" }).outcome).toMatchObject({ reason: "invalidated" });
      expect(cache.find({ page: "b", size: "2×2" }).outcome).toMatchObject({ kind: "hit" });
    }
  });

  it("names the setting of the tier whose capacity is none", () => {
    const names = { images: "image", polygons: "polygon", maps: "map", samples: "sample" } as const;
    for (const tier of TIERS) {
      const data = { what: `${names[tier]}CacheBytes`, doing: `setting up the ${names[tier]} cache` };
      expect(thrownBy(() => new TierCache({ tier, budgetBytes: -1 }))).toMatchObject({ data });
      const cache = new TierCache({ tier, budgetBytes: 1 });
      expect(thrownBy(() => cache.setBudget(Number.NaN))).toMatchObject({ data });
    }
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}
