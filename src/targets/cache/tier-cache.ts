// One tier of the cache: values kept by named key parts, the least recently used out first, or a pinned subset that stays.
// One instance for each loader, which is the only owner of its pages. Every look-up is a hit or a miss with one reason.
// It cannot change results: what it hands out was built for exactly the same key, part by part.

import { type Affine, PlaygroundError } from "../../core/index.ts";
import { type BudgetBytes, checkedBudget } from "./budget.ts";
import { noReasons } from "./counters.ts";
import type { CacheFault } from "./faults.ts";
import { firstDifference, type KeyParts, keySizeBytes } from "./key.ts";
import { ReuseDistances } from "./reuse.ts";
import type {
  Asker,
  CacheCounters,
  ChangedPart,
  EpochCounts,
  MissReason,
  MissRecord,
  Outcome,
  Tier,
  TierReport,
} from "./types.ts";

interface TierCacheOptions {
  readonly tier?: Tier;
  readonly budgetBytes: BudgetBytes;
  /** "lru": the least recently used leaves · "pin": what fits first stays, the rest is never kept. */
  readonly policy?: "lru" | "pin";
  readonly fault?: CacheFault;
  /** Clock in milliseconds. */
  readonly now?: () => number;
}

type Hit = Extract<Outcome, { kind: "hit" }>;
type Miss = Extract<Outcome, { kind: "miss" }>;

export type Found<V> =
  | { readonly outcome: Hit; readonly value: V }
  | { readonly outcome: Miss; readonly value: undefined };

interface Entry<V> {
  readonly parts: KeyParts;
  readonly value: V;
  readonly bytes: number;
}

/** Who keeps entries beyond this memory: told of each one as it comes, and when the budget throws it out. */
export interface Journal<V> {
  readonly kept: (parts: KeyParts, value: V, bytes: number) => void;
  readonly evicted: (page: string) => void;
}

/** Why a page that was here is not any more. */
interface Gone {
  readonly reason: "evicted" | "invalidated" | "store failed" | "bypassed";
  readonly detail: string;
}

type Counts = { lookups: number; hits: number; misses: number; reasons: Record<MissReason, number> };
type EpochRow = Counts & Pick<EpochCounts, "split" | "epoch">;

const KEPT_MISSES = 200;
/** Hits whose bookkeeping may wait. */
const HITS_AHEAD = 64;
const HIT: Hit = { kind: "hit" };
const NOBODY: Asker = { split: "train", epoch: 0 };

export class TierCache<V> {
  /** Clock in milliseconds. */
  protected readonly now: () => number;
  readonly #tier: Tier;
  /** By page; the order is that of use, the oldest first. */
  readonly #entries = new Map<string, Entry<V>>();
  readonly #gone = new Map<string, Gone>();
  readonly #epochs = new Map<string, EpochRow>();
  /** The one that was counted last: mostly the next one too. */
  #row: EpochRow | undefined;
  readonly #misses: MissRecord[] = [];
  readonly #reuse = new ReuseDistances();
  /** Pages whose record could not be written, and why. */
  readonly #notStored = new Map<string, string>();
  #journal: Journal<V> | null = null;
  /** The placements of each page in short, as a key taken after augmentation would have had them. */
  readonly #placements = new Map<string, Set<number>>();
  #placementCount = 0;
  /** Keys of hits whose place in the order of use, and with it their placement, are still to be noted. */
  readonly #hits: KeyParts[] = [];
  readonly #hitsPlaced: (Affine<"upright", "input"> | undefined)[] = [];
  #policy: "lru" | "pin";
  #fault: CacheFault;
  #budget: BudgetBytes;
  #bytes = 0;
  #collisions = 0;
  #builds = 0;
  #buildMs = 0;
  #lookUpMs = 0;
  #storeMs = 0;
  #keptBytes = 0;
  #movedBytes = 0;
  #restored = 0;
  #refused = 0;
  #stored = 0;
  #storedBytes = 0;
  #storeFailures = 0;
  #hitsAfterAugmentation = 0;

  /** Throws "bad-config" when the budget is no budget. */
  constructor(options: TierCacheOptions) {
    this.#tier = options.tier ?? "polygons";
    this.#budget = checkedBudget(options.budgetBytes, this.#tier);
    this.#policy = options.policy ?? "lru";
    this.#fault = options.fault ?? "none";
    this.now = options.now ?? (() => performance.now());
  }

  /**
   * The kept value, or why there is none. `startedMs`: when the making of the key began. `placement`: of a page placed at random, for
   * counting what a key taken after augmentation would have done; nothing else.
   */
  find(
    parts: KeyParts,
    asker: Asker = NOBODY,
    startedMs = this.now(),
    placement?: Affine<"upright", "input">,
  ): Found<V> {
    const entry = this.#entries.get(this.#slotOf(parts));
    let found: Found<V>;
    if (entry !== undefined && this.#budget !== 0 && isSameKey(entry.parts, parts)) {
      this.#count(asker, "hit");
      this.#hits.push(parts);
      this.#hitsPlaced.push(placement);
      if (this.#hits.length >= HITS_AHEAD) this.#settle();
      found = { outcome: HIT, value: entry.value };
    } else {
      this.#settle();
      if (placement !== undefined) this.#notePlacement(String(parts.page), placement);
      const distance = this.#reuse.touch(String(parts.page));
      const outcome = this.#missOf(parts, entry, asker, distance);
      this.#count(asker, outcome.reason);
      this.#note(String(parts.page), asker, outcome);
      found = { outcome, value: undefined };
    }
    this.#lookUpMs += this.now() - startedMs;
    return found;
  }

  /**
   * Keeps what was built after a miss. `bytes`: of the value, which is asked for only when it will be kept.
   * `startedMs`: when the making of the key began, if it was made for this.
   */
  keep(parts: KeyParts, bytes: number, value: () => V, buildMs: number, startedMs = this.now()): void {
    this.#builds++;
    this.#buildMs += buildMs;
    this.#put(parts, value, bytes + keySizeBytes(parts));
    this.#storeMs += this.now() - startedMs;
  }

  /** Makes of a hit's value what is handed out; the time is part of the look-up. */
  takeOut<T>(work: () => T): T {
    const start = this.now();
    const out = work();
    this.#lookUpMs += this.now() - start;
    return out;
  }

  /** Told of what should outlive this memory; null: nobody. */
  setJournal(journal: Journal<V> | null): void {
    this.#journal = journal;
  }

  /** Whether something is kept of a page, whatever its key. */
  has(page: string): boolean {
    return this.#entries.has(page);
  }

  /** An entry that outlived another memory, as it was kept there. */
  restore(parts: KeyParts, value: V, bytes: number): void {
    this.#put(parts, () => value, bytes, true);
    if (this.has(String(parts.page))) this.#restored++;
  }

  /** What outlived cannot be used; the next look-up says why. */
  refuse(page: string, detail: string): void {
    this.#refused++;
    this.#gone.set(page, { reason: "invalidated", detail });
  }

  stored(bytes: number): void {
    this.#stored++;
    this.#storedBytes += bytes;
  }

  /** Its record could not be written: once it leaves the memory, look-ups say so. */
  notStored(page: string, detail: string): void {
    this.#storeFailures++;
    this.#notStored.set(page, detail);
  }

  /** A look-up that was not made, counted as a miss with that reason. */
  passBy(page: string, reason: MissReason, detail: string, asker: Asker = NOBODY): void {
    this.#count(asker, reason);
    this.#note(page, asker, { kind: "miss", reason, detail });
  }

  /**
   * A hit reads its entry and counts; what it means for the order of use and the reuse distances is noted here for many hits at
   * once, in their order and before anything depends on it: one by one it cost several times as much. The time is part of the look-ups.
   */
  #settle(): void {
    for (const [i, parts] of this.#hits.entries()) {
      const page = String(parts.page);
      const placement = this.#hitsPlaced[i];
      if (placement !== undefined) this.#notePlacement(page, placement);
      this.#reuse.touch(page);
      const slot = this.#slotOf(parts);
      const entry = this.#entries.get(slot);
      if (entry === undefined) continue;
      this.#entries.delete(slot);
      this.#entries.set(slot, entry);
    }
    this.#hits.length = 0;
    this.#hitsPlaced.length = 0;
  }

  /** What the key taken after augmentation would have been. */
  #notePlacement(page: string, placement: Affine<"upright", "input">): void {
    const short = inShort(placement);
    const seen = this.#placements.get(page);
    if (seen?.has(short)) this.#hitsAfterAugmentation++;
    // Enough for 100 epochs of 1000 pages; beyond that the count would only be a little low.
    else if (this.#placementCount < 100_000) {
      this.#placementCount++;
      if (seen === undefined) this.#placements.set(page, new Set([short]));
      else seen.add(short);
    }
  }

  /** Drops one page. Bytes freed. */
  invalidate(pageId: string, detail = "the page was handed over or changed"): number {
    this.#settle();
    const why: Gone = { reason: "invalidated", detail };
    if (this.#fault !== "key without structure") return this.#drop(pageId, why);
    // The slots do not say whose they are.
    let freed = 0;
    for (const [slot, { parts }] of this.#entries) if (parts.page === pageId) freed += this.#drop(slot, why);
    return freed;
  }

  /** Drops everything; the counters stay. Bytes freed. */
  clear(detail = "the cache was emptied"): number {
    this.#settle();
    const freed = this.#bytes;
    for (const page of [...this.#entries.keys()]) this.#drop(page, { reason: "invalidated", detail });
    return freed;
  }

  /** A new budget takes effect at once. Throws "bad-config" when it is none. */
  setBudget(budgetBytes: BudgetBytes): void {
    this.#settle();
    this.#budget = checkedBudget(budgetBytes, this.#tier);
    this.#evictDownTo(this.#budget);
  }

  setPolicy(policy: "lru" | "pin"): void {
    this.#policy = policy;
  }

  setFault(fault: CacheFault): void {
    if (fault !== this.#fault) this.clear("another fault was planted");
    this.#fault = fault;
  }

  /** Totals since the cache was made. Throws "internal" if they do not add up. */
  counters(): CacheCounters {
    if (this.#hits.length > 0) {
      const startedMs = this.now();
      this.#settle();
      this.#lookUpMs += this.now() - startedMs;
    }
    this.#assertSums();
    const total = sumOf([...this.#epochs.values()]);
    return {
      ...total,
      collisions: this.#collisions,
      entries: this.#entries.size,
      bytes: this.#bytes,
      budgetBytes: this.#budget,
      savedMs: this.#builds === 0 ? 0 : (total.hits * this.#buildMs) / this.#builds,
      spentMs: this.#lookUpMs + this.#storeMs,
      builds: this.#builds,
      buildMs: this.#buildMs,
      lookUpMs: this.#lookUpMs,
      storeMs: this.#storeMs,
      keptBytes: this.#keptBytes,
      movedBytes: this.#movedBytes,
      hitsAfterAugmentation: this.#hitsAfterAugmentation,
      restored: this.#restored,
      refused: this.#refused,
      stored: this.#stored,
      storedBytes: this.#storedBytes,
      storeFailures: this.#storeFailures,
    };
  }

  report(on: boolean): TierReport {
    return {
      on,
      counters: this.counters(),
      epochs: [...this.#epochs.values()].map((row) => ({ ...row, reasons: { ...row.reasons } })),
      misses: [...this.#misses],
      distances: this.#reuse.histogram,
      workingSetBytes: this.#reuse.workingSetBytes,
      loaders: [],
    };
  }

  #missOf(parts: KeyParts, entry: Entry<V> | undefined, asker: Asker, distance: number | null): Miss {
    const miss = (reason: MissReason, detail: string): Miss => ({ kind: "miss", reason, detail });
    if (this.#budget === 0) return miss("capacity zero", "the budget is 0 bytes: nothing can stay");
    if (entry === undefined) {
      const unwritten = this.#notStored.get(String(parts.page));
      if (unwritten !== undefined) return miss("store failed", unwritten);
      const gone = this.#gone.get(String(parts.page));
      if (gone?.reason === "evicted") {
        const room =
          distance === null ? "" : `; a budget of ${distance + this.#meanBytes()} bytes would have kept it`;
        return miss("evicted", `${gone.detail}${room}`);
      }
      if (gone !== undefined) return miss(gone.reason, gone.detail);
      if (asker.elsewhere !== undefined) return miss("other copy", `${asker.elsewhere} has it`);
      return miss("first time", "can become a hit in the next epoch");
    }
    const changed = firstDifference(entry.parts, parts) as ChangedPart;
    // The address led here although the parts differ: with a faulty address somebody else's entry would have been used.
    if (this.#fault === "key without structure") this.#collisions++;
    const detail = `${changed.part} was ${changed.was}, is ${changed.is}`;
    return { kind: "miss", reason: "key changed", detail, changed };
  }

  #count({ split, epoch }: Asker, what: "hit" | MissReason): void {
    let row = this.#row;
    if (row?.split !== split || row.epoch !== epoch) {
      const name = `${split}/${epoch}`;
      row = this.#epochs.get(name) ?? { ...noCounts(), split, epoch };
      this.#epochs.set(name, row);
      this.#row = row;
    }
    row.lookups++;
    if (what === "hit") row.hits++;
    else {
      row.misses++;
      row.reasons[what]++;
    }
  }

  #note(pageId: string, { split, epoch }: Asker, { reason, detail }: Miss): void {
    this.#misses.push({ pageId, split, epoch, reason, detail });
    if (this.#misses.length > 2 * KEPT_MISSES) this.#misses.splice(0, KEPT_MISSES);
  }

  #put(parts: KeyParts, value: () => V, bytes: number, isRestored = false): void {
    this.#settle();
    const slot = this.#slotOf(parts);
    const page = String(parts.page);
    this.#reuse.measured(page, bytes);
    this.#drop(slot, null);
    if (this.#budget === 0) return;
    const room = this.#budget === "unlimited" ? Number.POSITIVE_INFINITY : this.#budget;
    if (bytes > room) {
      const detail = `the entry has ${bytes} bytes, more than the whole budget of ${room}`;
      this.#gone.set(page, { reason: "store failed", detail });
      return;
    }
    if (this.#policy === "pin" && this.#bytes + bytes > room) {
      const detail = "only a pinned subset is kept, and its room is taken";
      this.#gone.set(page, { reason: "bypassed", detail });
      return;
    }
    if (this.#budget !== "unlimited") this.#evictDownTo(this.#budget - bytes);
    const stored =
      this.#fault === "stale version"
        ? { ...parts, generatorVersion: Number(parts.generatorVersion) - 1 }
        : parts;
    const kept = { parts: stored, value: value(), bytes };
    this.#entries.set(slot, kept);
    this.#notStored.delete(page);
    if (!isRestored) this.#journal?.kept(kept.parts, kept.value, bytes);
    this.#bytes += bytes;
    this.#keptBytes += bytes;
    this.#movedBytes += this.#fault === "whole-store rewrite" ? rewriteOf(this.#bytes) : bytes;
    this.#gone.delete(page);
  }

  #slotOf(parts: KeyParts): string {
    return this.#fault === "key without structure" ? String(parts.size) : String(parts.page);
  }

  #meanBytes(): number {
    return this.#entries.size === 0 ? 0 : Math.ceil(this.#bytes / this.#entries.size);
  }

  #evictDownTo(budget: BudgetBytes): void {
    if (budget === "unlimited") return;
    for (const slot of this.#entries.keys()) {
      if (this.#bytes <= budget) return;
      this.#drop(slot, { reason: "evicted", detail: `thrown out to stay within ${this.#budget} bytes` });
    }
  }

  #drop(slot: string, why: Gone | null): number {
    const entry = this.#entries.get(slot);
    if (entry === undefined) return 0;
    this.#entries.delete(slot);
    this.#bytes -= entry.bytes;
    if (why !== null) this.#gone.set(String(entry.parts.page), why);
    if (why?.reason === "evicted") this.#journal?.evicted(String(entry.parts.page));
    return entry.bytes;
  }

  #assertSums(): void {
    for (const { lookups, hits, misses, reasons } of this.#epochs.values()) {
      const named = Object.values(reasons).reduce((sum, count) => sum + count, 0);
      if (hits + misses === lookups && named === misses) continue;
      throw new PlaygroundError({
        code: "internal",
        message: `The cache of ${this.#tier} lost count: ${hits} hits + ${misses} misses (${named} with a reason) ≠ ${lookups} look-ups.`,
        doing: "counting cache look-ups",
      });
    }
  }
}

/** Keys are made once and kept, so that most need no comparing part by part. */
function isSameKey(was: KeyParts, is: KeyParts): boolean {
  return was === is || firstDifference(was, is) === null;
}

function sumOf(rows: readonly Counts[]): Counts {
  const sum = noCounts();
  for (const { lookups, hits, misses, reasons } of rows) {
    sum.lookups += lookups;
    sum.hits += hits;
    sum.misses += misses;
    for (const reason of Object.keys(sum.reasons) as MissReason[]) sum.reasons[reason] += reasons[reason];
  }
  return sum;
}

function noCounts(): Counts {
  return { lookups: 0, hits: 0, misses: 0, reasons: noReasons() };
}

/** What the planted fault costs: the whole store copied once. */
function rewriteOf(bytes: number): number {
  return new Uint8Array(Math.min(bytes, 2 ** 30)).fill(1).length;
}

const numbers = new Float64Array(6);
const halves = new Uint32Array(numbers.buffer);

/** 52 bits of the exact numbers of a placement. */
function inShort({ a, b, c, d, e, f }: Affine<"upright", "input">): number {
  numbers[0] = a;
  numbers[1] = b;
  numbers[2] = c;
  numbers[3] = d;
  numbers[4] = e;
  numbers[5] = f;
  let high = 0x243f6a88;
  let low = 0x85a308d3;
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i] as number;
    high = Math.imul(high ^ half, 0x9e3779b1) ^ (low >>> 15);
    low = Math.imul(low ^ half, 0x85ebca77) ^ (high >>> 13);
  }
  return (high >>> 0) * 2 ** 20 + (low >>> 12);
}
