// Each mistake of the original project, planted on purpose in real loaders, is named by the inspector, and by no other name.

import { describe, expect, it } from "vitest";
import { type Config, resolveOrThrow } from "../../config/index.ts";
import { polygonIn } from "../../core/index.ts";
import type { Page } from "../../dataset/index.ts";
import type { CacheReport } from "../../targets/index.ts";
import { createLoader, LoaderPool } from "../index.ts";

const size = { widthPx: 120, heightPx: 90 };
const pages = Array.from({ length: 12 }, (_, i): Page => {
  const x = 5 + i;
  const polygon = polygonIn("upright", [x, 10, x + 60, 12, x + 60, 40, x, 38]);
  return {
    id: `p${i}`,
    name: `p${i}`,
    file: { size: 1, type: "image/png", arrayBuffer: async () => new ArrayBuffer(1) },
    orientation: 1,
    size,
    words: [{ polygon, ignore: false, text: null }],
    labelSpace: "either",
  };
});

const tools = {
  load: async (page: Page) => page,
  decode: async () => ({ rgba: new Uint8ClampedArray(120 * 90 * 4).fill(90), size }),
  now: () => performance.now(),
};

async function inspect(values: Record<string, unknown>, epochs = 3): Promise<CacheReport> {
  const base = {
    "model.inputSizePx": 96,
    "train.length.unit": "epochs",
    "train.length.count": epochs,
    "features.polygonCache": true,
    "augment.rotateDeg": 10,
  };
  const layer = { layer: "file", from: "test", values: { ...base, ...values } } as const;
  const config: Config = resolveOrThrow({ preset: "balanced", layers: [layer] }).resolved.config;
  const handle = () => ({ calls: createLoader(tools), terminate: () => undefined, onDeath: () => undefined });
  const pool = await LoaderPool.open({
    config,
    loader: { workers: 3, prefetch: 1 },
    trainPages: pages,
    validationPages: [],
    startLoader: handle,
    startInPlace: handle,
    onProblem: () => undefined,
  });
  for (let i = 0; i < epochs * pages.length; i++) await pool.next();
  const report = await pool.cacheReport();
  pool.close();
  for (const { counters, epochs: rows } of Object.values(report.tiers)) {
    for (const { lookups, hits, misses, reasons } of [counters, ...rows]) {
      expect(hits + misses).toBe(lookups);
      expect(Object.values(reasons).reduce((sum, n) => sum + n, 0)).toBe(misses);
    }
  }
  return report;
}

const named = ({ findings }: CacheReport): string[] => findings.map(({ id }) => id);

describe("the cache inspector", () => {
  it("has nothing to say about a cache that pays", async () => {
    const report = await inspect({});
    expect(named(report)).toEqual([]);
    const second = report.tiers.polygons.epochs.find(({ epoch }) => epoch === 1);
    expect(second).toMatchObject({ lookups: 12, hits: 12 });
    expect(report.tiers.polygons.counters.hitsAfterAugmentation).toBe(0);
  });

  it.each<[string, Record<string, unknown>, number?]>([
    ["capacity zero", { "features.polygonCacheBytes": 0 }],
    ["key after augmentation", { "features.cacheFault": "key after augmentation" }],
    ["private copies", { "features.cacheFault": "private copies" }],
    ["whole-store rewrite", { "features.cacheFault": "whole-store rewrite" }],
    ["key without structure", { "features.cacheFault": "key without structure" }],
    ["store below a pass", { "features.polygonCacheBytes": 6000 }],
    ["one epoch", {}, 1],
    ["stale version", { "features.cacheFault": "stale version" }],
    ["bypassed", { "features.polygonCache": false, "features.mapCache": true }],
  ])("names “%s”", async (id, values, epochs) => {
    expect(named(await inspect(values, epochs))).toEqual([id]);
  });

  it("pins what fits when asked: part of the pages always hits", async () => {
    const lru = await inspect({ "features.polygonCacheBytes": 6000 });
    const pinned = await inspect({ "features.polygonCacheBytes": 6000, "features.cachePolicy": "pin" });
    expect(pinned.tiers.polygons.counters.hits).toBeGreaterThan(lru.tiers.polygons.counters.hits);
    expect(pinned.tiers.polygons.counters.bytes).toBeLessThanOrEqual(6000);
  });
});
