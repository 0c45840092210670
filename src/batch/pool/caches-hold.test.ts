// What caches hold over a long run in real loaders: never more than their budget, never more after a hundred switches than after
// one, and no look-up without an answer.

import { describe, expect, it } from "vitest";
import { resolveOrThrow } from "../../config/index.ts";
import { polygonIn } from "../../core/index.ts";
import type { Page } from "../../dataset/index.ts";
import type { CacheReport, Tier } from "../../targets/index.ts";
import { TIERS } from "../../targets/index.ts";
import { createLoader, LoaderPool } from "../index.ts";

const size = { widthPx: 40, heightPx: 30 };
const pages = Array.from({ length: 8 }, (_, i): Page => {
  const polygon = polygonIn("upright", [2 + i, 4, 30, 5, 30, 20, 2 + i, 19]);
  return {
    ...{ id: `p${i}`, name: `p${i}`, orientation: 1, size, labelSpace: "either" },
    file: { size: 1, type: "image/png", arrayBuffer: async () => Uint8Array.of(i).buffer },
    words: [{ polygon, ignore: false, text: null }],
  };
});
const [trainPages, validationPages] = [pages.slice(0, 6), pages.slice(6)];

const SWITCHES = {
  ...{ images: "imageCache", polygons: "polygonCache", maps: "mapCache", samples: "sampleCache" },
} as const;
const ALL = { images: true, polygons: true, maps: true, samples: true };
const NONE = { images: false, polygons: false, maps: false, samples: false };

/** Nothing random, so that every tier keeps what it can. `deaths`: listeners that loaders were given. */
async function open(values: Record<string, unknown>) {
  const base = {
    "model.inputSizePx": 64,
    "augment.flip": 0,
    "augment.rotateDeg": 0,
    "augment.scaleMin": 1,
    "augment.scaleMax": 1,
    "augment.crop": false,
    "augment.color": 0,
    "features.polygonCache": false,
  };
  const layer = { layer: "file", from: "test", values: { ...base, ...values } } as const;
  const { config } = resolveOrThrow({ preset: "balanced", layers: [layer] }).resolved;
  const deaths: unknown[] = [];
  const handle = () => ({
    calls: createLoader({
      load: async (page) => page,
      decode: async () => ({ rgba: new Uint8ClampedArray(40 * 30 * 4).fill(90), size }),
      now: () => performance.now(),
    }),
    terminate: () => undefined,
    onDeath: (listener: unknown) => {
      deaths.push(listener);
    },
  });
  const pool = await LoaderPool.open({
    ...{ config, loader: { workers: 2, prefetch: 1 }, trainPages, validationPages },
    ...{ startLoader: handle, startInPlace: handle, onProblem: () => undefined },
  });
  return { pool, deaths };
}

async function pass(pool: LoaderPool): Promise<void> {
  for (let i = 0; i < trainPages.length; i++) await pool.next();
  for await (const sample of pool.validate(validationPages)) expect(sample).not.toBeNull();
}

/** In every tier, of every loader, epoch and split: hits + misses = look-ups, and each miss has one reason. */
function expectSums({ tiers }: CacheReport): void {
  for (const tier of TIERS) {
    const { counters, loaders, epochs } = tiers[tier];
    for (const { lookups, hits, misses, reasons } of [
      counters,
      ...loaders.map((loader) => loader.counters),
      ...epochs,
    ]) {
      expect(hits + misses).toBe(lookups);
      expect(Object.values(reasons).reduce((sum, times) => sum + times, 0)).toBe(misses);
    }
    for (const rows of [loaders.map((loader) => loader.counters), epochs])
      expect(rows.reduce((sum, { lookups }) => sum + lookups, 0)).toBe(counters.lookups);
  }
}

const heldBy = ({ tiers }: CacheReport) =>
  TIERS.map((tier) => [tiers[tier].counters.entries, tiers[tier].counters.bytes]);

describe("caches in a long run", () => {
  it.each(TIERS)("of %s never hold more than their budget, over 20 epochs", async (tier: Tier) => {
    const budget = { images: 15_000, polygons: 2500, maps: 14_000, samples: 52_000 }[tier];
    const { pool } = await open({
      [`features.${SWITCHES[tier]}`]: true,
      [`features.${SWITCHES[tier]}Bytes`]: budget,
    });
    let most = 0;
    for (let epoch = 0; epoch < 20; epoch++) {
      for (let i = 0; i < trainPages.length; i++) {
        await pool.next();
        most = Math.max(most, (await pool.cacheReport()).tiers[tier].counters.bytes);
      }
      for await (const _ of pool.validate(validationPages));
    }
    const report = await pool.cacheReport();
    expect(Math.max(most, report.tiers[tier].counters.bytes)).toBeLessThanOrEqual(budget);
    expect(most).toBeGreaterThan(0);
    expect(report.tiers[tier].counters.reasons.evicted).toBeGreaterThan(0);
    expectSums(report);
    pool.close();
  });

  it("hold the same after a hundred switches in the middle of it as after one, and nothing while off", async () => {
    const { pool, deaths } = await open({});
    const filled: unknown[] = [];
    for (let turn = 0; turn < 100; turn++) {
      await pool.setCaches(ALL);
      await pass(pool);
      await pass(pool);
      filled.push(heldBy(await pool.cacheReport()));
      await pool.setCaches(NONE);
      const off = await pool.cacheReport();
      expect(heldBy(off)).toEqual(TIERS.map(() => [0, 0]));
      if (turn % 25 === 0) expectSums(off);
    }
    expect(filled[0]).toEqual(TIERS.map(() => [expect.any(Number), expect.any(Number)]));
    expect((filled[0] as [number, number][]).every(([entries, bytes]) => entries > 0 && bytes > 0)).toBe(
      true,
    );
    expect(filled).toEqual(Array(100).fill(filled[0]));
    expect(deaths).toHaveLength(2);
    expect(pool.counters()).toMatchObject({ lost: 0, doubled: 0, failed: 0 });
    pool.close();
  });
});
