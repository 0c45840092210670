// Sets rows of words into a box: finds the one size at which all rows fit, draws them and returns their words.
// Every kind of page is such rows; what differs is what the rows say.

import { css, type DrawContext, mix, type Rgb } from "./canvas.ts";
import type { FacePair } from "./faces.ts";
import { advanceOf, drawArc, drawWord, type FlatWord, type Lettering } from "./lettering.ts";

export interface Row {
  readonly words: readonly string[];
  readonly faces: FacePair;
  /** Size relative to the other rows. */
  readonly scale: number;
  /** "spread": the last word at the right edge, the others at the left. */
  readonly align: "left" | "center" | "right" | "spread";
  /** Strength of the ink, 0..1: below 1 it fades into the ground. */
  readonly strength: number;
  /** Angle that the row spans, radians; 0 is straight. */
  readonly bend: number;
  readonly rule: "none" | "line" | "dashes";
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface RowStyle {
  readonly ink: Rgb;
  readonly ground: Rgb;
  readonly contour: Rgb | null;
  /** Line height relative to the size of the row. */
  readonly leading: number;
  readonly maxSizePx: number;
}

const SPACE = 0.32;
/** Rows move apart by at most this factor to fill their box. */
const MAX_STRETCH = 1.6;
/** Sizes scale linearly, so widths are measured once at this size. */
const MEASURE_PX = 64;

export function drawRows(context: DrawContext, rows: readonly Row[], box: Box, style: RowStyle): FlatWord[] {
  const sizePx = fittingSize(context, rows, box, style);
  const heightPx = rows.reduce((sum, row) => sum + rowHeight(row, sizePx, style, box), 0);
  const stretch = Math.min(MAX_STRETCH, box.height / heightPx);
  const words: FlatWord[] = [];
  let top = box.y + (box.height - heightPx * stretch) / 2;
  for (const row of rows) {
    const own = rowHeight(row, sizePx, style, box);
    const gap = own * (stretch - 1);
    const lettering = letteringOf(row, sizePx * row.scale, style);
    words.push(...drawRow(context, row, lettering, box, top + gap / 2, own));
    top += own + gap;
    if (row.rule !== "none") drawRule(context, row.rule, style, box, top - gap / 2);
  }
  return words;
}

function letteringOf(row: Row, sizePx: number, style: RowStyle): Lettering {
  return {
    faces: row.faces,
    sizePx,
    ink: mix(style.ground, style.ink, row.strength),
    ground: style.ground,
    contour: style.contour === null ? null : { color: style.contour, widthPx: sizePx * 0.12 },
  };
}

function fittingSize(context: DrawContext, rows: readonly Row[], box: Box, style: RowStyle): number {
  let sizePx = style.maxSizePx;
  for (const row of rows) {
    const lettering = letteringOf(row, MEASURE_PX, style);
    const gaps = (row.words.length - 1) * SPACE * MEASURE_PX;
    const width = row.words.reduce((sum, word) => sum + advanceOf(context, lettering, word), gaps);
    if (width > 0) sizePx = Math.min(sizePx, (box.width * MEASURE_PX) / (width * row.scale * 1.04));
  }
  const bent = (px: number): number => rows.reduce((sum, row) => sum + rowHeight(row, px, style, box), 0);
  for (let tries = 0; tries < 40 && bent(sizePx) > box.height; tries++) sizePx *= 0.94;
  return sizePx;
}

/** A bent row needs the height of its arc besides its letters, and a little more for those that stand askew. */
function rowHeight(row: Row, sizePx: number, style: RowStyle, box: Box): number {
  const straightPx = sizePx * row.scale * Math.max(style.leading, row.faces.latin.lineHeight);
  return row.bend === 0 ? straightPx : straightPx + 0.35 * sizePx * row.scale + arcHeight(row, box);
}

/** Sagitta of an arc as long as the box is wide: length · angle / 8. */
function arcHeight(row: Row, box: Box): number {
  return (Math.abs(row.bend) * box.width) / 8;
}

function drawRow(
  context: DrawContext,
  row: Row,
  style: Lettering,
  box: Box,
  top: number,
  height: number,
): FlatWord[] {
  if (row.bend !== 0) {
    const first = top + style.sizePx * 1.1;
    const baseline = row.bend > 0 ? first : first + arcHeight(row, box);
    return drawArc(context, style, row.words, box.x + box.width / 2, baseline, row.bend);
  }
  const advances = row.words.map((word) => advanceOf(context, style, word));
  const space = SPACE * style.sizePx;
  const width = advances.reduce((sum, advance) => sum + advance + space, -space);
  const baseline = top + height / 2 + style.sizePx * 0.36;
  let x = box.x;
  if (row.align === "center") x += (box.width - width) / 2;
  if (row.align === "right") x += box.width - width;
  return row.words.map((word, i) => {
    const advance = advances[i] ?? 0;
    const isLast = i === row.words.length - 1;
    const at = row.align === "spread" && isLast && i > 0 ? box.x + box.width - advance : x;
    x += advance + space;
    return drawWord(context, style, word, at, baseline);
  });
}

function drawRule(context: DrawContext, rule: "line" | "dashes", style: RowStyle, box: Box, y: number): void {
  context.fillStyle = css(mix(style.ground, style.ink, 0.6));
  const dash = rule === "line" ? box.width : 4;
  for (let x = box.x; x < box.x + box.width; x += rule === "line" ? dash : 7) {
    context.fillRect(x, y, Math.min(dash, box.x + box.width - x), 1);
  }
}
