// The last spans of one thread as columns of numbers in a fixed ring. Writing allocates nothing; what is new is copied out
// now and then, and sent by transfer.

/** Columns of equal length: span i has names[i], tracks[i], … Times in milliseconds. */
export interface SpanColumns {
  /** Index into the table of names: a stage, or a kernel behind them. */
  readonly names: Uint16Array<ArrayBuffer>;
  readonly tracks: Uint8Array<ArrayBuffer>;
  /** Step of the run in which the span ended; 0 before the first. */
  readonly steps: Int32Array<ArrayBuffer>;
  readonly starts: Float64Array<ArrayBuffer>;
  readonly durations: Float32Array<ArrayBuffer>;
}

export function spanColumns(length: number): SpanColumns {
  return {
    names: new Uint16Array(length),
    tracks: new Uint8Array(length),
    steps: new Int32Array(length),
    starts: new Float64Array(length),
    durations: new Float32Array(length),
  };
}

/** What a batch is transferred by. */
export function buffersOf(columns: SpanColumns): ArrayBuffer[] {
  const { names, tracks, steps, starts, durations } = columns;
  return [names.buffer, tracks.buffer, steps.buffer, starts.buffer, durations.buffer];
}

export class SpanRing {
  readonly capacity: number;
  readonly #columns: SpanColumns;
  #written = 0;
  #taken = 0;
  /** Spans overwritten before they were taken. */
  lost = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#columns = spanColumns(capacity);
  }

  /** Spans written since the start. */
  get written(): number {
    return this.#written;
  }

  /** Whether anything was written since spans were last taken. */
  get hasNew(): boolean {
    return this.#written > this.#taken;
  }

  write(name: number, track: number, step: number, startMs: number, durationMs: number): void {
    const at = this.#written++ % this.capacity;
    const { names, tracks, steps, starts, durations } = this.#columns;
    names[at] = name;
    tracks[at] = track;
    steps[at] = step;
    starts[at] = startMs;
    durations[at] = durationMs;
  }

  /** Copies of all spans in the ring, oldest first. */
  all(): SpanColumns {
    return this.#copy(Math.max(0, this.#written - this.capacity));
  }

  /** Copies of the spans written since the last call, oldest first. */
  take(): SpanColumns {
    const oldest = Math.max(0, this.#written - this.capacity);
    this.lost += Math.max(0, oldest - this.#taken);
    const taken = this.#copy(Math.max(oldest, this.#taken));
    this.#taken = this.#written;
    return taken;
  }

  clear(): void {
    this.#written = 0;
    this.#taken = 0;
    this.lost = 0;
  }

  #copy(from: number): SpanColumns {
    const out = spanColumns(this.#written - from);
    const keys = Object.keys(out) as (keyof SpanColumns)[];
    for (const key of keys) {
      const source = this.#columns[key];
      const start = from % this.capacity;
      const first = Math.min(out.names.length, this.capacity - start);
      out[key].set(source.subarray(start, start + first));
      out[key].set(source.subarray(0, out.names.length - first), first);
    }
    return out;
  }
}
