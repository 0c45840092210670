import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlaygroundError, polygonIn } from "../../core/index.ts";
import { identity } from "../../geometry/index.ts";
import { buildPageGeometry } from "../page-geometry.ts";
import { renderTargets } from "../render.ts";
import { totalCounters } from "./counters.ts";
import { GeometryCache } from "./geometry-cache.ts";
import type { GeometryRequest } from "./key.ts";

const params = {
  variant: "db",
  shrinkRatio: 0.4,
  thresholdMin: 0.3,
  thresholdMax: 0.7,
  minTextSizePx: 8,
} as const;

function request(pageId: string, changes: Partial<GeometryRequest> = {}): GeometryRequest {
  const words = [{ polygon: polygonIn("upright", [10, 10, 60, 12, 58, 40, 9, 38]), ignore: false }];
  const size = { widthPx: 96, heightPx: 96 };
  return { pageId, imageIdentity: `${pageId}.png`, orientation: 1, size, words, params, ...changes };
}

/** Bytes that one such entry takes. */
function entryBytes(): number {
  const cache = new GeometryCache({ budgetBytes: "unlimited" });
  cache.lookUp(request("a"));
  return cache.counters().bytes;
}

describe("GeometryCache", () => {
  it("hits from the second look-up on and hands out the very same geometry", () => {
    const cache = new GeometryCache({ budgetBytes: "unlimited" });
    const first = cache.lookUp(request("a"));
    const second = cache.lookUp(request("a"));
    expect(first.outcome).toMatchObject({ kind: "miss", reason: "first time" });
    expect(second.outcome).toEqual({ kind: "hit" });
    expect(second.geometry).toBe(first.geometry);
  });

  it("names the part that changed, with both values", () => {
    const cache = new GeometryCache({ budgetBytes: "unlimited" });
    const words = [
      { polygon: polygonIn("upright", [10, 10, 60, 12, 58, 40]), ignore: false },
      { polygon: polygonIn("upright", [9, 38, 60, 50, 20, 60]), ignore: false },
    ];
    const flat = words.flatMap(({ polygon }) => [...polygon]);
    const changes: [string, Partial<GeometryRequest>][] = [
      ["image", { imageIdentity: "other" }],
      ["orientation", { orientation: 6 }],
      ["shrinkRatio", { params: { ...params, shrinkRatio: 0.5 } }],
      ["thresholds", { params: { ...params, thresholdMax: 0.8 } }],
      ["variant", { params: { ...params, variant: "original" } }],
      ["size", { size: { widthPx: 95, heightPx: 96 } }],
      ["words", { words }],
      ["words", { words: [{ polygon: polygonIn("upright", flat), ignore: false }] }],
      ["words", { words: request("a").words.map((word) => ({ ...word, ignore: true })) }],
    ];
    for (const [part, change] of changes) {
      cache.lookUp(request("a"));
      const { outcome } = cache.lookUp(request("a", change));
      expect(outcome).toMatchObject({ kind: "miss", reason: "key changed", changed: { part } });
      if (outcome.kind === "miss" && outcome.reason === "key changed") {
        expect(outcome.changed?.was).not.toBe(outcome.changed?.is);
      }
    }
  });

  it("evicts the least recently used within its budget", () => {
    const cache = new GeometryCache({ budgetBytes: 2 * entryBytes() });
    for (const page of ["a", "b", "a", "c"]) cache.lookUp(request(page));
    expect(cache.lookUp(request("a")).outcome.kind).toBe("hit");
    expect(cache.lookUp(request("b")).outcome).toMatchObject({ kind: "miss", reason: "evicted" });
    expect(cache.counters()).toMatchObject({ entries: 2, bytes: 2 * entryBytes() });
  });

  it("keeps nothing at capacity zero and says so", () => {
    const cache = new GeometryCache({ budgetBytes: 0 });
    cache.lookUp(request("a"));
    expect(cache.lookUp(request("a")).outcome).toMatchObject({ kind: "miss", reason: "capacity zero" });
    expect(cache.counters()).toMatchObject({
      hits: 0,
      entries: 0,
      bytes: 0,
      reasons: { "capacity zero": 2 },
    });
  });

  it("refuses what is no capacity", () => {
    for (const budget of [
      false,
      true,
      null,
      undefined,
      "",
      "100",
      Number.NaN,
      -1,
      Number.POSITIVE_INFINITY,
    ]) {
      const options: { budgetBytes: number } = JSON.parse("{}");
      Object.assign(options, { budgetBytes: budget });
      expect(() => new GeometryCache(options)).toThrow(PlaygroundError);
      expect(() => new GeometryCache(options)).toThrow(/number of bytes \(0 or more\) or "unlimited"/);
    }
  });

  it("frees what it says and remembers why", () => {
    const cache = new GeometryCache({ budgetBytes: "unlimited" });
    cache.lookUp(request("a"));
    expect(cache.clear()).toBe(entryBytes());
    expect(cache.clear()).toBe(0);
    expect(cache.lookUp(request("a")).outcome).toMatchObject({ kind: "miss", reason: "invalidated" });
  });

  it("accounts for the time saved and spent", () => {
    let clock = 0;
    const cache = new GeometryCache({ budgetBytes: "unlimited", now: () => ++clock });
    const build = () => {
      clock += 10;
      return buildPageGeometry(request("a").words, request("a").size, params);
    };
    cache.lookUp(request("a"), build);
    const before = cache.counters();
    expect(before).toMatchObject({ savedMs: 0, spentMs: 2 });
    cache.lookUp(request("a"), build);
    cache.passBy("a", "bypassed", "a rule");
    // A tick for the hit, and one for what was left to be noted of it.
    expect(cache.counters()).toMatchObject({ lookups: 3, hits: 1, misses: 2, savedMs: 11, spentMs: 4 });
    expect(totalCounters([before, before])).toMatchObject({
      lookups: 2,
      misses: 2,
      budgetBytes: "unlimited",
    });
  });

  it("throws out the least recently used, however many hits came in between", () => {
    const pages = ["a", "b", "c", "d", "e"];
    const room = entryBytes() * 3 + 100;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pages), { maxLength: 300 }), (asked) => {
        const cache = new GeometryCache({ budgetBytes: room });
        const model: string[] = [];
        for (const page of asked) {
          const was = model.indexOf(page);
          const { kind } = cache.lookUp(request(page)).outcome;
          expect(kind).toBe(was < 0 ? "miss" : "hit");
          if (was >= 0) model.splice(was, 1);
          model.push(page);
          if (model.length > 3) model.shift();
        }
      }),
      { numRuns: 60 },
    );
  });

  it("never loses count and never exceeds its budget", () => {
    const page = fc.constantFrom("a", "b", "c", "d");
    const action = fc.oneof(
      page.map((id) => (cache: GeometryCache) => void cache.lookUp(request(id))),
      page.map((id) => (cache: GeometryCache) => void cache.lookUp(request(id, { orientation: 3 }))),
      page.map((id) => (cache: GeometryCache) => void cache.invalidate(id)),
      fc.nat({ max: 3000 }).map((budget) => (cache: GeometryCache) => cache.setBudget(budget)),
    );
    fc.assert(
      fc.property(fc.nat({ max: 3000 }), fc.array(action, { maxLength: 40 }), (budgetBytes, actions) => {
        const cache = new GeometryCache({ budgetBytes });
        for (const act of actions) {
          act(cache);
          const { hits, misses, lookups, bytes, budgetBytes: limit } = cache.counters();
          expect(hits + misses).toBe(lookups);
          expect(bytes).toBeLessThanOrEqual(limit === "unlimited" ? Number.POSITIVE_INFINITY : limit);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("changes no byte of the targets", () => {
    const cache = new GeometryCache({ budgetBytes: "unlimited" });
    cache.lookUp(request("a"));
    const kept = renderTargets(cache.lookUp(request("a")).geometry, identity(), 96, params);
    const { words, size } = request("a");
    const fresh = renderTargets(buildPageGeometry(words, size, params), identity(), 96, params);
    expect(kept).toEqual(fresh);
    expect(fresh.thresholds.some((byte) => byte === 255)).toBe(true);
  });
});
