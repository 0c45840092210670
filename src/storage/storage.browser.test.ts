import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  deleteNamespace,
  measure,
  openStore,
  type Store,
  type StoreOptions,
  storageEstimate,
} from "./index.ts";

interface Note {
  readonly text: string;
  readonly points: Float64Array;
}

const isNote = (value: unknown): value is Note =>
  typeof value === "object" && value !== null && "text" in value && "points" in value;

const opened: Store<Note>[] = [];

function open(options: Partial<StoreOptions<Note>> = {}): Store<Note> {
  const store = openStore<Note>({
    namespace: "test",
    name: "notes",
    version: 1,
    isValue: isNote,
    ...options,
  });
  opened.push(store);
  return store;
}

const note = (text: string): Note => ({ text, points: Float64Array.of(1.5, -2, text.length) });

/** Changes what is stored behind the store's back. */
async function tamper(
  store: "facts" | "values",
  key: string,
  change: (was: never) => unknown,
): Promise<void> {
  const database = await openDB("ocr-training-playground/test/notes");
  await database.put(store, change((await database.get(store, key)) as never), key);
  database.close();
}

interface StorageBuckets {
  open(name: string, options: { quota: number }): Promise<{ readonly indexedDB: IDBFactory }>;
  delete(name: string): Promise<void>;
}

async function during<T>(factory: IDBFactory | undefined, work: () => Promise<T>): Promise<T> {
  const usual = Object.getOwnPropertyDescriptor(globalThis, "indexedDB") ?? {};
  Object.defineProperty(globalThis, "indexedDB", { value: factory, configurable: true });
  try {
    return await work();
  } finally {
    Object.defineProperty(globalThis, "indexedDB", usual);
  }
}

beforeEach(async () => {
  await deleteNamespace("test");
  await deleteNamespace("other");
});

afterEach(() => {
  for (const store of opened.splice(0)) store.close();
});

describe("a store", () => {
  it("gives back what was put, after it was closed and opened again", async () => {
    const first = open();
    expect(await first.putMany([["a", note("one")]])).toEqual({ ok: true, value: { written: 1, bytes: 30 } });
    first.close();
    expect(await open().get("a")).toEqual({
      ok: true,
      value: { kind: "found", value: note("one"), bytes: 30 },
    });
    expect(await open().get("b")).toEqual({ ok: true, value: { kind: "absent" } });
  });

  it("counts bytes: of entries, of what is deleted, replaced and cleared", async () => {
    const store = open();
    await store.putMany([
      ["b", note("two")],
      ["a", note("one")],
      ["c", note("three")],
    ]);
    const entries = await store.entries();
    expect(entries.ok && entries.value.map(({ key, bytes, version }) => [key, bytes, version])).toEqual([
      ["a", 30, 1],
      ["b", 30, 1],
      ["c", 34, 1],
    ]);
    expect(await store.delete(["a", "a", "nowhere"])).toEqual({
      ok: true,
      value: { entries: 1, freedBytes: 30 },
    });
    await store.putMany([["b", note("2")]], ["c"]);
    expect(await store.clear()).toEqual({ ok: true, value: { entries: 1, freedBytes: 26 } });
    expect(await store.entries()).toEqual({ ok: true, value: [] });
  });

  it("is not seen from another namespace, and goes with its own, even while open", async () => {
    const own = open();
    const others = open({ namespace: "other" });
    await own.putMany([["a", note("mine")]]);
    await others.putMany([["a", note("theirs")]]);
    expect(await deleteNamespace("other")).toEqual({ ok: true, value: { stores: 1 } });
    expect(await others.get("a")).toEqual({ ok: true, value: { kind: "absent" } });
    expect(await own.get("a")).toMatchObject({ value: { kind: "found", value: note("mine") } });
  });

  it("is the same in a worker", async () => {
    const worker = new Worker(new URL("../../tests/storage/store.worker.ts", import.meta.url), {
      type: "module",
    });
    const answer = new Promise((resolve) => {
      worker.addEventListener("message", ({ data }) => resolve(data));
    });
    worker.postMessage("hello");
    expect(await answer).toEqual([
      { ok: true, value: { written: 1, bytes: 10 } },
      { ok: true, value: { kind: "found", value: "hello", bytes: 10 } },
    ]);
    worker.terminate();
    expect(await storageEstimate()).toMatchObject({ usedBytes: expect.any(Number) });
  });
});

describe("what cannot be used is told, never thrown", () => {
  it("names a record of another version", async () => {
    await open().putMany([["a", note("old")]]);
    expect(await open({ version: 2 }).get("a")).toEqual({
      ok: true,
      value: { kind: "foreign version", was: 1, is: 2 },
    });
  });

  it.each<[string, "facts" | "values", (was: never) => unknown, RegExp]>([
    [
      "a changed number",
      "values",
      (was: Note) => ({ ...was, points: Float64Array.of(1.5, -2, 4) }),
      /checksum/,
    ],
    [
      "a shorter one",
      "values",
      (was: Note) => ({ ...was, points: new Float64Array(1) }),
      /14 bytes, 30 were/,
    ],
    ["foreign facts", "facts", () => "nonsense", /facts/],
  ])("tells a damaged record: %s", async (_, where, change, detail) => {
    await open().putMany([
      ["a", note("one")],
      ["b", note("two")],
    ]);
    await tamper(where, "a", change);
    const found = await open().getMany(["a", "b"]);
    expect(found.ok && found.value).toMatchObject([
      { kind: "corrupt", detail: expect.stringMatching(detail) },
      { kind: "found" },
    ]);
    // What is damaged can still be listed and cleared.
    expect(await open().clear()).toMatchObject({ value: { entries: 2 } });
  });

  it("does not hand out what its door refuses", async () => {
    const store = open({ isValue: (value): value is Note => isNote(value) && value.text !== "bad" });
    await store.putMany([["a", note("bad")]]);
    expect(await store.get("a")).toEqual({
      ok: true,
      value: { kind: "corrupt", detail: 'it is no record of "notes"' },
    });
  });

  it("writes all or none when the quota is reached, and says so", async () => {
    // A bucket with a quota of its own: the browser keeps what it knows of the site's quota for half a minute.
    const buckets = (navigator as unknown as { storageBuckets: StorageBuckets }).storageBuckets;
    const bucket = await buckets.open("small", { quota: 300_000 });
    await during(bucket.indexedDB, async () => {
      const store = open();
      expect(await store.putMany([["a", note("before")]])).toMatchObject({ ok: true });
      const big = { text: "big", points: new Float64Array(100_000).map(Math.random) };
      const put = await store.putMany([
        ["small", note("small")],
        ["big", big],
      ]);
      expect(put).toMatchObject({
        ok: false,
        error: { kind: "quota", sentence: expect.stringMatching(/full/) },
      });
      expect(await store.entries()).toMatchObject({ value: [{ key: "a" }] });
      expect(await store.putMany([["small", note("small")]])).toMatchObject({ ok: true });
      store.close();
    });
    await buckets.delete("small");
  });

  it("refuses what cannot be cloned", async () => {
    const put = await open().putMany([["a", { ...note("x"), text: (() => "") as never }]]);
    expect(put).toMatchObject({ ok: false, error: { kind: "failed" } });
  });

  it("says where there is no storage", async () => {
    const found = await during(undefined, () => open().get("a"));
    expect(found).toMatchObject({ ok: false, error: { kind: "unavailable" } });
  });
});

it("measures bytes by content, wherever a view begins", () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, i) => i * 7);
  expect(measure(bytes.subarray(1, 12))).toEqual(measure(bytes.slice(1, 12)));
  expect(measure(bytes.subarray(1, 12))).not.toEqual(measure(bytes.slice(1, 12).fill(0, 10)));
});
