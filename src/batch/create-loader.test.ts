import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Config, resolveOrThrow } from "../config/index.ts";
import { polygonIn } from "../core/index.ts";
import type { Page } from "../dataset/index.ts";
import type { CacheReport } from "../targets/index.ts";
import { createLoader, type LoaderTools, type Sample, sampleSequence } from "./index.ts";

const size = { widthPx: 120, heightPx: 90 };

function page(id: string, shift: number): Page {
  const word = (x: number, y: number) =>
    polygonIn("upright", [x, y, x + 40, y + 2, x + 40, y + 16, x, y + 14]);
  return {
    id,
    name: id,
    file: { size: 1, type: "image/png", arrayBuffer: () => Promise.resolve(new ArrayBuffer(1)) },
    orientation: 1,
    size,
    words: [
      { polygon: word(5 + shift, 10), ignore: false, text: "a" },
      { polygon: word(30, 40 + shift), ignore: shift % 2 === 1, text: null },
    ],
    labelSpace: "either",
  };
}

const pages = [0, 1, 2, 3, 4].map((i) => page(`p${i}`, i));

const tools: LoaderTools = {
  load: (p) => Promise.resolve(p),
  decode: () => Promise.resolve({ rgba: new Uint8ClampedArray(120 * 90 * 4).fill(90), size }),
  now: () => performance.now(),
};

function configWith(values: Record<string, unknown>): Config {
  const layer = { layer: "file", from: "test", values: { "model.inputSizePx": 96, ...values } } as const;
  return resolveOrThrow({ preset: "balanced", layers: [layer] }).resolved.config;
}

async function epochs(
  config: Config,
  count: number,
): Promise<{ samples: Sample[]; loader: ReturnType<typeof createLoader> }> {
  const loader = createLoader(tools);
  await loader.setUp({ config, pages, budgets: all(config.features.polygonCacheBytes) });
  const sequence = sampleSequence(
    pages.map((p) => p.id),
    1,
  );
  const samples: Sample[] = [];
  for (let i = 0; i < count * pages.length; i++) samples.push(await loader.prepare(sequence.next().value));
  return { samples, loader };
}

function all(budget: number | "unlimited") {
  return { images: budget, polygons: budget, maps: budget, samples: budget };
}

/** Nothing random: then finished maps and samples may be kept. */
const fixed = {
  "augment.flip": 0,
  "augment.rotateDeg": 0,
  "augment.scaleMin": 1,
  "augment.scaleMax": 1,
  "augment.crop": false,
  "augment.color": 0,
};

const polygonsOf = ({ tiers }: CacheReport) => tiers.polygons.counters;

/** A digest of everything that a sample holds but its times. */
function digest(samples: readonly Sample[]): string {
  const hash = createHash("sha256");
  for (const { request, image, thresholds, flags, placement } of samples) {
    hash
      .update(JSON.stringify([request, placement]))
      .update(image)
      .update(thresholds)
      .update(flags);
  }
  return hash.digest("hex");
}

describe("a loader", () => {
  it.each([
    {},
    { "features.imageCache": true, "features.polygonCache": true },
    { ...fixed, "features.mapCache": true },
    { ...fixed, "features.sampleCache": true },
  ])("writes used arrays again, and the same bytes into them: %j", async (values) => {
    const config = configWith(values);
    const fresh = await epochs(config, 2);
    const loader = createLoader(tools);
    await loader.setUp({ config, pages, budgets: all("unlimited") });
    const [area, dirt] = [96 * 96, 171];
    const spent = {
      image: new Uint8Array(4 * area).fill(dirt),
      thresholds: new Uint8Array(area).fill(dirt),
      flags: new Uint8Array(area).fill(dirt),
    };
    const digests: string[] = [];
    for (const { request } of fresh.samples) {
      const sample = await loader.prepare(request, spent);
      expect([sample.image, sample.thresholds, sample.flags].map((a) => a.buffer)).toEqual([
        expect.toSatisfy((buffer) => buffer === spent.image.buffer),
        expect.toSatisfy((buffer) => buffer === spent.thresholds.buffer),
        expect.toSatisfy((buffer) => buffer === spent.flags.buffer),
      ]);
      digests.push(digest([sample]));
      for (const array of Object.values(spent)) array.fill(dirt);
    }
    expect(digests).toEqual(fresh.samples.map((sample) => digest([sample])));
  });

  it("does not write into arrays of another size", async () => {
    const config = configWith({});
    const loader = createLoader(tools);
    await loader.setUp({ config, pages, budgets: all("unlimited") });
    const request = { pageId: "p0", split: "train", epoch: 0, sequence: 0 } as const;
    const small = { image: new Uint8Array(8), thresholds: new Uint8Array(2), flags: new Uint8Array(0) };
    expect(digest([await loader.prepare(request, small)])).toBe(digest([await loader.prepare(request)]));
  });

  it("gives the same bytes with the cache off, on and without room", async () => {
    const off = await epochs(configWith({}), 3);
    const on = await epochs(configWith({ "features.polygonCache": true }), 3);
    const full = await epochs(
      configWith({ "features.polygonCache": true, "features.polygonCacheBytes": 0 }),
      3,
    );
    expect(digest(on.samples)).toBe(digest(off.samples));
    expect(digest(full.samples)).toBe(digest(off.samples));
    // Something was drawn at all.
    expect(off.samples.some(({ flags }) => flags.some((flag) => (flag & 1) !== 0))).toBe(true);

    expect(polygonsOf(await off.loader.caches())).toMatchObject({ lookups: 0, hits: 0, misses: 0 });
    expect(polygonsOf(await on.loader.caches())).toMatchObject({
      lookups: 15,
      hits: 10,
      misses: 5,
      entries: 5,
      reasons: { "first time": 5 },
    });
    expect(polygonsOf(await full.loader.caches())).toMatchObject({
      lookups: 15,
      hits: 0,
      reasons: { "capacity zero": 15 },
    });
  });

  it("empties its cache when it is switched off, and drops pages that it hands over", async () => {
    const config = configWith({ "features.polygonCache": true });
    const { loader } = await epochs(config, 1);
    await loader.setUp({ config, pages: pages.slice(0, 2), budgets: all("unlimited") });
    expect(polygonsOf(await loader.caches())).toMatchObject({
      entries: 2,
      lookups: 5,
      budgetBytes: "unlimited",
    });
    await loader.setCaches({ polygons: false });
    expect(polygonsOf(await loader.caches())).toMatchObject({ entries: 0, bytes: 0, lookups: 5 });
    await loader.prepare({ pageId: "p0", split: "train", epoch: 1, sequence: 5 });
    expect(polygonsOf(await loader.caches())).toMatchObject({ lookups: 5 });
  });

  it("refuses a page that it does not own, and goes on", async () => {
    const { loader } = await epochs(configWith({}), 0);
    const request = { pageId: "elsewhere", split: "train", epoch: 0, sequence: 0 } as const;
    await expect(loader.prepare(request)).rejects.toMatchObject({ data: { what: "elsewhere" } });
    await expect(loader.prepare({ ...request, pageId: "p1" })).resolves.toMatchObject({
      request: { pageId: "p1" },
    });
  });

  it("refuses a budget that is none", async () => {
    const loader = createLoader(tools);
    const setup = { config: configWith({}), pages, budgets: all(Number.NaN) };
    await expect(loader.setUp(setup)).rejects.toMatchObject({ data: { code: "bad-config" } });
  });
});
