// What the frozen part of a network gives for a page, kept so that it is computed once: in steps whose pages always have the same
// image. Decides what is kept and counts; how it is stored and brought back belongs to the engine.

export interface FrozenCounters {
  readonly isOn: boolean;
  /** Of single pages, by steps that named theirs while the switch was on. */
  readonly lookups: number;
  /** Brought back instead of being computed. */
  readonly hits: number;
  readonly misses: {
    /** Seen for the first time. */
    readonly unknown: number;
    /** Seen before, when there was no room. */
    readonly noRoom: number;
    /** Kept, but computed again for the sake of another page of the batch. */
    readonly withOthers: number;
  };
  readonly entries: number;
  readonly bytes: number;
  readonly budgetBytes: number | "unlimited";
}

/** The switch of an engine that can keep what its frozen part gives. */
export interface FrozenFeatures {
  /** Of one page. */
  readonly pageBytes: number;
  /** Switched off, it forgets what it kept. */
  set(on: boolean, budgetBytes: number | "unlimited"): void;
  counters(): FrozenCounters;
}

/** What fits first stays: a pass through more pages than fit would drive out each page before it comes again. */
export class FrozenKeeper<T> implements FrozenFeatures {
  readonly pageBytes: number;
  readonly #free: (kept: T) => void;
  readonly #kept = new Map<string, T>();
  readonly #crowdedOut = new Set<string>();
  #isOn = false;
  #budgetBytes: number | "unlimited" = 0;
  #lookups = 0;
  #hits = 0;
  #misses = { unknown: 0, noRoom: 0, withOthers: 0 };

  constructor(pageBytes: number, free: (kept: T) => void = () => undefined) {
    this.pageBytes = pageBytes;
    this.#free = free;
  }

  set(on: boolean, budgetBytes: number | "unlimited"): void {
    this.#isOn = on;
    this.#budgetBytes = budgetBytes;
    if (!on || !this.#fits(this.#kept.size)) this.forget();
  }

  /** Looks all pages of a batch up: theirs in order, or null when one is missing, since they are computed together. */
  find(pages: readonly string[] | undefined): readonly T[] | null {
    if (!this.#isOn || pages === undefined) return null;
    this.#lookups += pages.length;
    const found = pages.flatMap((page) => {
      const kept = this.#kept.get(page);
      return kept === undefined ? [] : [kept];
    });
    if (found.length === pages.length) {
      this.#hits += pages.length;
      return found;
    }
    this.#misses.withOthers += found.length;
    for (const page of pages) {
      if (this.#kept.has(page)) continue;
      if (this.#crowdedOut.has(page)) this.#misses.noRoom++;
      else this.#misses.unknown++;
    }
    return null;
  }

  /** Whether `keep` would copy anything. */
  wants(pages: readonly string[] | undefined): boolean {
    return this.#isOn && pages?.some((page) => !this.#kept.has(page)) === true;
  }

  /** `copy` the values of the page of that index of the batch, for each that is not kept and for which there is room. */
  keep(pages: readonly string[] | undefined, copy: (index: number) => T): void {
    if (!this.#isOn || pages === undefined) return;
    for (const [index, page] of pages.entries()) {
      if (this.#kept.has(page)) continue;
      if (this.#fits(this.#kept.size + 1)) this.#kept.set(page, copy(index));
      else this.#crowdedOut.add(page);
    }
  }

  /** When the frozen weights have changed, or nothing may be held any more. */
  forget(): void {
    for (const kept of this.#kept.values()) this.#free(kept);
    this.#kept.clear();
    this.#crowdedOut.clear();
  }

  counters(): FrozenCounters {
    return {
      isOn: this.#isOn,
      lookups: this.#lookups,
      hits: this.#hits,
      misses: { ...this.#misses },
      entries: this.#kept.size,
      bytes: this.#kept.size * this.pageBytes,
      budgetBytes: this.#budgetBytes,
    };
  }

  #fits(entries: number): boolean {
    return this.#budgetBytes === "unlimited" || entries * this.pageBytes <= this.#budgetBytes;
  }
}
