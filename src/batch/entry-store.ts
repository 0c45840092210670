// What a loader needs of a persistent store: entries by name, one record each. Who wires the loader hands one in; storage/ has
// the browser's.

/** One record as it is written. `payload` is anything that can be cloned to another thread. */
export interface StoredEntry {
  readonly name: string;
  /** Of the record's format: records of another one are not read. */
  readonly format: number;
  readonly parts: Readonly<Record<string, string | number | boolean>>;
  readonly payload: unknown;
  readonly bytes: number;
}

export interface EntryStore {
  /** undefined: there is none. Rejects when the store cannot be read. */
  get(name: string): Promise<unknown>;
  /** Written later, in a batch; `onFailed` hears of entries that could not be written, with a sentence why. */
  put(entry: StoredEntry, onFailed: (reason: string) => void): void;
  /** Bytes freed. */
  clear(): Promise<number>;
}
