// What one tier keeps beyond the tab: a record for each of its entries, written behind in batches and read when a page is asked
// for that is not in memory. The records' store is handed in; its trouble becomes a reason of the tier, never an exception.

import type { Result } from "../core/index.ts";
import type { KeyParts, TierCache } from "../targets/index.ts";

interface Failure {
  readonly sentence: string;
}

type Read =
  | { readonly kind: "found"; readonly value: unknown }
  | { readonly kind: "absent" }
  | { readonly kind: "foreign version"; readonly was: number; readonly is: number }
  | { readonly kind: "corrupt"; readonly detail: string };

/** A store of versioned records by page. */
export interface RecordStore {
  get(page: string): Promise<Result<Read, Failure>>;
  /** In one transaction. */
  putMany(
    entries: Iterable<readonly [page: string, record: unknown]>,
    deleting: readonly string[],
  ): Promise<Result<unknown, Failure>>;
  entries(): Promise<Result<readonly { readonly key: string }[], Failure>>;
  close(): void;
}

interface StoredEntry<V> {
  readonly parts: KeyParts;
  readonly value: V;
  readonly bytes: number;
}

/** A batch is written when so many entries or bytes wait, or when the caches are counted. */
const BATCH_ENTRIES = 16;
const BATCH_BYTES = 16 * 2 ** 20;

export class Shelf<V> {
  readonly #tier: TierCache<V>;
  readonly #store: RecordStore;
  readonly #isValue: (value: unknown) => value is V;
  /** Pages that have a record. */
  #known: ReadonlySet<string> = new Set();
  /** What is to be written, or null: to be deleted. */
  #waiting = new Map<string, StoredEntry<V> | null>();
  #waitingBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(tier: TierCache<V>, store: RecordStore, isValue: (value: unknown) => value is V) {
    this.#tier = tier;
    this.#store = store;
    this.#isValue = isValue;
    tier.setJournal({
      kept: (parts, value, bytes) => this.#wait(String(parts.page), { parts, value, bytes }),
      evicted: (page) => this.#wait(page, null),
    });
  }

  /** Looks which pages have a record; again after pages have come from another loader. */
  async open(): Promise<void> {
    await this.flush();
    const entries = await this.#store.entries();
    this.#known = new Set(entries.ok ? entries.value.map(({ key }) => key) : []);
  }

  /** Brings a page's entry into memory, if there is a record and not the entry itself. The key is compared at the look-up. */
  async bring(page: string): Promise<void> {
    if (this.#tier.has(page) || this.#waiting.has(page) || !this.#known.has(page)) return;
    const read = await this.#store.get(page);
    if (!read.ok) return this.#tier.refuse(page, `the stored record cannot be read: ${read.error.sentence}`);
    const found = read.value;
    switch (found.kind) {
      case "found":
        if (this.#isEntry(found.value))
          this.#tier.restore(found.value.parts, found.value.value, found.value.bytes);
        else this.#tier.refuse(page, "the stored record is damaged: it has other fields than were written");
        return;
      case "foreign version":
        return this.#tier.refuse(
          page,
          `the stored record is of version ${found.was}, this is version ${found.is}`,
        );
      case "corrupt":
        return this.#tier.refuse(page, `the stored record is damaged: ${found.detail}`);
      case "absent":
        return;
      default:
        return found satisfies never;
    }
  }

  /** Everything that waits is written, or known not to have been. */
  flush(): Promise<void> {
    const batch = this.#waiting;
    if (batch.size > 0) {
      this.#waiting = new Map();
      this.#waitingBytes = 0;
      this.#writing = this.#writing.then(() => this.#write(batch));
    }
    return this.#writing;
  }

  /** What waits is not written, and what was written is not read: the store is about to be emptied. */
  async forget(): Promise<void> {
    this.#waiting.clear();
    this.#waitingBytes = 0;
    await this.#writing;
    this.#known = new Set();
  }

  /** Nothing more is written; what waited is forgotten. */
  close(): void {
    this.#tier.setJournal(null);
    this.#waiting.clear();
    void this.#writing.then(() => this.#store.close());
  }

  #wait(page: string, entry: StoredEntry<V> | null): void {
    this.#waitingBytes += (entry?.bytes ?? 0) - (this.#waiting.get(page)?.bytes ?? 0);
    this.#waiting.set(page, entry);
    // Behind: whoever keeps an entry does not wait for the disk.
    if (this.#waiting.size >= BATCH_ENTRIES || this.#waitingBytes >= BATCH_BYTES) void this.flush();
  }

  async #write(batch: ReadonlyMap<string, StoredEntry<V> | null>): Promise<void> {
    const puts = [...batch].flatMap(([page, entry]) => (entry === null ? [] : [[page, entry] as const]));
    const gone = [...batch].flatMap(([page, entry]) => (entry === null ? [page] : []));
    const written = await this.#store.putMany(puts, gone);
    for (const [page, { bytes }] of puts) {
      if (written.ok) this.#tier.stored(bytes);
      else this.#tier.notStored(page, written.error.sentence);
    }
    if (!written.ok) return;
    const known = new Set([...this.#known, ...puts.map(([page]) => page)]);
    for (const page of gone) known.delete(page);
    this.#known = known;
  }

  #isEntry(value: unknown): value is StoredEntry<V> {
    if (typeof value !== "object" || value === null) return false;
    const { parts, bytes, value: kept } = value as Partial<StoredEntry<unknown>>;
    return typeof parts === "object" && parts !== null && typeof bytes === "number" && this.#isValue(kept);
  }
}
