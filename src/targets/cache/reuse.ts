// Reuse distances: how many bytes of other entries were asked for between two look-ups of the same page. A least-recently-used
// store hits exactly where distance + own size fit its budget (Mattson et al. 1970), so one histogram answers for every budget.

const FIRST_ROOM = 1024;
export const DISTANCE_BUCKETS = 96;

export class ReuseDistances {
  /** Bytes by the moment of the newest look-up, as sums of powers of two (Fenwick tree). */
  #tree = new Float64Array(FIRST_ROOM + 1);
  #moment = 0;
  readonly #seen = new Map<string, { moment: number; bytes: number }>();
  readonly #histogram = new Array<number>(DISTANCE_BUCKETS).fill(0);

  /** Bytes of all pages seen. */
  get workingSetBytes(): number {
    return this.#sum(this.#moment);
  }

  get histogram(): readonly number[] {
    return [...this.#histogram];
  }

  /** Bytes of the other pages since this one was last asked for; null when it never was. */
  touch(page: string): number | null {
    const before = this.#seen.get(page);
    if (this.#moment + 1 >= this.#tree.length) this.#compact();
    const moment = ++this.#moment;
    if (before === undefined) {
      this.#seen.set(page, { moment, bytes: 0 });
      return null;
    }
    const distance = this.#sum(moment) - this.#sum(before.moment);
    this.#add(before.moment, -before.bytes);
    this.#add(moment, before.bytes);
    this.#seen.delete(page);
    this.#seen.set(page, { moment, bytes: before.bytes });
    const bucket = bucketOf(distance + before.bytes);
    this.#histogram[bucket] = (this.#histogram[bucket] ?? 0) + 1;
    return distance;
  }

  /** The size of a page, when it becomes known. */
  measured(page: string, bytes: number): void {
    const entry = this.#seen.get(page);
    if (entry === undefined) return;
    this.#add(entry.moment, bytes - entry.bytes);
    entry.bytes = bytes;
  }

  #sum(upTo: number): number {
    let sum = 0;
    for (let i = upTo; i > 0; i -= i & -i) sum += this.#tree[i] as number;
    return sum;
  }

  #add(moment: number, bytes: number): void {
    for (let i = moment; i < this.#tree.length; i += i & -i)
      this.#tree[i] = (this.#tree[i] as number) + bytes;
  }

  /** Moments are handed out anew, in the same order; there is room for as many again. */
  #compact(): void {
    this.#tree = new Float64Array(Math.max(FIRST_ROOM, 2 * this.#seen.size) + 1);
    this.#moment = 0;
    for (const entry of this.#seen.values()) {
      entry.moment = ++this.#moment;
      this.#add(entry.moment, entry.bytes);
    }
  }
}

function bucketOf(bytes: number): number {
  return bytes < 1 ? 0 : Math.min(DISTANCE_BUCKETS - 1, Math.floor(2 * Math.log2(bytes)));
}

/** Share of the look-ups in a histogram that a budget would turn into hits; `firstTime` look-ups never do. */
export function hitRateWithin(
  histogram: readonly number[],
  firstTime: number,
  budgetBytes: number | "unlimited",
): number {
  const limit = budgetBytes === "unlimited" ? DISTANCE_BUCKETS : bucketOf(budgetBytes);
  const total = histogram.reduce((sum, count) => sum + count, firstTime);
  const hits = histogram.slice(0, limit).reduce((sum, count) => sum + count, 0);
  return total === 0 ? 0 : hits / total;
}
