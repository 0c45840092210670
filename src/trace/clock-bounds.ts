// Two clocks compared by what must have come before what: an event on the other clock that lies between two moments of ours
// bounds the offset from both sides. Serves workers (a question and its answer) and the GPU (submit and read-back).

export interface ClockOffset {
  /** Add it to the other clock's milliseconds to get ours. */
  readonly offsetMs: number;
  /** The true offset is at most this far away. */
  readonly uncertaintyMs: number;
}

export class ClockBounds {
  #low = Number.NEGATIVE_INFINITY;
  #high = Number.POSITIVE_INFINITY;

  /** The stretch `otherStartMs`…`otherEndMs` of the other clock lay within `startMs`…`endMs` of ours. */
  observe(startMs: number, endMs: number, otherStartMs: number, otherEndMs = otherStartMs): void {
    const low = startMs - otherStartMs;
    const high = endMs - otherEndMs;
    if (!(low <= high)) return;
    const isDrift = low > this.#high || high < this.#low;
    this.#low = isDrift ? low : Math.max(this.#low, low);
    this.#high = isDrift ? high : Math.min(this.#high, high);
  }

  /** Undefined before the first observation. */
  get offset(): ClockOffset | undefined {
    if (!Number.isFinite(this.#low) || !Number.isFinite(this.#high)) return undefined;
    return { offsetMs: (this.#low + this.#high) / 2, uncertaintyMs: (this.#high - this.#low) / 2 };
  }
}

/** Asks another thread for its clock `times` times. `now`: ours. Both in milliseconds. */
export async function compareClocks(
  ask: () => Promise<number>,
  now: () => number,
  times = 8,
): Promise<ClockOffset> {
  const bounds = new ClockBounds();
  for (let i = 0; i < times; i++) {
    const before = now();
    const other = await ask();
    bounds.observe(before, now(), other);
  }
  return bounds.offset ?? { offsetMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY };
}
