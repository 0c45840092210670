// The polygon cache: a page's target geometry kept from epoch to epoch, least recently used out first.
// One instance for each loader, which is the only owner of its pages. Every look-up is a hit or a miss with one reason.
// It cannot change results: what it hands out is what was built for exactly the same key.

import { PlaygroundError } from "../../core/index.ts";
import { buildPageGeometry, type PageGeometry } from "../page-geometry.ts";
import { type BudgetBytes, checkedBudget } from "./budget.ts";
import {
  type ChangedPart,
  firstDifference,
  type GeometryKey,
  type GeometryRequest,
  keyOf,
  keySizeBytes,
} from "./key.ts";
import type { CacheCounters, MissReason } from "./types.ts";

export type Outcome =
  | { readonly kind: "hit" }
  | { readonly kind: "miss"; readonly reason: Exclude<MissReason, "key changed"> }
  | { readonly kind: "miss"; readonly reason: "key changed"; readonly changed: ChangedPart };

export interface LookUp {
  readonly geometry: PageGeometry;
  readonly outcome: Outcome;
}

export interface GeometryCacheOptions {
  readonly budgetBytes: BudgetBytes;
  /** Clock in milliseconds. */
  readonly now?: () => number;
}

interface Entry {
  readonly key: GeometryKey;
  readonly geometry: PageGeometry;
  readonly bytes: number;
}

export class GeometryCache {
  readonly #now: () => number;
  /** By page; the order is that of use, the oldest first. */
  readonly #entries = new Map<string, Entry>();
  /** Pages that were here once, and why they are not any more. */
  readonly #gone = new Map<string, "evicted" | "invalidated">();
  readonly #reasons = noReasons();
  #budget: BudgetBytes;
  #bytes = 0;
  #lookups = 0;
  #hits = 0;
  #builds = 0;
  #buildMs = 0;
  #spentMs = 0;

  /** Throws "bad-config" when the budget is no budget. */
  constructor(options: GeometryCacheOptions) {
    this.#budget = checkedBudget(options.budgetBytes);
    this.#now = options.now ?? (() => performance.now());
  }

  /** The page's geometry, kept or built now. */
  lookUp(request: GeometryRequest, build: () => PageGeometry = () => buildOf(request)): LookUp {
    const start = this.#now();
    this.#lookups++;
    const key = keyOf(request);
    const entry = this.#entries.get(key.page);
    const outcome = this.#judge(key, entry);
    if (outcome.kind === "hit" && entry !== undefined) {
      this.#hits++;
      this.#entries.delete(key.page);
      this.#entries.set(key.page, entry);
      this.#spentMs += this.#now() - start;
      return { geometry: entry.geometry, outcome };
    }
    if (outcome.kind === "miss") this.#reasons[outcome.reason]++;
    const built = this.#now();
    const geometry = build();
    const done = this.#now();
    this.#countBuild(done - built);
    this.#keep(key, geometry);
    this.#spentMs += built - start + this.#now() - done;
    return { geometry, outcome };
  }

  /** Builds without looking or keeping, and counts it as a miss with that reason. */
  passBy(reason: "bypassed" | "other copy" | "store failed", build: () => PageGeometry): LookUp {
    this.#lookups++;
    this.#reasons[reason]++;
    const start = this.#now();
    const geometry = build();
    this.#countBuild(this.#now() - start);
    return { geometry, outcome: { kind: "miss", reason } };
  }

  /** Drops one page. Bytes freed. */
  invalidate(pageId: string): number {
    return this.#drop(pageId, "invalidated");
  }

  /** Drops everything; the counters stay. Bytes freed. */
  clear(): number {
    const freed = this.#bytes;
    for (const page of [...this.#entries.keys()]) this.#drop(page, "invalidated");
    return freed;
  }

  /** A new budget takes effect at once. Throws "bad-config" when it is none. */
  setBudget(budgetBytes: BudgetBytes): void {
    this.#budget = checkedBudget(budgetBytes);
    this.#evictDownTo(this.#budget);
  }

  /** Totals since the cache was made; see `countersSince` for an epoch's share. Throws "internal" if they do not add up. */
  counters(): CacheCounters {
    const misses = Object.values(this.#reasons).reduce((sum, count) => sum + count, 0);
    if (this.#hits + misses !== this.#lookups) {
      throw new PlaygroundError({
        code: "internal",
        message: `The polygon cache lost count: ${this.#hits} hits + ${misses} misses ≠ ${this.#lookups} look-ups.`,
        doing: "counting cache look-ups",
      });
    }
    return {
      lookups: this.#lookups,
      hits: this.#hits,
      misses,
      reasons: { ...this.#reasons },
      entries: this.#entries.size,
      bytes: this.#bytes,
      budgetBytes: this.#budget,
      savedMs: this.#builds === 0 ? 0 : (this.#hits * this.#buildMs) / this.#builds,
      spentMs: this.#spentMs,
    };
  }

  #judge(key: GeometryKey, entry: Entry | undefined): Outcome {
    if (this.#budget === 0) return { kind: "miss", reason: "capacity zero" };
    if (entry === undefined) return { kind: "miss", reason: this.#gone.get(key.page) ?? "first time" };
    const changed = firstDifference(entry.key, key);
    return changed === null ? { kind: "hit" } : { kind: "miss", reason: "key changed", changed };
  }

  #keep(key: GeometryKey, geometry: PageGeometry): void {
    this.#drop(key.page, null);
    if (this.#budget === 0) return;
    const bytes = geometry.sizeBytes + keySizeBytes(key);
    if (this.#budget !== "unlimited" && bytes > this.#budget) {
      this.#gone.set(key.page, "evicted");
      return;
    }
    this.#evictDownTo(this.#budget === "unlimited" ? "unlimited" : this.#budget - bytes);
    this.#entries.set(key.page, { key, geometry, bytes });
    this.#bytes += bytes;
    this.#gone.delete(key.page);
  }

  #evictDownTo(budget: BudgetBytes): void {
    if (budget === "unlimited") return;
    for (const page of this.#entries.keys()) {
      if (this.#bytes <= budget) return;
      this.#drop(page, "evicted");
    }
  }

  #drop(page: string, why: "evicted" | "invalidated" | null): number {
    const entry = this.#entries.get(page);
    if (entry === undefined) return 0;
    this.#entries.delete(page);
    this.#bytes -= entry.bytes;
    if (why !== null) this.#gone.set(page, why);
    return entry.bytes;
  }

  #countBuild(ms: number): void {
    this.#builds++;
    this.#buildMs += ms;
  }
}

function buildOf({ words, size, params }: GeometryRequest): PageGeometry {
  return buildPageGeometry(words, size, params);
}

function noReasons(): Record<MissReason, number> {
  return {
    "first time": 0,
    "key changed": 0,
    evicted: 0,
    "capacity zero": 0,
    "other copy": 0,
    invalidated: 0,
    bypassed: 0,
    "store failed": 0,
  };
}
