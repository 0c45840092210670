// What is looked at in the timeline and how a person moves through it: zoom, pan, select, mark, search, focus. Holds no React
// state; whoever shows it is told when the selection, the marks or the focus changed.

import { type Area, spanName, type SpanStatistics, spanStatistics } from "../../trace/index.ts";
import { duration } from "../format.ts";
import { cancelDraw, requestDraw } from "./frame-scheduler.ts";
import {
  buildTimeline,
  durationsIn,
  firstEndingAfter,
  snap,
  spanAt,
  type Timeline,
  zoomed,
} from "./timeline-layout.ts";
import {
  LABEL_PX,
  type Palette,
  paintTimeline,
  ROW_PX,
  readPalette,
  rowTops,
  timelineHeight,
} from "./timeline-paint.ts";

export interface Selected {
  readonly area: Area;
  readonly statistics: SpanStatistics;
}

export interface TimelineListener {
  /** Selection, marks, focus or view changed: read them anew. */
  readonly onChange: () => void;
}

const SNAP_PX = 6;
const DRAG_PX = 3;
const KEY = "profiler timeline";
const LONGEST_MS = 3_600_000;

export class TimelineView {
  timeline: Timeline;
  selected: Selected | null = null;
  marks: readonly number[] = [];
  /** The span in focus in words; "" without one. */
  readout = "";
  /** Spans that match the search, null when nothing is searched. */
  matches: number | null = null;
  /** Whether the newest spans are kept in view. */
  isFollowing = true;
  #view: Area;
  #focus: { readonly row: number; readonly position: number } | null = null;
  #found: ReadonlySet<number> | null = null;
  #query = "";
  #drag: { readonly fromMs: number; readonly x: number; isArea: boolean; area: Area | null } | null = null;
  #palette: Palette | undefined;
  readonly #canvas: HTMLCanvasElement;
  readonly #listener: TimelineListener;

  constructor(canvas: HTMLCanvasElement, timeline: Timeline, listener: TimelineListener) {
    this.#canvas = canvas;
    this.#listener = listener;
    this.timeline = timeline;
    this.#view = padded(timeline.extent);
    this.#resize();
  }

  get view(): Area {
    return this.#view;
  }

  /** New spans; while following, the view moves on to them. */
  setTable(table: Timeline["table"]): void {
    if (table === this.timeline.table) return;
    const before = this.timeline.extent;
    this.timeline = buildTimeline(table);
    const { extent } = this.timeline;
    this.#focus = null;
    this.#found = this.#find();
    if (before.toMs === before.fromMs) this.#view = padded(extent);
    else if (this.isFollowing) {
      const span = Math.min(this.#view.toMs - this.#view.fromMs, FOLLOWED_MS);
      this.#view = { fromMs: extent.toMs - span, toMs: extent.toMs + span * 0.02 };
    }
    this.#resize();
    this.#changed();
  }

  /** Colours are read when the theme has changed. */
  setTheme(): void {
    this.#palette = undefined;
    this.draw();
  }

  show(area: Area): void {
    this.isFollowing = false;
    this.#view = padded(area);
    this.#changed();
  }

  fit(): void {
    this.show(this.timeline.extent);
  }

  follow(on: boolean): void {
    this.isFollowing = on;
    this.#changed();
  }

  search(query: string): void {
    this.#query = query;
    this.#found = this.#find();
    this.#changed();
  }

  /** Moves the focus to the next span whose name matches. */
  nextMatch(): void {
    const { rows } = this.timeline;
    if (this.#found === null || rows.length === 0) return;
    const from = this.#focusEndMs() ?? Number.NEGATIVE_INFINITY;
    type Match = { readonly row: number; readonly position: number; readonly startMs: number };
    const matches: Match[] = [];
    const firsts: Match[] = [];
    for (const [row, { starts, names }] of rows.entries()) {
      for (let position = 0; position < starts.length; position++) {
        if (!this.#found.has(names[position] ?? -1)) continue;
        const startMs = starts[position] ?? 0;
        if (firsts.at(-1)?.row !== row) firsts.push({ row, position, startMs });
        if (startMs < from) continue;
        matches.push({ row, position, startMs });
        break;
      }
    }
    const [next] = (matches.length > 0 ? matches : firsts).sort((a, b) => a.startMs - b.startMs);
    if (next !== undefined) this.#focusOn(next.row, next.position);
  }

  /** At the focused span's start, the selection's start, or the middle. Press again there to take it away. */
  mark(): void {
    const at = this.#focusStartMs() ?? this.selected?.area.fromMs ?? middle(this.#view);
    this.marks = this.marks.includes(at)
      ? this.marks.filter((mark) => mark !== at)
      : [...this.marks, at].sort((a, b) => a - b);
    this.#changed();
  }

  select(area: Area | null): void {
    this.selected =
      area === null ? null : { area, statistics: spanStatistics(durationsIn(this.timeline.rows, area)) };
    this.#changed();
  }

  zoom(factor: number, centreMs = this.#focusStartMs() ?? middle(this.#view)): void {
    this.isFollowing = false;
    this.#view = zoomed(this.#view, centreMs, factor, LONGEST_MS);
    this.#changed();
  }

  /** By a share of what is in view. */
  pan(share: number): void {
    this.isFollowing = false;
    const by = (this.#view.toMs - this.#view.fromMs) * share;
    this.#view = { fromMs: this.#view.fromMs + by, toMs: this.#view.toMs + by };
    this.#changed();
  }

  /** Whether the key was one of the timeline's. */
  key(key: string): boolean {
    const act = this.#keys[key.length === 1 ? key.toLowerCase() : key];
    if (act === undefined) return false;
    act();
    return true;
  }

  pointerDown(x: number): void {
    this.#drag = { fromMs: this.#msAt(x), x, isArea: false, area: null };
  }

  pointerMove(x: number): void {
    const drag = this.#drag;
    if (drag === null || (!drag.isArea && Math.abs(x - drag.x) < DRAG_PX)) return;
    drag.isArea = true;
    this.isFollowing = false;
    const reach = this.#msPerPx() * SNAP_PX;
    const a = snap(this.timeline.rows, drag.fromMs, reach);
    const b = snap(this.timeline.rows, this.#msAt(x), reach);
    if (a === b) return;
    drag.area = { fromMs: Math.min(a, b), toMs: Math.max(a, b) };
    this.draw();
  }

  /** The pointer was taken away in the middle of a drag. */
  pointerCancel(): void {
    this.#drag = null;
    this.draw();
  }

  pointerUp(x: number, y: number): void {
    const drag = this.#drag;
    this.#drag = null;
    if (drag === null) return;
    // Counted once, when the area is known.
    if (drag.area !== null) this.select(drag.area);
    if (drag.isArea) return;
    const row = rowTops(this.timeline).findIndex((top) => y >= top && y < top + ROW_PX);
    const found = this.timeline.rows[row];
    const position = found && spanAt(found, this.#msAt(x), this.#msPerPx() * SNAP_PX);
    if (position === undefined) {
      this.#focus = null;
      this.readout = "";
      this.select(null);
    } else this.#focusOn(row, position);
  }

  /** Zooms at the pointer; sideways or with Shift it pans. */
  wheel(x: number, deltaX: number, deltaY: number): void {
    if (deltaX !== 0) this.pan(deltaX / 800);
    else this.zoom(1.0015 ** deltaY, this.#msAt(x));
  }

  draw(): void {
    requestDraw(KEY, () => this.paint());
  }

  /** Paints at once. */
  paint(): void {
    const context = this.#canvas.getContext("2d");
    const widthPx = this.#canvas.clientWidth;
    if (context === null || widthPx === 0) return;
    this.#palette ??= readPalette();
    const ratio = Math.min(2, devicePixelRatio);
    const heightPx = timelineHeight(this.timeline);
    if (this.#canvas.width !== Math.round(widthPx * ratio)) this.#canvas.width = Math.round(widthPx * ratio);
    if (this.#canvas.height !== Math.round(heightPx * ratio)) {
      this.#canvas.height = Math.round(heightPx * ratio);
    }
    const look = {
      timeline: this.timeline,
      view: this.#view,
      selection: this.#drag?.area ?? this.selected?.area ?? null,
      marks: this.marks,
      focus: this.#focus,
      found: this.#found,
      originMs: this.timeline.extent.fromMs,
    };
    paintTimeline(context, look, this.#palette, { widthPx, heightPx, ratio });
  }

  close(): void {
    cancelDraw(KEY);
  }

  readonly #keys: Readonly<Record<string, () => void>> = {
    w: () => this.zoom(0.75),
    s: () => this.zoom(1 / 0.75),
    a: () => this.pan(-0.2),
    d: () => this.pan(0.2),
    m: () => this.mark(),
    f: () => this.fit(),
    ArrowRight: () => this.#step(1),
    ArrowLeft: () => this.#step(-1),
    ArrowDown: () => this.#changeRow(1),
    ArrowUp: () => this.#changeRow(-1),
    Escape: () => {
      this.#focus = null;
      this.readout = "";
      this.select(null);
    },
  };

  #find(): ReadonlySet<number> | null {
    const query = this.#query.trim().toLowerCase();
    if (query === "") {
      this.matches = null;
      return null;
    }
    const { names, kernels } = this.timeline.table;
    const found = new Set<number>();
    const known = new Set<number>();
    let matches = 0;
    for (const name of names) {
      if (!known.has(name)) {
        known.add(name);
        if (spanName(kernels, name).toLowerCase().includes(query)) found.add(name);
      }
      if (found.has(name)) matches++;
    }
    this.matches = matches;
    return found;
  }

  #step(by: 1 | -1): void {
    if (this.#focus === null) {
      this.#changeRow(1);
      return;
    }
    const { row, position } = this.#focus;
    const count = this.timeline.rows[row]?.starts.length ?? 0;
    this.#focusOn(row, Math.min(count - 1, Math.max(0, position + by)));
  }

  #changeRow(by: 1 | -1): void {
    const { rows } = this.timeline;
    const at = this.#focusStartMs() ?? middle(this.#view);
    const next = Math.min(rows.length - 1, Math.max(0, (this.#focus?.row ?? -1) + by));
    const row = rows[next];
    if (row === undefined) return;
    this.#focusOn(next, Math.min(row.starts.length - 1, firstEndingAfter(row, at)));
  }

  #focusOn(row: number, position: number): void {
    // What is looked at stands still.
    this.isFollowing = false;
    const found = this.timeline.rows[row];
    if (found === undefined) return;
    const { table } = this.timeline;
    const startMs = found.starts[position] ?? 0;
    const endMs = found.ends[position] ?? 0;
    this.#focus = { row, position };
    if (startMs > this.#view.toMs || endMs < this.#view.fromMs) {
      const half = (this.#view.toMs - this.#view.fromMs) / 2;
      this.#view = { fromMs: startMs - half, toMs: startMs + half };
    }
    const name = spanName(table.kernels, found.names[position] ?? 0);
    const step = table.steps[found.spans[position] ?? 0] ?? 0;
    const since = duration(startMs - this.timeline.extent.fromMs);
    this.readout = `${name}: ${duration(endMs - startMs)}, step ${step}, at ${since}`;
    this.#changed();
  }

  #focusStartMs(): number | undefined {
    if (this.#focus === null) return undefined;
    return this.timeline.rows[this.#focus.row]?.starts[this.#focus.position];
  }

  #focusEndMs(): number | undefined {
    if (this.#focus === null) return undefined;
    return this.timeline.rows[this.#focus.row]?.ends[this.#focus.position];
  }

  #msPerPx(): number {
    return (this.#view.toMs - this.#view.fromMs) / Math.max(1, this.#canvas.clientWidth - LABEL_PX);
  }

  #msAt(x: number): number {
    return this.#view.fromMs + (x - LABEL_PX) * this.#msPerPx();
  }

  #resize(): void {
    const height = `${timelineHeight(this.timeline)}px`;
    if (this.#canvas.style.height !== height) this.#canvas.style.height = height;
  }

  #changed(): void {
    this.draw();
    this.#listener.onChange();
  }
}

/** As much as is followed at most. */
const FOLLOWED_MS = 4000;

function middle({ fromMs, toMs }: Area): number {
  return (fromMs + toMs) / 2;
}

function padded({ fromMs, toMs }: Area): Area {
  const air = Math.max(0.01, (toMs - fromMs) * 0.02);
  return { fromMs: fromMs - air, toMs: toMs + air };
}
