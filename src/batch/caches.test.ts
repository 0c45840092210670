// What each cache says it costs, on a clock that only moves where something is done: 1000 for reading a page's file, 100 for
// the hash of its content, 1 for a key, 10 for each copy of a plane.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { resolveOrThrow } from "../config/index.ts";
import { polygonIn } from "../core/index.ts";
import type { Page } from "../dataset/index.ts";
import type { CacheCounters, Tier } from "../targets/index.ts";
import { createLoader } from "./index.ts";

const FEATURE = { images: "imageCache", polygons: "polygonCache", maps: "mapCache", samples: "sampleCache" };
const size = { widthPx: 120, heightPx: 90 };

let clock = 0;
const page: Page = {
  id: "p",
  name: "p.png",
  file: {
    size: 1,
    type: "image/png",
    arrayBuffer: async () => {
      clock += 100;
      return new ArrayBuffer(1);
    },
  },
  // Read once for each key and nowhere else.
  get orientation() {
    clock += 1;
    return 1 as const;
  },
  size,
  words: [{ polygon: polygonIn("upright", [5, 5, 80, 5, 80, 50, 5, 50]), ignore: false, text: null }],
  labelSpace: "either",
};

/** What the tier counts after one and after two epochs. */
async function costs(tier: Tier, budgetBytes: number | "unlimited") {
  const values = {
    "model.inputSizePx": 96,
    "augment.crop": false,
    "augment.color": 0,
    "augment.flip": 0,
    "augment.rotateDeg": 0,
    "augment.scaleMin": 1,
    "augment.scaleMax": 1,
    "features.polygonCache": false,
    [`features.${FEATURE[tier]}`]: true,
  };
  const layer = { layer: "file", from: "test", values } as const;
  const { config } = resolveOrThrow({ preset: "balanced", layers: [layer] }).resolved;
  const loader = createLoader({
    load: async (p) => {
      clock += 1000;
      return p;
    },
    decode: async () => {
      clock += 10_000;
      return { rgba: new Uint8ClampedArray(120 * 90 * 4), size };
    },
    now: () => clock,
  });
  const budget = { images: budgetBytes, polygons: budgetBytes, maps: budgetBytes, samples: budgetBytes };
  await loader.setUp({ config, pages: [page], budgets: budget });
  const after: CacheCounters[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    await loader.prepare({ pageId: "p", split: "train", epoch, sequence: epoch });
    after.push((await loader.caches()).tiers[tier].counters);
  }
  const [first, second] = after as [CacheCounters, CacheCounters];
  return { first, second };
}

beforeEach(() => {
  clock = 0;
  const typed = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
  const { slice, set } = typed;
  vi.spyOn(typed, "slice").mockImplementation(function (this: Uint8Array, ...range) {
    clock += 10;
    return slice.apply(this, range);
  });
  vi.spyOn(typed, "set").mockImplementation(function (this: Uint8Array, ...copied) {
    // Paths of a few points are part of the build.
    if (this.length > 1000) clock += 10;
    set.apply(this, copied);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a cache's cost", () => {
  it.each([
    ["images", [101, 0], [0, 0]],
    ["polygons", [101, 0], [0, 0]],
    ["maps", [101, 10], [10, 0]],
    ["samples", [101, 30], [30, 0]],
  ] as const)(
    "of %s holds hash, the one key of the page and copies, and not the reading",
    async (tier, missed, hit) => {
      const { first, second } = await costs(tier, "unlimited");
      expect(second).toMatchObject({ hits: 1, misses: 1 });
      expect([first.lookUpMs, first.storeMs]).toEqual(missed);
      expect([second.lookUpMs - first.lookUpMs, second.storeMs - first.storeMs]).toEqual(hit);
      expect(second.spentMs).toBe(second.lookUpMs + second.storeMs);
    },
  );

  it("of a key comes again with other settings, which the key names", async () => {
    const loader = createLoader({
      load: async (p) => p,
      decode: async () => ({ rgba: new Uint8ClampedArray(120 * 90 * 4), size }),
      now: () => clock,
    });
    const budgets = { images: 0, polygons: "unlimited", maps: 0, samples: 0 } as const;
    const polygons = async (shrinkRatio: number, epoch: number) => {
      const values = { "targets.shrinkRatio": shrinkRatio, "features.polygonCache": true };
      const layer = { layer: "file", from: "test", values } as const;
      const { config } = resolveOrThrow({ preset: "balanced", layers: [layer] }).resolved;
      await loader.setUp({ config, pages: [page], budgets });
      await loader.prepare({ pageId: "p", split: "train", epoch, sequence: epoch });
      return (await loader.caches()).tiers.polygons;
    };
    await polygons(0.4, 0);
    const { counters } = await polygons(0.4, 1);
    expect(counters).toMatchObject({ hits: 1, lookUpMs: 102 });
    const { misses } = await polygons(0.5, 2);
    expect(misses.at(-1)).toMatchObject({
      reason: "key changed",
      detail: "shrinkRatio was 0.4, is 0.5",
    });
  });

  it("is never counted as what a sample's hit saves", async () => {
    const { first } = await costs("samples", "unlimited");
    expect(first.buildMs).toBe(11_000);
  });

  it.each([
    ["capacity zero", 0],
    ["store failed", 100],
  ] as const)("holds no copy of what is not kept: %s", async (reason, budget) => {
    for (const tier of ["maps", "samples"] as const) {
      const { second } = await costs(tier, budget);
      expect(second.reasons[reason]).toBeGreaterThan(0);
      expect(second.storeMs).toBe(0);
    }
  });
});
