// What a cache tells about itself. Every look-up is a hit or a miss with exactly one reason.

export const TIERS = ["images", "polygons", "maps", "samples"] as const;
/** images: decoded upright pixels · polygons: a page's outlines · maps: finished targets · samples: finished inputs. */
export type Tier = (typeof TIERS)[number];

export const MISS_REASONS = [
  "first time",
  "key changed",
  "evicted",
  "capacity zero",
  "other copy",
  "invalidated",
  "bypassed",
  "store failed",
] as const;
export type MissReason = (typeof MISS_REASONS)[number];

/** hits + misses = lookups, and the reasons sum to the misses; asserted where they are counted. */
export interface LookUpCounts {
  readonly lookups: number;
  readonly hits: number;
  readonly misses: number;
  readonly reasons: Readonly<Record<MissReason, number>>;
}

export interface CacheCounters extends LookUpCounts {
  /** Entries whose address fitted and whose parts did not: not used. */
  readonly collisions: number;
  readonly entries: number;
  readonly bytes: number;
  readonly budgetBytes: number | "unlimited";
  /** Build time that hits avoided, by the mean build time of the misses so far. */
  readonly savedMs: number;
  /** Time spent on keys (the hash of the content included), look-ups, copies and storing. */
  readonly spentMs: number;
  /** What misses built, and how long that took. */
  readonly builds: number;
  readonly buildMs: number;
  /** The parts of `spentMs`: making and comparing keys and handing out hits, and keeping what was built. */
  readonly lookUpMs: number;
  readonly storeMs: number;
  /** Bytes of all entries ever kept, and bytes moved to keep them: more, when a store rewrites what it has. */
  readonly keptBytes: number;
  readonly movedBytes: number;
  /** Look-ups that would have hit if the key had been taken after augmentation, with room for everything. */
  readonly hitsAfterAugmentation: number;
  /** Beyond the tab: entries read again, records that could not be used, records written with their bytes, and failures to write. */
  readonly restored: number;
  readonly refused: number;
  readonly stored: number;
  readonly storedBytes: number;
  readonly storeFailures: number;
}

/** Who looks up, for the counters by epoch and split. */
export interface Asker {
  readonly split: "train" | "validation";
  readonly epoch: number;
  /** A loader that has prepared this page before, where it is another one. */
  readonly elsewhere?: string;
}

/** One part of a key with what it was and what it is. */
export interface ChangedPart {
  readonly part: string;
  readonly was: string;
  readonly is: string;
}

export type Outcome =
  | { readonly kind: "hit" }
  | {
      readonly kind: "miss";
      readonly reason: MissReason;
      /** For people: by which limit, which rule, which field. */
      readonly detail: string;
      readonly changed?: ChangedPart;
    };

export interface MissRecord {
  readonly pageId: string;
  readonly split: Asker["split"];
  readonly epoch: number;
  readonly reason: MissReason;
  readonly detail: string;
  /** "loader 2"; filled in by the pool. */
  readonly loader?: string;
}

export interface EpochCounts extends LookUpCounts {
  readonly split: Asker["split"];
  readonly epoch: number;
}

export interface TierReport {
  readonly on: boolean;
  readonly counters: CacheCounters;
  /** In the order in which they came. */
  readonly epochs: readonly EpochCounts[];
  /** The newest misses, newest last. */
  readonly misses: readonly MissRecord[];
  /** Look-ups by the room that a least-recently-used store would have needed to hit: bucket i holds 2^(i/2) to 2^((i+1)/2) bytes. */
  readonly distances: readonly number[];
  /** Bytes of everything asked for so far: the room in which nothing is ever evicted. */
  readonly workingSetBytes: number;
  /** Each loader's own counters; filled in by the pool. */
  readonly loaders: readonly { readonly name: string; readonly counters: CacheCounters }[];
}

/** read: loading and decoding · place: resampling · outline: shrinking and growing · draw: the maps. */
export const STAGES_OF_A_PAGE = ["read", "place", "outline", "draw"] as const;
export type StageOfAPage = (typeof STAGES_OF_A_PAGE)[number];

/** How long something took that was done `count` times. */
export interface StageTime {
  readonly count: number;
  readonly sumMs: number;
  readonly sumSquaresMs2: number;
}

export type StageTimes = Readonly<Record<StageOfAPage, StageTime>>;

export interface CacheReport {
  readonly tiers: Readonly<Record<Tier, TierReport>>;
  /** What the stages cost where they were done, whichever tiers are on: what a hit saves. */
  readonly stages: Readonly<Record<Asker["split"], StageTimes>>;
  /** What the counters say is wrong; filled in by the pool. */
  readonly findings: readonly { readonly id: string; readonly tier: Tier; readonly sentence: string }[];
}
