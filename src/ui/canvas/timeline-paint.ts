// Paints the timeline on a canvas, in the colours of the theme. Knows nothing of pointers and keys.

import { type Area, type Kernels, spanName, STAGES, type Stage } from "../../trace/index.ts";
import { duration } from "../format.ts";
import { token } from "../theme.ts";
import { binRow, ticks, tickText, type Timeline } from "./timeline-layout.ts";

export const ROW_PX = 18;
export const AXIS_PX = 22;
export const LABEL_PX = 96;
/** A new track begins with some air. */
const TRACK_GAP_PX = 8;

export interface TimelineLook {
  readonly timeline: Timeline;
  readonly view: Area;
  readonly selection: Area | null;
  /** Marks in milliseconds. */
  readonly marks: readonly number[];
  /** Row and position of the span in focus. */
  readonly focus: { readonly row: number; readonly position: number } | null;
  /** Names that match the search; null when nothing is searched. */
  readonly found: ReadonlySet<number> | null;
  /** Zero of the axis. */
  readonly originMs: number;
}

const STAGE_TOKENS: Readonly<Record<Stage, string>> = {
  wait: "phase-wait",
  load: "phase-upload",
  decode: "missed",
  augment: "merged",
  targets: "matched",
  upload: "phase-upload",
  forward: "phase-forward",
  backward: "phase-backward",
  optimiser: "phase-optimiser",
  step: "field",
  queue: "field",
  readback: "phase-readback",
  postprocess: "phase-backward",
  score: "phase-optimiser",
  collect: "phase-upload",
  predict: "phase-forward",
  evaluate: "field",
  events: "phase-readback",
  draw: "matched",
  store: "merged",
  "long task": "false",
};

export interface Palette {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly panel: string;
  readonly accent: string;
  readonly selection: string;
  /** Fill and the colour of words on it, by name of a span. */
  colourOf(name: number, kernels: Kernels): { readonly fill: string; readonly words: string };
}

/** Reads the theme's tokens once; make a new one when the theme changes. */
export function readPalette(): Palette {
  const known = new Map<string, { fill: string; words: string }>();
  const byToken = (name: string): { fill: string; words: string } => {
    let colour = known.get(name);
    if (colour === undefined) {
      const fill = token(name);
      colour = { fill, words: isLight(fill) ? "#101418" : "#ffffff" };
      known.set(name, colour);
    }
    return colour;
  };
  return {
    ink: token("ink"),
    muted: token("muted"),
    line: token("line"),
    panel: token("panel"),
    accent: token("accent"),
    selection: token("accent-soft"),
    colourOf: (name, kernels) => {
      const stage = STAGES[name];
      if (stage !== undefined) return byToken(STAGE_TOKENS[stage]);
      const phase = kernels.get(name)?.phase ?? "forward";
      return byToken(`phase-${phase}`);
    },
  };
}

function isLight(hex: string): boolean {
  const value = Number.parseInt(hex.slice(1), 16);
  const [red, green, blue] = [value >> 16, (value >> 8) & 255, value & 255].map(
    (part) => (part / 255) ** 2.2,
  );
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0) > 0.22;
}

/** Top of each row, in CSS pixels. */
export function rowTops({ rows }: Timeline): number[] {
  let top = AXIS_PX;
  return rows.map(({ label }, i) => {
    if (label !== "" && i > 0) top += TRACK_GAP_PX;
    const own = top;
    top += ROW_PX;
    return own;
  });
}

export function timelineHeight(timeline: Timeline): number {
  return (rowTops(timeline).at(-1) ?? AXIS_PX) + ROW_PX + 6;
}

/** `widthPx` × `heightPx` CSS pixels, `ratio` device pixels each. */
export function paintTimeline(
  context: CanvasRenderingContext2D,
  look: TimelineLook,
  palette: Palette,
  {
    widthPx,
    heightPx,
    ratio,
  }: { readonly widthPx: number; readonly heightPx: number; readonly ratio: number },
): void {
  const { timeline, view, selection, marks, focus, found } = look;
  const { kernels } = timeline.table;
  const plotPx = widthPx - LABEL_PX;
  const xOf = (ms: number): number => LABEL_PX + ((ms - view.fromMs) / (view.toMs - view.fromMs)) * plotPx;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.panel;
  context.fillRect(0, 0, widthPx, heightPx);
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";

  if (selection !== null) {
    context.fillStyle = palette.selection;
    const left = Math.max(LABEL_PX, xOf(selection.fromMs));
    context.fillRect(left, 0, Math.min(widthPx, xOf(selection.toMs)) - left, heightPx);
  }
  const { originMs } = look;
  const { at, everyMs } = ticks({ fromMs: view.fromMs - originMs, toMs: view.toMs - originMs }, plotPx, 90);
  context.fillStyle = palette.line;
  for (const tick of at) context.fillRect(Math.round(xOf(tick + originMs)), AXIS_PX - 4, 1, heightPx);
  context.fillStyle = palette.muted;
  for (const tick of at) context.fillText(tickText(tick, everyMs), xOf(tick + originMs) + 3, AXIS_PX / 2);

  const tops = rowTops(timeline);
  const words: { text: string; x: number; y: number; width: number; colour: string }[] = [];
  for (const [index, row] of timeline.rows.entries()) {
    const top = tops[index] ?? 0;
    let fill = "";
    let alpha = 1;
    binRow(row, view, plotPx, (x, width, share, name, position) => {
      const colour = palette.colourOf(name, kernels);
      if (colour.fill !== fill) {
        fill = colour.fill;
        context.fillStyle = fill;
      }
      const dim = found !== null && !found.has(name) ? 0.15 : 1;
      const wanted = dim * (0.35 + 0.65 * share);
      if (wanted !== alpha) {
        alpha = wanted;
        context.globalAlpha = alpha;
      }
      // A hair of ground between neighbours tells them apart.
      context.fillRect(LABEL_PX + x, top + 1, width > 4 ? width - 1 : width, ROW_PX - 2);
      if (width > 46 && dim === 1) {
        const text = spanName(kernels, name);
        words.push({
          text,
          x: LABEL_PX + x + 4,
          y: top + ROW_PX / 2,
          width: width - 8,
          colour: colour.words,
        });
      }
      if (focus?.row === index && focus.position === position) {
        context.strokeStyle = palette.ink;
        context.lineWidth = 2;
        context.strokeRect(LABEL_PX + x + 1, top + 1, Math.max(2, width - 2), ROW_PX - 2);
      }
    });
    context.globalAlpha = 1;
  }
  for (const { text, x, y, width, colour } of words) {
    context.fillStyle = colour;
    const fits = Math.floor(width / 6);
    context.fillText(text.length > fits ? `${text.slice(0, Math.max(1, fits - 1))}…` : text, x, y);
  }
  context.fillStyle = palette.panel;
  context.fillRect(0, 0, LABEL_PX, heightPx);
  context.fillStyle = palette.ink;
  for (const [index, { label }] of timeline.rows.entries()) {
    if (label !== "") context.fillText(label, 8, (tops[index] ?? 0) + ROW_PX / 2);
  }
  paintMarks(context, marks, palette, xOf, widthPx, heightPx);
}

/** Each mark with its distance from the one before it. */
function paintMarks(
  context: CanvasRenderingContext2D,
  marks: readonly number[],
  palette: Palette,
  xOf: (ms: number) => number,
  widthPx: number,
  heightPx: number,
): void {
  for (const [i, mark] of marks.entries()) {
    const x = xOf(mark);
    if (x < LABEL_PX || x > widthPx) continue;
    context.fillStyle = palette.accent;
    context.fillRect(Math.round(x), 0, 2, heightPx);
    const before = marks[i - 1];
    const text = before === undefined ? `M${i + 1}` : `M${i + 1} +${duration(mark - before)}`;
    context.fillText(text, x + 5, heightPx - 8);
  }
}
