import { describe, expect, it } from "vitest";
import { augmentationOf, evaluationPlacement } from "../augment/index.ts";
import { resolveOrThrow } from "../config/index.ts";
import { PlaygroundError, polygonIn } from "../core/index.ts";
import type { Page, Pixels } from "../dataset/index.ts";
import { createCaches, prepareSample, resample, type SampleRequest, type SampleTools } from "./index.ts";

const config = resolveOrThrow({
  preset: "balanced",
  layers: [{ layer: "file", from: "test", values: { "model.inputSizePx": 64 } }],
}).resolved.config;

const size = { widthPx: 100, heightPx: 80 };
const page: Page = {
  id: "a/1.png",
  name: "1.png",
  file: { size: 3, type: "image/png", arrayBuffer: () => Promise.resolve(new ArrayBuffer(3)) },
  orientation: 1,
  size,
  words: [{ polygon: polygonIn("upright", [10, 10, 60, 10, 60, 30, 10, 30]), ignore: false, text: "a" }],
  labelSpace: "either",
};
const pixels: Pixels = { rgba: new Uint8ClampedArray(100 * 80 * 4).map((_, i) => (i * 37) % 256), size };
const request: SampleRequest = { pageId: page.id, split: "train", epoch: 3, sequence: 12 };

/** Caches that keep nothing. */
function cachesThatDraw(targets: SampleTools["caches"]["targets"]): SampleTools["caches"] {
  return {
    ...createCaches(() => 0),
    isOn: true,
    sample: async () => undefined,
    keepSample: () => undefined,
    pixels: (_wanted, _load, decode) => decode(false),
    targets,
  };
}

/** A clock that moves by one whenever it is read. */
function tools(overrides: Partial<SampleTools> = {}): SampleTools & { readonly drawn: unknown[] } {
  let time = 0;
  const drawn: unknown[] = [];
  return {
    drawn,
    load: (p) => Promise.resolve({ ...p, name: "in memory" }),
    decode: (p) =>
      Promise.resolve(p.name === "in memory" ? pixels : { ...pixels, rgba: new Uint8ClampedArray(0) }),
    caches: cachesThatDraw(async ({ placement }) => {
      drawn.push(placement);
      return { thresholds: new Uint8Array(64 * 64).fill(7), flags: new Uint8Array(64 * 64).fill(3) };
    }),
    scratch: {},
    now: () => time++,
    ...overrides,
  };
}

describe("prepareSample", () => {
  it("places, resamples and draws targets by one placement that follows from the request", async () => {
    const kit = tools();
    const sample = await prepareSample(request, page, config, kit);
    const { placement, color } = augmentationOf(page, config.augment, 64, config.train.seed, 3);
    expect(sample.request).toBe(request);
    expect(sample.placement).toEqual(placement);
    expect(kit.drawn).toEqual([placement]);
    expect(Buffer.from(sample.image).equals(resample(pixels, placement, 64, color))).toBe(true);
    expect(sample.flags[0]).toBe(3);
    expect(sample.timing).toEqual({ startMs: 0, loadMs: 1, decodeMs: 1, augmentMs: 2, targetsMs: 1 });
  });

  it("decodes the next picture into the pixels of the last, unless a cache keeps them", async () => {
    const into: (Uint8ClampedArray | undefined)[] = [];
    const made: Uint8ClampedArray[] = [];
    const kit = tools({
      decode: async (_page, reused) => {
        into.push(reused);
        const rgba = reused ?? new Uint8ClampedArray(pixels.rgba.length);
        made.push(rgba);
        return { ...pixels, rgba };
      },
    });
    const keeping = {
      ...kit,
      caches: { ...kit.caches, pixels: ((_page, _hash, decode) => decode(true)) as typeof kit.caches.pixels },
    };
    for (const each of [kit, keeping, kit]) await prepareSample(request, page, config, each);
    const plain = { ...kit, caches: createCaches(() => 0) };
    await prepareSample(request, page, config, plain);
    expect(into).toEqual([undefined, undefined, made[0], made[0]]);
    expect(made[1]).not.toBe(made[0]);
  });

  it("repeats itself to the byte, and changes with the epoch", async () => {
    const [a, b] = [
      await prepareSample(request, page, config, tools()),
      await prepareSample(request, page, config, tools()),
    ];
    expect(Buffer.from(a.image).equals(b.image)).toBe(true);
    expect(a.placement).toEqual(b.placement);
    const other = await prepareSample({ ...request, epoch: 4 }, page, config, tools());
    expect(Buffer.from(other.image).equals(a.image)).toBe(false);
  });

  it("asks no cache while all are off, and makes the same sample", async () => {
    const unasked = (): never => {
      throw new Error("asked");
    };
    const asked = { sample: unasked, keepSample: unasked, pixels: unasked, targets: unasked };
    const off = createCaches(() => 0);
    const on = createCaches(() => 0);
    const budgets = { images: 1e9, polygons: 1e9, maps: 1e9, samples: 1e9 };
    on.setUp({
      config: { ...config, features: { ...config.features, polygonCache: true } },
      pages: [page],
      budgets,
    });
    for (const split of ["train", "validation"] as const) {
      const one = { ...request, split };
      const { timing, ...fresh } = await prepareSample(
        one,
        page,
        config,
        tools({ caches: { ...off, ...asked, isOn: off.isOn } }),
      );
      const { timing: _, ...cached } = await prepareSample(one, page, config, tools({ caches: on }));
      expect(fresh).toEqual(cached);
      expect(timing).toMatchObject({ loadMs: 1, decodeMs: 1, augmentMs: 2 });
    }
    expect((await on.report()).tiers.polygons.counters.lookups).toBe(1);
  });

  it("does not augment validation pages and draws no targets for them", async () => {
    const kit = tools();
    const sample = await prepareSample({ ...request, split: "validation" }, page, config, kit);
    expect(sample.placement).toEqual(evaluationPlacement(size, 64));
    expect(kit.drawn).toEqual([]);
    expect([sample.thresholds.length, sample.flags.length, sample.timing.targetsMs]).toEqual([0, 0, 0]);
  });

  const fail = (): never => {
    throw new Error("torn");
  };
  it.each([
    ["loading", { load: fail }],
    ["decoding", { decode: fail }],
    ["decoding", { decode: async () => ({ ...pixels, size: { widthPx: 80, heightPx: 100 } }) }],
    ["decoding", { decode: async () => ({ ...pixels, rgba: pixels.rgba.subarray(4) }) }],
    ["drawing the targets of", { caches: cachesThatDraw(fail) }],
  ] as const)("names the stage and the page when %s fails", async (doing, broken) => {
    await expect(prepareSample(request, page, config, tools(broken))).rejects.toMatchObject({
      data: { what: "a/1.png", doing: `${doing} page "1.png"` },
    });
  });

  it("names stage and page when placing fails, or reading the content for a key", async () => {
    const unplaced: Page = {
      ...page,
      get words(): Page["words"] {
        throw new Error("torn");
      },
    };
    await expect(prepareSample(request, unplaced, config, tools())).rejects.toMatchObject({
      data: { what: "a/1.png", doing: `placing page "1.png"` },
    });
    const features = { ...config.features, imageCache: true };
    const caches = createCaches(() => 0);
    caches.setUp({
      config: { ...config, features },
      pages: [page],
      budgets: { images: 9, polygons: 9, maps: 9, samples: 9 },
    });
    const load = async (p: Page): Promise<Page> => ({ ...p, file: { ...p.file, arrayBuffer: fail } });
    await expect(prepareSample(request, page, config, tools({ caches, load }))).rejects.toMatchObject({
      data: { what: "a/1.png", doing: `loading page "1.png"` },
    });
  });

  it("keeps the sentences of a decoder that explains itself", async () => {
    const decode = async (): Promise<never> => {
      throw new PlaygroundError({
        code: "bad-file",
        message: "It is no picture.",
        doing: "reading",
        next: "Leave it out.",
      });
    };
    await expect(prepareSample(request, page, config, tools({ decode }))).rejects.toMatchObject({
      data: {
        code: "bad-file",
        message: "It is no picture.",
        doing: "reading",
        next: "Leave it out.",
        what: "a/1.png",
      },
    });
  });
});
