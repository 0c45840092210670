// What outlives the tab: records in IndexedDB, namespaced and versioned. The only room that imports idb.
// Knows nothing of what it keeps; nothing here throws.

export { failureData, type StorageFailure, type StorageFailureKind } from "./failure.ts";
export { measure } from "./measure.ts";
export { deleteNamespace, openStore, storageEstimate } from "./open-store.ts";
export type { EntryFacts, Lookup, PutResult, Removed, Store, StoreOptions } from "./types.ts";
