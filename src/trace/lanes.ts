// Places each track's spans in rows: a span inside another lies below it; spans that overlap without one containing the
// other go to a further group of rows, so that within one group spans nest properly (which trace formats require).

import type { SpanColumns } from "./span-ring.ts";

export interface TrackLanes {
  readonly track: number;
  /** Indices into the table, by start, containing spans before contained ones. */
  readonly order: Uint32Array<ArrayBuffer>;
  /** Of the span order[i]: its group, and how many spans of the group contain it. */
  readonly groups: Uint8Array<ArrayBuffer>;
  readonly depths: Uint8Array<ArrayBuffer>;
  /** Rows of each group. */
  readonly rows: readonly number[];
}

/** Ends are kept as 32-bit floats and clocks are rounded: a contained span may stick out by this much. */
const TOLERANCE_MS = 0.003;
const MAX_GROUPS = 16;

/** By track number. */
export function arrangeLanes(spans: SpanColumns): TrackLanes[] {
  const counts = new Uint32Array(256);
  for (const track of spans.tracks) counts[track] = (counts[track] ?? 0) + 1;
  const orders = new Map<number, Uint32Array<ArrayBuffer>>();
  const filled = new Uint32Array(256);
  for (let i = 0; i < spans.tracks.length; i++) {
    const track = spans.tracks[i] ?? 0;
    let order = orders.get(track);
    if (order === undefined) {
      order = new Uint32Array(counts[track] ?? 0);
      orders.set(track, order);
    }
    order[filled[track] ?? 0] = i;
    filled[track] = (filled[track] ?? 0) + 1;
  }
  return [...orders.keys()]
    .sort((a, b) => a - b)
    .map((track) => {
      const order = orders.get(track) ?? new Uint32Array(0);
      sortByStart(order, spans);
      return { track, order, ...placed(order, spans) };
    });
}

/** Insertion sort: spans come nearly in order, only containing ones (which end last) have far to go. */
function sortByStart(order: Uint32Array, { starts, durations }: SpanColumns): void {
  for (let i = 1; i < order.length; i++) {
    const moving = order[i] ?? 0;
    const start = starts[moving] ?? 0;
    const duration = durations[moving] ?? 0;
    let at = i;
    while (at > 0) {
      const before = order[at - 1] ?? 0;
      const beforeStart = starts[before] ?? 0;
      if (beforeStart < start || (beforeStart === start && (durations[before] ?? 0) >= duration)) break;
      order[at] = before;
      at--;
    }
    order[at] = moving;
  }
}

function placed(
  order: Uint32Array,
  { starts, durations }: SpanColumns,
): Pick<TrackLanes, "groups" | "depths" | "rows"> {
  const groups = new Uint8Array(order.length);
  const depths = new Uint8Array(order.length);
  const open: number[][] = [];
  const rows: number[] = [];
  for (let i = 0; i < order.length; i++) {
    const span = order[i] ?? 0;
    const start = starts[span] ?? 0;
    const end = start + (durations[span] ?? 0);
    let group = 0;
    for (; group < MAX_GROUPS - 1; group++) {
      const ends = open[group];
      if (ends === undefined) break;
      while (ends.length > 0 && (ends[ends.length - 1] ?? 0) <= start + TOLERANCE_MS) ends.pop();
      if (ends.length === 0 || end <= (ends[ends.length - 1] ?? 0) + TOLERANCE_MS) break;
    }
    open[group] ??= [];
    const ends = open[group] ?? [];
    groups[i] = group;
    depths[i] = Math.min(255, ends.length);
    ends.push(end);
    rows[group] = Math.max(rows[group] ?? 0, ends.length);
  }
  return { groups, depths, rows };
}
