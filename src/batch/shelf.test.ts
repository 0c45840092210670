// Caches that outlive their loader: what a second loader, opened after the first has gone, finds in the same records.

import { beforeEach, describe, expect, it } from "vitest";
import { resolveOrThrow } from "../config/index.ts";
import { err, ok, polygonIn, type Result } from "../core/index.ts";
import type { Page } from "../dataset/index.ts";
import type { TierReport } from "../targets/index.ts";
import { createLoader, LoaderPool, type OpenRecords, type RecordStore, type Sample } from "./index.ts";

const size = { widthPx: 120, heightPx: 90 };
const pages = Array.from({ length: 20 }, (_, i): Page => {
  const polygon = polygonIn("upright", [5 + i, 10, 65 + i, 12, 65 + i, 40, 5 + i, 38]);
  return {
    ...{ id: `p${i}`, name: `p${i}`, orientation: 1, size, labelSpace: "either" },
    file: { size: 1, type: "image/png", arrayBuffer: async () => new ArrayBuffer(1) },
    words: [{ polygon, ignore: false, text: null }],
  };
});

type Read = Extract<Awaited<ReturnType<RecordStore["get"]>>, { ok: true }>["value"];
/** By tier and page; what is no read is a value. */
let disk: Map<string, unknown>;
let batches: number[];
let answers: Map<string, Read>;
let full: boolean;

const openRecords: OpenRecords = (_, tier) => ({
  get: async (page) => {
    const value = disk.get(`${tier}/${page}`);
    return ok(answers.get(page) ?? (value === undefined ? { kind: "absent" } : { kind: "found", value }));
  },
  putMany: async (entries, deleting): Promise<Result<unknown, { sentence: string }>> => {
    if (full) return err({ sentence: "The storage is full." });
    const puts = [...entries];
    batches.push(puts.length);
    for (const [page, record] of puts) disk.set(`${tier}/${page}`, structuredClone(record));
    for (const page of deleting) disk.delete(`${tier}/${page}`);
    return ok(undefined);
  },
  entries: async () =>
    ok(
      [...disk.keys()]
        .filter((key) => key.startsWith(`${tier}/`))
        .map((key) => ({ key: key.slice(tier.length + 1) })),
    ),
  close: () => undefined,
});

interface Visit {
  readonly polygons: TierReport;
  readonly samples: readonly Sample[];
  readonly findings: readonly string[];
}

async function visit(values: Record<string, unknown> = {}, workers = 1): Promise<Visit> {
  const base = {
    "model.inputSizePx": 96,
    "augment.rotateDeg": 10,
    "features.polygonCache": true,
    "features.cachePersistent": true,
  };
  const layer = { layer: "file", from: "test", values: { ...base, ...values } } as const;
  const { config } = resolveOrThrow({ preset: "balanced", layers: [layer] }).resolved;
  const tools = {
    load: async (page: Page) => page,
    decode: async () => ({ rgba: new Uint8ClampedArray(120 * 90 * 4).fill(90), size }),
    now: () => performance.now(),
    openRecords,
  };
  const handle = () => ({ calls: createLoader(tools), terminate: () => undefined, onDeath: () => undefined });
  const pool = await LoaderPool.open({
    ...{ config, loader: { workers, prefetch: 1 }, trainPages: pages, validationPages: [], records: "test" },
    ...{ startLoader: handle, startInPlace: handle, onProblem: () => undefined },
  });
  const samples: Sample[] = [];
  while (samples.length < pages.length) samples.push(await pool.next());
  const report = await pool.cacheReport();
  pool.close();
  return {
    polygons: report.tiers.polygons,
    samples,
    findings: report.findings.filter(({ id }) => id !== "one epoch").map(({ id }) => id),
  };
}

beforeEach(() => {
  disk = new Map();
  batches = [];
  answers = new Map();
  full = false;
});

const bytesOf = (samples: readonly Sample[]) =>
  samples.map(({ image, thresholds, flags }) => [image, thresholds, flags]);

describe("caches that outlive the tab", () => {
  it("hit on the first pass of the next visit, whatever the number of loaders, bit for bit", async () => {
    const first = await visit();
    expect(first.polygons.counters).toMatchObject({ hits: expect.any(Number), restored: 0 });
    expect(first.polygons.counters.stored).toBe(disk.size);
    const second = await visit({}, 3);
    expect(second.polygons.counters).toMatchObject({ misses: 0, restored: 20, refused: 0, stored: 0 });
    expect(second.findings).toEqual([]);
    expect(bytesOf(second.samples)).toEqual(
      bytesOf((await visit({ "features.polygonCache": false })).samples),
    );
  });

  it("tell the profiler when they were read and written, on the loader's clock", async () => {
    const times = ({ samples }: Visit) => samples.flatMap(({ timing }) => timing.storageMs ?? []);
    const before = performance.now();
    // The first visit looks what is there, for each of the four tiers, and writes a batch; the second reads each page's record.
    expect(times(await visit())).toHaveLength(2 * (4 + 1));
    const again = times(await visit());
    expect(again.length).toBeGreaterThanOrEqual(2 * (4 + pages.length));
    const starts = again.filter((_, i) => i % 2 === 0);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(before);
    expect(Math.min(...again.filter((_, i) => i % 2 === 1))).toBeGreaterThanOrEqual(0);
  });

  it("are written in batches, one record an entry, never the whole store", async () => {
    const { counters } = (await visit()).polygons;
    expect(Math.max(...batches)).toBeLessThanOrEqual(16);
    expect(batches.reduce((sum, count) => sum + count, 0)).toBe(20);
    expect(counters.storedBytes).toBe(counters.bytes);
  });

  it("keep nothing unless they are asked to", async () => {
    await visit({ "features.cachePersistent": false });
    expect(disk.size).toBe(0);
  });

  it.each<[string, Read, RegExp]>([
    [
      "of another version",
      { kind: "foreign version", was: 1, is: 2 },
      /record is of version 1, this is version 2/,
    ],
    ["damaged", { kind: "corrupt", detail: "its checksum is wrong" }, /damaged: its checksum/],
    [
      "of other fields",
      { kind: "found", value: { parts: {}, bytes: 1, value: { wordCount: 3 } } },
      /other fields/,
    ],
  ])("miss with a notice where a record is %s", async (_, read, detail) => {
    await visit();
    answers.set("p3", read);
    const { polygons, findings } = await visit();
    expect(polygons.counters).toMatchObject({ misses: 1, refused: 1, restored: 19 });
    expect(polygons.misses[0]).toMatchObject({
      pageId: "p3",
      reason: "invalidated",
      detail: expect.stringMatching(detail),
    });
    expect(findings).toEqual(["records refused"]);
  });

  it("name the part of the key that changed between visits", async () => {
    await visit();
    const { polygons } = await visit({ "targets.shrinkRatio": 0.5 });
    expect(polygons.counters.reasons["key changed"]).toBe(20);
    expect(polygons.misses[0]?.detail).toBe("shrinkRatio was 0.4, is 0.5");
  });

  it("go on when the storage is full, and say so", async () => {
    full = true;
    const { polygons, findings } = await visit({ "features.polygonCacheBytes": 1500 });
    expect(polygons.counters.storeFailures).toBeGreaterThan(0);
    expect(findings).toContain("store failed");
  });

  it("lose the record of what the budget throws out", async () => {
    const { counters } = (await visit({ "features.polygonCacheBytes": 6000 })).polygons;
    expect(counters.entries).toBeLessThan(20);
    expect(disk.size).toBe(counters.entries);
  });
});
