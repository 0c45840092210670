// Opens a named store over IndexedDB: a database for each namespace and name, the values in one object store and their facts in
// another, so that what there is can be counted without reading it. Works in a window and in a worker.

import { deleteDB, type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import { err, ok, type Result } from "../core/index.ts";
import { failureOf, type StorageFailure } from "./failure.ts";
import { measure } from "./measure.ts";
import type { EntryFacts, Lookup, Removed, Store, StoreOptions } from "./types.ts";

/** Of the layout below, not of the records. */
const LAYOUT = 1;
const PREFIX = "ocr-training-playground";
const BOTH = ["facts", "values"] as const;

interface StoredFacts {
  readonly bytes: number;
  readonly checksum: number;
  readonly version: number;
  readonly writtenAt: number;
}

type Database = IDBPDatabase<unknown>;
type Transaction<Mode extends IDBTransactionMode> = IDBPTransaction<unknown, ("facts" | "values")[], Mode>;

/** Opens at the first call, and again after the browser closed the connection; so opening itself cannot fail. */
export function openStore<V>(options: StoreOptions<V>): Store<V> {
  const { namespace, name, version, isValue, durability = "relaxed" } = options;
  let opening: Promise<Database> | undefined;

  const connect = (): Promise<Database> => {
    opening ??= openDB(`${PREFIX}/${namespace}/${name}`, LAYOUT, {
      upgrade: (database) => {
        for (const store of BOTH) database.createObjectStore(store);
      },
      // Another tab deletes the namespace or lays it out anew: make way.
      blocking: () => close(),
      terminated: () => {
        opening = undefined;
      },
    });
    opening.catch(() => {
      opening = undefined;
    });
    return opening;
  };

  const close = (): void => {
    const closing = opening;
    opening = undefined;
    closing?.then(
      (database) => database.close(),
      () => undefined,
    );
  };

  const read = <T>(work: (tx: Transaction<"readonly">) => Promise<T>): Promise<Result<T, StorageFailure>> =>
    attempt(async () => work((await connect()).transaction([...BOTH], "readonly")));

  /** `work` may not await anything but the transaction. */
  const write = <T>(work: (tx: Transaction<"readwrite">) => Promise<T>): Promise<Result<T, StorageFailure>> =>
    attempt(async () => {
      const tx = (await connect()).transaction([...BOTH], "readwrite", { durability });
      const [worked, done] = await Promise.allSettled([work(tx), tx.done]);
      // The reason of an abort (the quota, say) is with the transaction; its requests only say that it was aborted.
      if (done.status === "rejected") throw done.reason;
      if (worked.status === "rejected") throw worked.reason;
      return worked.value;
    });

  const lookUp = async (tx: Transaction<"readonly">, key: string): Promise<Lookup<V>> => {
    const [facts, value] = await Promise.all([
      tx.objectStore("facts").get(key) as Promise<unknown>,
      tx.objectStore("values").get(key) as Promise<unknown>,
    ]);
    if (facts === undefined && value === undefined) return { kind: "absent" };
    if (!isFacts(facts)) return { kind: "corrupt", detail: "its facts are missing or no facts" };
    if (facts.version !== version) return { kind: "foreign version", was: facts.version, is: version };
    const measured = measure(value);
    if (measured.bytes !== facts.bytes)
      return { kind: "corrupt", detail: `has ${measured.bytes} bytes, ${facts.bytes} were written` };
    if (measured.checksum !== facts.checksum)
      return { kind: "corrupt", detail: "its checksum is not the written one" };
    if (!isValue(value)) return { kind: "corrupt", detail: `it is no record of "${name}"` };
    return { kind: "found", value, bytes: facts.bytes };
  };

  const getMany = (keys: readonly string[]) => read((tx) => Promise.all(keys.map((key) => lookUp(tx, key))));

  return {
    get: async (key) => {
      const found = await getMany([key]);
      return found.ok ? ok(found.value[0] ?? { kind: "absent" }) : found;
    },
    getMany,
    putMany: async (entries, deleting = []) => {
      const puts = [...entries];
      // Measured before the transaction begins: a transaction that waits for nothing closes.
      const measured = measureAll(puts);
      if (!measured.ok) return measured;
      const writtenAt = Date.now();
      return write(async (tx) => {
        await Promise.all([
          ...deleting.flatMap((key) => BOTH.map((store) => tx.objectStore(store).delete(key))),
          ...puts.flatMap(([key, value], i) => {
            const facts = { ...measured.value[i], version, writtenAt };
            return [tx.objectStore("values").put(value, key), tx.objectStore("facts").put(facts, key)];
          }),
        ]);
        return { written: puts.length, bytes: measured.value.reduce((sum, { bytes }) => sum + bytes, 0) };
      });
    },
    delete: (keys) =>
      write(async (tx) => {
        const freed = await Promise.all(
          [...new Set(keys)].map(async (key) => {
            const facts: unknown = await tx.objectStore("facts").get(key);
            for (const store of BOTH) await tx.objectStore(store).delete(key);
            return facts;
          }),
        );
        return removed(freed.filter((facts) => facts !== undefined));
      }),
    clear: () =>
      write(async (tx) => {
        const freed: unknown[] = await tx.objectStore("facts").getAll();
        for (const store of BOTH) await tx.objectStore(store).clear();
        return removed(freed);
      }),
    entries: () =>
      read(async (tx) => {
        const store = tx.objectStore("facts");
        const [keys, facts] = await Promise.all([store.getAllKeys(), store.getAll() as Promise<unknown[]>]);
        return keys.map((key, i): EntryFacts => {
          const { bytes, version: was, writtenAt } = factsOr(facts[i]);
          return { key: String(key), bytes, version: was, writtenAt };
        });
      }),
    close,
  };
}

/** Deletes every store of a namespace; open ones make way and are empty afterwards. */
export function deleteNamespace(namespace: string): Promise<Result<{ stores: number }, StorageFailure>> {
  return attempt(async () => {
    const names = (await indexedDB.databases()).flatMap(({ name = "" }) => name);
    const own = names.filter((name) => name.startsWith(`${PREFIX}/${namespace}/`));
    await Promise.all(own.map((name) => deleteDB(name)));
    return { stores: own.length };
  });
}

/** Bytes used and allowed for this site as the browser estimates them; undefined where it does not tell. */
export async function storageEstimate(): Promise<{ usedBytes: number; quotaBytes: number } | undefined> {
  try {
    const { usage, quota } = await navigator.storage.estimate();
    return usage === undefined || quota === undefined ? undefined : { usedBytes: usage, quotaBytes: quota };
  } catch {
    return undefined;
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<Result<T, StorageFailure>> {
  try {
    if (globalThis.indexedDB === undefined)
      return err(failureOf(new DOMException("there is no IndexedDB here", "NotSupportedError")));
    return ok(await work());
  } catch (thrown) {
    return err(failureOf(thrown));
  }
}

function measureAll(puts: readonly (readonly [string, unknown])[]) {
  try {
    return ok(puts.map(([, value]) => measure(value)));
  } catch (thrown) {
    return err(failureOf(thrown));
  }
}

function removed(freed: readonly unknown[]): Removed {
  return {
    entries: freed.length,
    freedBytes: freed.reduce((sum: number, facts) => sum + factsOr(facts).bytes, 0),
  };
}

const NO_FACTS: StoredFacts = { bytes: 0, checksum: 0, version: 0, writtenAt: 0 };

function factsOr(facts: unknown): StoredFacts {
  return isFacts(facts) ? facts : NO_FACTS;
}

function isFacts(value: unknown): value is StoredFacts {
  if (typeof value !== "object" || value === null) return false;
  return Object.keys(NO_FACTS).every((key) => typeof (value as Record<string, unknown>)[key] === "number");
}
