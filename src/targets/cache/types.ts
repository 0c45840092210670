// What a cache tells about itself. Every look-up is a hit or a miss with exactly one reason.

export type MissReason =
  | "first time"
  | "key changed"
  | "evicted"
  | "capacity zero"
  | "other copy"
  | "invalidated"
  | "bypassed"
  | "store failed";

/** hits + misses = lookups, and the reasons sum to the misses; asserted where they are counted. */
export interface CacheCounters {
  readonly lookups: number;
  readonly hits: number;
  readonly misses: number;
  readonly reasons: Readonly<Record<MissReason, number>>;
  readonly entries: number;
  readonly bytes: number;
  readonly budgetBytes: number | "unlimited";
  /** Build time that hits avoided, by the mean build time of the misses so far. */
  readonly savedMs: number;
  /** Time spent on keys, look-ups and storing. */
  readonly spentMs: number;
}
