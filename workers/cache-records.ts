// Where a loader's caches outlive the tab: a store for each tier in the browser's own storage, and how all of them are emptied.

import { PlaygroundError } from "../src/core/index.ts";
import { CACHE_NAMESPACE } from "../src/train/index.ts";
import { failureData, openStore, type Store } from "../src/storage/index.ts";
import { TIERS } from "../src/targets/index.ts";

/** Of a record's layout; what a value means is told by its key. */
const VERSION = 1;

/** A record of a tier. What it holds is checked by the tier that kept it. */
export function openRecords(namespace: string, tier: string): Store<object> {
  return openStore<object>({
    ...{ namespace, name: tier, version: VERSION },
    isValue: (value): value is object => typeof value === "object" && value !== null,
  });
}

/** Bytes and records that were there. Throws PlaygroundError when the storage fails. */
export async function clearRecords(): Promise<{ entries: number; freedBytes: number }> {
  let [entries, freedBytes] = [0, 0];
  for (const tier of TIERS) {
    const store = openRecords(CACHE_NAMESPACE, tier);
    const removed = await store.clear();
    store.close();
    if (!removed.ok)
      throw new PlaygroundError(failureData(removed.error, "clearing the stored caches", tier));
    entries += removed.value.entries;
    freedBytes += removed.value.freedBytes;
  }
  return { entries, freedBytes };
}
