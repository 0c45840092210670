// The timeline without a canvas: spans as rows without overlap, what a row shows at a zoom, what lies under a point, edges to
// snap to. Pure; painting is timeline-paint.ts.

import { type Area, arrangeLanes, type SpanTable, trackName } from "../../trace/index.ts";

/** Spans one after another: starts and ends both ascend. */
export interface TimelineRow {
  readonly track: number;
  /** Name of the track above its first row, else "". */
  readonly label: string;
  readonly starts: Float64Array<ArrayBuffer>;
  readonly ends: Float64Array<ArrayBuffer>;
  readonly names: Uint16Array<ArrayBuffer>;
  /** Indices into the table. */
  readonly spans: Uint32Array<ArrayBuffer>;
}

export interface Timeline {
  readonly table: SpanTable;
  readonly rows: readonly TimelineRow[];
  /** From the first start to the last end; 0 to 0 without spans. */
  readonly extent: Area;
}

export function buildTimeline(table: SpanTable): Timeline {
  const rows: TimelineRow[] = [];
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for (const { track, order, groups, depths, rows: perGroup } of arrangeLanes(table)) {
    const bases: number[] = [];
    let total = 0;
    for (const count of perGroup) {
      bases.push(total);
      total += count;
    }
    const counts = new Uint32Array(total);
    const rowOf = (i: number): number => (bases[groups[i] ?? 0] ?? 0) + (depths[i] ?? 0);
    for (let i = 0; i < order.length; i++) counts[rowOf(i)] = (counts[rowOf(i)] ?? 0) + 1;
    const made = Array.from(
      counts,
      (count, row): TimelineRow => ({
        track,
        label: row === 0 ? trackName(track) : "",
        starts: new Float64Array(count),
        ends: new Float64Array(count),
        names: new Uint16Array(count),
        spans: new Uint32Array(count),
      }),
    );
    const filled = new Uint32Array(total);
    for (let i = 0; i < order.length; i++) {
      const span = order[i] ?? 0;
      const at = rowOf(i);
      const row = made[at];
      if (row === undefined) continue;
      const position = filled[at] ?? 0;
      filled[at] = position + 1;
      const start = table.starts[span] ?? 0;
      const end = start + (table.durations[span] ?? 0);
      row.starts[position] = start;
      row.ends[position] = end;
      row.names[position] = table.names[span] ?? 0;
      row.spans[position] = span;
      fromMs = Math.min(fromMs, start);
      toMs = Math.max(toMs, end);
    }
    rows.push(...made);
  }
  return { table, rows, extent: toMs >= fromMs ? { fromMs, toMs } : { fromMs: 0, toMs: 0 } };
}

/** Position of the first span of the row that ends after `ms`. */
export function firstEndingAfter(row: TimelineRow, ms: number): number {
  let low = 0;
  let high = row.ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((row.ends[middle] ?? 0) > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * What a row shows: spans at least a pixel wide each for itself; narrower ones share a column of one pixel, named after the longest
 * of them and as full as they fill it. `draw(x, width, fill, name, position)` in pixels, fill 0..1.
 */
export function binRow(
  row: TimelineRow,
  { fromMs, toMs }: Area,
  widthPx: number,
  draw: (x: number, width: number, fill: number, name: number, position: number) => void,
): void {
  const perMs = widthPx / (toMs - fromMs);
  let column = -1;
  let filledPx = 0;
  let longestPx = -1;
  let longest = -1;
  const flush = (): void => {
    if (longest >= 0) draw(column, 1, Math.min(1, filledPx), row.names[longest] ?? 0, longest);
    filledPx = 0;
    longestPx = -1;
    longest = -1;
  };
  for (let i = firstEndingAfter(row, fromMs); i < row.starts.length; i++) {
    const start = row.starts[i] ?? 0;
    if (start >= toMs) break;
    const x = (start - fromMs) * perMs;
    const width = ((row.ends[i] ?? 0) - start) * perMs;
    if (width >= 1) {
      flush();
      const left = Math.max(0, x);
      draw(left, Math.min(widthPx, x + width) - left, 1, row.names[i] ?? 0, i);
      continue;
    }
    const at = Math.max(0, Math.floor(x));
    if (at !== column) {
      flush();
      column = at;
    }
    filledPx += width;
    if (width > longestPx) {
      longestPx = width;
      longest = i;
    }
  }
  flush();
}

/** The span of the row at `ms`, or the nearest within `withinMs`; undefined when there is none. */
export function spanAt(row: TimelineRow, ms: number, withinMs: number): number | undefined {
  const at = firstEndingAfter(row, ms);
  const distance = (i: number): number =>
    Math.max(
      (row.starts[i] ?? Number.POSITIVE_INFINITY) - ms,
      ms - (row.ends[i] ?? Number.NEGATIVE_INFINITY),
      0,
    );
  const best = at > 0 && distance(at - 1) < distance(at) ? at - 1 : at;
  return distance(best) <= withinMs ? best : undefined;
}

/** The nearest start or end of any span within `withinMs` of `ms`, else `ms` itself. */
export function snap(rows: readonly TimelineRow[], ms: number, withinMs: number): number {
  let best = ms;
  let bestDistance = withinMs;
  for (const row of rows) {
    const at = firstEndingAfter(row, ms);
    for (const edge of [row.ends[at - 1], row.starts[at], row.ends[at]]) {
      if (edge === undefined || Math.abs(edge - ms) > bestDistance) continue;
      bestDistance = Math.abs(edge - ms);
      best = edge;
    }
  }
  return best;
}

/** Durations of the spans of these rows that touch the area. */
export function durationsIn(rows: readonly TimelineRow[], { fromMs, toMs }: Area): number[] {
  const durations: number[] = [];
  for (const { starts, ends, ...row } of rows) {
    for (let i = firstEndingAfter({ ...row, starts, ends }, fromMs); i < starts.length; i++) {
      const start = starts[i] ?? 0;
      if (start >= toMs) break;
      durations.push((ends[i] ?? 0) - start);
    }
  }
  return durations;
}

/** The area `factor` times as long around `centreMs`; never under a microsecond, never over `longestMs`. */
export function zoomed({ fromMs, toMs }: Area, centreMs: number, factor: number, longestMs: number): Area {
  const span = Math.min(longestMs, Math.max(0.001, (toMs - fromMs) * factor));
  const share = (centreMs - fromMs) / (toMs - fromMs);
  return { fromMs: centreMs - span * share, toMs: centreMs + span * (1 - share) };
}

/** Ticks of the axis at 1, 2 or 5 times a power of ten, at least `leastPx` apart. */
export function ticks(
  { fromMs, toMs }: Area,
  widthPx: number,
  leastPx: number,
): { everyMs: number; at: number[] } {
  const least = ((toMs - fromMs) / widthPx) * leastPx;
  const power = 10 ** Math.floor(Math.log10(least));
  const everyMs = ([1, 2, 5, 10].find((times) => times * power >= least) ?? 10) * power;
  const at: number[] = [];
  for (let tick = Math.ceil(fromMs / everyMs); tick * everyMs <= toMs; tick++) at.push(tick * everyMs);
  return { everyMs, at };
}

/** As exact as the ticks are far apart, so that no two read alike: "4.17 s", "4171.5 ms". */
export function tickText(ms: number, everyMs: number): string {
  const isSeconds = everyMs >= 10;
  const every = isSeconds ? everyMs / 1000 : everyMs;
  const decimals = Math.max(0, -Math.floor(Math.log10(every) + 1e-9));
  return isSeconds ? `${(ms / 1000).toFixed(decimals)} s` : `${ms.toFixed(decimals)} ms`;
}
