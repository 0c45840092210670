import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resolveOrThrow } from "../../config/index.ts";
import { PlaygroundError } from "../../core/index.ts";
import {
  LoaderPool,
  type LoaderPoolSetup,
  NO_CACHE_REPORT,
  ownerOf,
  type Sample,
  sampleSequence,
} from "../index.ts";
import { FakeLoader, page, sampleOf } from "./fake-loader.ts";

const config = resolveOrThrow({
  layers: [
    { layer: "file", from: "test", values: { "train.batchSize": 4, "features.polygonCacheBytes": 1000 } },
  ],
}).resolved.config;

const pages = Array.from({ length: 10 }, (_, i) => page(`page ${i}`));
const unseen = Array.from({ length: 5 }, (_, i) => page(`unseen ${i}`));

interface Bench {
  readonly pool: LoaderPool;
  readonly started: FakeLoader[];
  readonly problems: PlaygroundError[];
}

async function open(
  loader: LoaderPoolSetup["loader"],
  prepare: (fake: FakeLoader, index: number) => void = () => undefined,
  startSample = 0,
): Promise<Bench> {
  const started: FakeLoader[] = [];
  const problems: PlaygroundError[] = [];
  const start = (index: number): FakeLoader => {
    const fake = new FakeLoader();
    prepare(fake, index);
    started.push(fake);
    return fake;
  };
  const pool = await LoaderPool.open({
    config,
    loader,
    trainPages: pages,
    validationPages: unseen,
    startSample,
    startLoader: start,
    startInPlace: () => start(0),
    onProblem: (error) => problems.push(error),
  });
  return { pool, started, problems };
}

async function take(pool: LoaderPool, count: number): Promise<string[]> {
  const out: string[] = [];
  for (let i = 0; i < count; i++) {
    const { request } = await pool.next();
    out.push(`${request.sequence}/${request.epoch}/${request.pageId}`);
  }
  return out;
}

function expected(count: number, start = 0): string[] {
  const sequence = sampleSequence(
    pages.map((p) => p.id),
    config.train.seed,
    start,
  );
  return Array.from({ length: count }, () => {
    const r = sequence.next().value;
    return `${r.sequence}/${r.epoch}/${r.pageId}`;
  });
}

/** Lets everything that can run, run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the order of samples", () => {
  it.each([0, 1, 3])("is the seeded one with %i loaders", async (workers) => {
    const { pool } = await open(workers === 0 ? { workers: 0 } : { workers, prefetch: 2 });
    expect(await take(pool, 35)).toEqual(expected(35));
    pool.close();
  });

  it("goes on from any sample", async () => {
    const { pool } = await open({ workers: 2, prefetch: 1 }, undefined, 17);
    expect(await take(pool, 10)).toEqual(expected(10, 17));
    pool.close();
  });

  it("does not depend on which loader is slow", async () => {
    const { pool, started } = await open({ workers: 3, prefetch: 3 }, (fake, index) => {
      fake.isSlow = index === 0;
    });
    const taken = take(pool, 12);
    for (let i = 0; i < 12; i++) {
      await settle();
      started[0]?.release();
    }
    expect(await taken).toEqual(expected(12));
    pool.close();
  });

  it("survives any sequence of changes of the number of loaders, without a gap", async () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 9 })), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (steps) => {
        const { pool, started } = await open({ workers: 1, prefetch: 1 });
        const taken: string[] = [];
        for (const [workers, count] of steps) {
          // Not awaited: samples are asked for while the change goes on.
          const change = pool.setLoader(workers === 0 ? { workers: 0 } : { workers, prefetch: 2 });
          taken.push(...(await take(pool, count)));
          await change;
          expect(started.filter((fake) => !fake.isTerminated)).toHaveLength(Math.max(1, workers));
        }
        expect(taken).toEqual(expected(taken.length));
        const { asked, prepared, failed, lost, doubled } = pool.counters();
        expect([failed, lost, doubled]).toEqual([0, 0, 0]);
        expect(asked).toBe(prepared);
        pool.close();
      }),
      { numRuns: 40 },
    );
  });

  it("asks no loader that is about to leave when changes follow each other at once", async () => {
    for (const [first, second] of [
      [2, 0],
      [0, 2],
      [0, 1],
      [3, 1],
    ] as const) {
      const { pool, started } = await open({ workers: 1, prefetch: 1 }, (fake) => {
        fake.isSlow = true;
      });
      const loader = (workers: number) =>
        workers === 0 ? { workers: 0 as const } : { workers, prefetch: 1 };
      const changes = [pool.setLoader(loader(first))];
      const taken = take(pool, 6);
      changes.push(pool.setLoader(loader(second)), pool.setLoader(loader(first)));
      taken.catch(() => undefined);
      for (let i = 0; i < 60; i++) {
        await settle();
        for (const fake of started) fake.release();
      }
      expect(await taken).toEqual(expected(6));
      await Promise.all(changes);
      expect(pool.counters()).toMatchObject({ failed: 0, lost: 0, doubled: 0 });
      pool.close();
    }
  });
});

describe("loaders", () => {
  it("own each page once, and their budgets do not exceed the whole", async () => {
    const { pool, started } = await open({ workers: 3, prefetch: 1 });
    const owned = started.flatMap((fake) => fake.setup?.pages.map((p) => p.id) ?? []);
    expect(owned.sort()).toEqual([...pages, ...unseen].map((p) => p.id).sort());
    expect(started.map((fake) => fake.setup?.budgets.polygons)).toEqual([333, 333, 333]);
    pool.close();
  });

  it("take over only their share when one is added", () => {
    const ids = Array.from({ length: 1000 }, (_, i) => `img_${i}.jpg`);
    const moved = ids.filter((id) => ownerOf(id, 4) !== ownerOf(id, 5));
    expect(moved.every((id) => ownerOf(id, 5) === 4)).toBe(true);
    expect(moved.length).toBeGreaterThan(120);
    expect(moved.length).toBeLessThan(280);
  });

  it("are kept busy up to the depth and no further", async () => {
    const { pool, started } = await open({ workers: 2, prefetch: 3 }, (fake) => {
      fake.isSlow = true;
    });
    await settle();
    expect(pool.counters()).toMatchObject({ asked: 12, queued: 12, inFlight: 12, delivered: 0 });
    for (let i = 0; i < 3; i++) {
      for (const fake of started) fake.release();
      await settle();
    }
    expect(pool.counters()).toMatchObject({ asked: 12, prepared: 12, queued: 12, inFlight: 0 });
    const five = take(pool, 5);
    for (let i = 0; i < 5; i++) await settle();
    await five;
    expect(pool.counters()).toMatchObject({ asked: 17, delivered: 5, queued: 12, inFlight: 5 });
    pool.close();
  });

  it("get used samples back to write again, each once, and no more than can be on their way", async () => {
    const { pool, started } = await open({ workers: 2, prefetch: 1 });
    const used: Sample[] = [];
    for (let step = 0; step < 5; step++) {
      const batch: Sample[] = [];
      for (let i = 0; i < 4; i++) batch.push(await pool.next());
      pool.giveBack(batch);
      used.push(...batch);
    }
    const spent = started.flatMap((loader) => loader.spent);
    expect(spent.length).toBe(16);
    expect(new Set(spent.map(({ image }) => image)).size).toBe(16);
    expect(spent.every(({ image }) => used.some((sample) => sample.image === image))).toBe(true);
    // Given back without being asked for: only one depth and one batch are held.
    pool.giveBack(
      Array.from({ length: 50 }, (_, sequence) =>
        sampleOf({ pageId: "page 0", split: "train", epoch: 9, sequence }),
      ),
    );
    for await (const _ of pool.validate(unseen))
      expect(started.flatMap((loader) => loader.spent)).toHaveLength(16);
    await take(pool, 30);
    expect(started.flatMap((loader) => loader.spent)).toHaveLength(16 + 8);
    pool.close();
  });

  it("in place prepare nothing ahead", async () => {
    const { pool, started } = await open({ workers: 0 });
    await take(pool, 3);
    expect(started[0]?.seen).toHaveLength(3);
    pool.close();
  });

  it("hear of the cache switch, later ones too, and counters outlive them", async () => {
    const { pool, started } = await open({ workers: 2, prefetch: 1 });
    await take(pool, 8);
    await pool.setCaches({ polygons: true });
    await pool.setLoader({ workers: 1, prefetch: 1 });
    await pool.setLoader({ workers: 3, prefetch: 1 });
    const living = started.filter((fake) => !fake.isTerminated);
    expect(living.map((fake) => fake.setup?.config.features.polygonCache)).toEqual([true, true, true]);
    const { counters } = (await pool.cacheReport()).tiers.polygons;
    expect(counters.lookups).toBe(started.reduce((sum, fake) => sum + fake.seen.length, 0));
    expect(counters.bytes).toBe(3 * 7);
    pool.close();
  });

  it("that cannot start make opening fail, with none left running", async () => {
    const started: FakeLoader[] = [];
    const opening = open({ workers: 3, prefetch: 1 }, (fake, index) => {
      started.push(fake);
      if (index === 2) throw new PlaygroundError({ code: "worker-died", message: "No more threads." });
    });
    await expect(opening).rejects.toThrow("No more threads.");
    expect(started.slice(0, 2).every((fake) => fake.isTerminated)).toBe(true);
  });
});

describe("trouble", () => {
  it("a page that cannot be prepared is named, with what was done, and the next one comes", async () => {
    const [first, second] = expected(2).map((line) => line.split("/")[2] ?? "");
    const { pool } = await open({ workers: 2, prefetch: 1 }, (fake) => {
      fake.misdeeds.set(first ?? "", () =>
        // As a worker throws it: plain data.
        Promise.reject({ code: "bad-file", message: "It cannot be decoded.", doing: "decoding", what: "" }),
      );
    });
    await expect(pool.next()).rejects.toMatchObject({
      data: { code: "bad-file", what: first, doing: "decoding", message: "It cannot be decoded." },
    });
    expect((await pool.next()).request.pageId).toBe(second);
    expect(pool.counters()).toMatchObject({ failed: 1 });
    pool.close();
  });

  it("a loader that throws anything else is named", async () => {
    const first = expected(1)[0]?.split("/")[2] ?? "";
    const { pool } = await open({ workers: 1, prefetch: 1 }, (fake) => {
      fake.misdeeds.set(first, () => Promise.reject("nonsense"));
    });
    await expect(pool.next()).rejects.toMatchObject({
      data: {
        code: "internal",
        message: "nonsense",
        doing: `preparing page "${first}" (loader 1)`,
        what: first,
      },
    });
    pool.close();
  });

  it("a loader that dies fails its open samples and no others, and is replaced on the next change", async () => {
    const { pool, started } = await open({ workers: 2, prefetch: 2 }, (fake) => {
      fake.isSlow = true;
    });
    await settle();
    started[0]?.die();
    for (const fake of started) fake.isSlow = false;
    started[1]?.release();
    const outcomes: string[] = [];
    for (let i = 0; i < 8; i++) {
      try {
        const { request } = await pool.next();
        outcomes.push(ownerOf(request.pageId, 2) === 1 ? "ok" : "wrong");
      } catch (thrown) {
        expect(thrown).toMatchObject({ data: { code: "worker-died" } });
        expect((thrown as PlaygroundError).message).toMatch(/loader 1 ended unexpectedly: out of memory/);
        outcomes.push("died");
      }
    }
    expect(outcomes).toEqual(
      expected(8).map((line) => (ownerOf(line.split("/")[2] ?? "", 2) === 1 ? "ok" : "died")),
    );
    expect(pool.counters().lost).toBeGreaterThan(0);
    await pool.setLoader({ workers: 2, prefetch: 2 });
    expect(started).toHaveLength(3);
    expect(started[1]?.isTerminated).toBe(false);
    pool.close();
  });

  it("a doubled answer is counted and refused", async () => {
    const { pool } = await open({ workers: 1, prefetch: 1 }, (fake) => {
      for (const { id } of pages.slice(0, 10)) {
        fake.misdeeds.set(id, async (request) => sampleOf({ ...request, sequence: 0 }));
      }
    });
    await pool.next();
    await expect(pool.next()).rejects.toThrow(/answered sample 0 .* when 1 /);
    expect(pool.counters().doubled).toBeGreaterThan(0);
    pool.close();
  });

  it("closed while it counts, it rejects instead of counting nothing", async () => {
    const { pool, started } = await open({ workers: 2, prefetch: 1 });
    const answer = started[1]?.calls.caches;
    for (const { calls } of started) {
      calls.caches = async () => {
        pool.close();
        return answer?.() ?? NO_CACHE_REPORT;
      };
    }
    await expect(pool.cacheReport()).rejects.toMatchObject({ data: { code: "cancelled" } });
  });

  it("closing leaves nothing hanging, whenever it comes", async () => {
    const { pool, started } = await open({ workers: 2, prefetch: 2 }, (fake) => {
      fake.isSlow = true;
    });
    const cancelled = { data: { code: "cancelled" } };
    const validating = pool.validate(unseen).next();
    const next = pool.next();
    const changing = pool.setLoader({ workers: 4, prefetch: 2 });
    const later = pool.next();
    await settle();
    pool.close();
    await Promise.all(
      [
        validating,
        next,
        changing,
        later,
        pool.next(),
        pool.cacheReport(),
        pool.setCaches({ polygons: true }),
      ].map((promise) => expect(promise).rejects.toMatchObject(cancelled)),
    );
    expect(started.every((fake) => fake.isTerminated)).toBe(true);
    pool.close();
  });
});

describe("validate", () => {
  it.each([0, 1, 3])(
    "gives the pages in order and null where one failed, with %i loaders",
    async (workers) => {
      const { pool, problems } = await open(
        workers === 0 ? { workers: 0 } : { workers, prefetch: 1 },
        (fake) => {
          fake.misdeeds.set("unseen 2", () => Promise.reject(new Error("torn")));
        },
      );
      const seen: (string | null)[] = [];
      for await (const sample of pool.validate(unseen)) seen.push(sample?.request.pageId ?? null);
      expect(seen).toEqual(["unseen 0", "unseen 1", null, "unseen 3", "unseen 4"]);
      expect(problems).toHaveLength(1);
      expect(problems[0]?.data).toMatchObject({ what: "unseen 2", message: "torn" });
      // Training goes on where it was.
      expect(await take(pool, 5)).toEqual(expected(5));
      pool.close();
    },
  );

  it("goes on through a change of loaders", async () => {
    const { pool, problems } = await open({ workers: 2, prefetch: 1 });
    const seen: (string | null)[] = [];
    for await (const sample of pool.validate(unseen)) {
      seen.push(sample?.request.pageId ?? null);
      if (seen.length === 2) void pool.setLoader({ workers: 0 });
    }
    expect(seen).toEqual(unseen.map((p) => p.id));
    expect(problems).toEqual([]);
    pool.close();
  });
});
