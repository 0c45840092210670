import { describe, expect, it } from "vitest";
import { TierCache } from "./tier-cache.ts";

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
});
