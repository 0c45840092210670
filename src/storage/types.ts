// A store of records: what it answers. Every call ends in a Result; expected trouble (quota, a private window, a record that is
// damaged or of another version) is a value with a sentence.

import type { Result } from "../core/index.ts";
import type { StorageFailure } from "./failure.ts";

export interface StoreOptions<V> {
  /** Whose records these are: what one namespace holds, another neither sees nor clears. */
  readonly namespace: string;
  readonly name: string;
  /** Raised when a record changes its shape or meaning. Records of another version are told from missing ones and never read. */
  readonly version: number;
  /** The door: whether a value that was read is one. */
  readonly isValue: (value: unknown) => value is V;
  /** "strict" waits until the disk has it (checkpoints); "relaxed" until the system has it, which is faster. */
  readonly durability?: "strict" | "relaxed";
}

export type Lookup<V> =
  | { readonly kind: "found"; readonly value: V; readonly bytes: number }
  | { readonly kind: "absent" }
  | { readonly kind: "foreign version"; readonly was: number; readonly is: number }
  /** The record is there and is not what was written, or not what `isValue` expects. */
  | { readonly kind: "corrupt"; readonly detail: string };

export interface PutResult {
  readonly written: number;
  readonly bytes: number;
}

export interface Removed {
  readonly entries: number;
  readonly freedBytes: number;
}

export interface EntryFacts {
  readonly key: string;
  readonly bytes: number;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
}

/** Values are what structured clone takes: plain data, typed arrays (with their whole buffer), blobs. Bytes are of the values. */
export interface Store<V> {
  get(key: string): Promise<Result<Lookup<V>, StorageFailure>>;
  /** In the order of the keys, in one transaction. */
  getMany(keys: readonly string[]): Promise<Result<readonly Lookup<V>[], StorageFailure>>;
  /** All or none, one record each; what had a key is replaced. `deleting`: keys that leave in the same transaction. */
  putMany(
    entries: Iterable<readonly [key: string, value: V]>,
    deleting?: readonly string[],
  ): Promise<Result<PutResult, StorageFailure>>;
  delete(keys: readonly string[]): Promise<Result<Removed, StorageFailure>>;
  clear(): Promise<Result<Removed, StorageFailure>>;
  /** What there is, in the order of the keys, of every version, without reading the values. */
  entries(): Promise<Result<readonly EntryFacts[], StorageFailure>>;
  close(): void;
}
