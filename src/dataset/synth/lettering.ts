// Draws words on a flat surface and returns their outlines from glyph metrics: a rectangle for a straight word, a band of
// arc points for a bent one. Nothing here looks at pixels, so an outline is as true as the font's own bounds.

import { css, type DrawContext, luma, type Rgb } from "./canvas.ts";
import { type Face, type FacePair, fontString, scriptOf } from "./faces.ts";

export interface FlatWord {
  readonly text: string;
  /** x, y pairs on the flat surface, clockwise from the top left of the reading direction. */
  readonly outline: readonly number[];
  /** Luma of the ink, of its contour (the ink's where there is none) and of the ground, 0..255, before light. */
  readonly inkLuma: number;
  readonly contourLuma: number;
  readonly groundLuma: number;
}

export interface Lettering {
  readonly faces: FacePair;
  readonly sizePx: number;
  readonly ink: Rgb;
  readonly ground: Rgb;
  /** A contour of this colour around the letters, as shop signs have. */
  readonly contour: { readonly color: Rgb; readonly widthPx: number } | null;
}

/** Antialiasing touches pixels that the outline of the glyph only grazes. */
const EDGE_PX = 0.5;

const lumasOf = (style: Lettering): Omit<FlatWord, "text" | "outline"> => ({
  inkLuma: luma(style.ink),
  contourLuma: luma(style.contour?.color ?? style.ink),
  groundLuma: luma(style.ground),
});

/** Grey levels between a word and its ground where light has the factor `gain` and the sensor ends at 255. */
export function contrastUnder(word: FlatWord, gain: number): number {
  const seen = (value: number): number => Math.min(255, value * gain);
  const ground = seen(word.groundLuma);
  return Math.max(Math.abs(seen(word.inkLuma) - ground), Math.abs(seen(word.contourLuma) - ground));
}

const faceFor = (style: Lettering, text: string): Face => style.faces[scriptOf(text)];

/** Advance width of a word in pixels. */
export function advanceOf(context: DrawContext, style: Lettering, text: string): number {
  context.font = fontString(faceFor(style, text), style.sizePx);
  return context.measureText(text).width;
}

/** Draws one straight word with its origin at (x, baseline). */
export function drawWord(
  context: DrawContext,
  style: Lettering,
  text: string,
  x: number,
  baseline: number,
): FlatWord {
  context.font = fontString(faceFor(style, text), style.sizePx);
  const box = context.measureText(text);
  ink(context, style, text, x, baseline);
  const margin = EDGE_PX + (style.contour?.widthPx ?? 0) / 2;
  const left = x - box.actualBoundingBoxLeft - margin;
  const right = x + box.actualBoundingBoxRight + margin;
  const top = baseline - box.actualBoundingBoxAscent - margin;
  const bottom = baseline + box.actualBoundingBoxDescent + margin;
  return { text, outline: [left, top, right, top, right, bottom, left, bottom], ...lumasOf(style) };
}

/**
 * Draws words along a circle. The middle of the line has its baseline at (middleX, baseline).
 * `bend` is the angle in radians that the whole line spans: positive arches upwards, negative hangs like a smile.
 */
export function drawArc(
  context: DrawContext,
  style: Lettering,
  words: readonly string[],
  middleX: number,
  baseline: number,
  bend: number,
): FlatWord[] {
  const spacePx = style.sizePx * 0.35;
  const advances = words.map((word) => advanceOf(context, style, word));
  const lengthPx = advances.reduce((sum, advance) => sum + advance + spacePx, -spacePx);
  const side = Math.sign(bend) || 1;
  const radiusPx = Math.max(lengthPx / Math.abs(bend), 2 * style.sizePx);
  const circle: Circle = { x: middleX, y: baseline + side * radiusPx, radiusPx, side };
  let along = -lengthPx / 2;
  return words.map((word, i) => {
    const drawn = arcWord(context, style, word, circle, along);
    along += (advances[i] ?? 0) + spacePx;
    return drawn;
  });
}

interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radiusPx: number;
  /** 1: the centre lies below the text; -1: above. */
  readonly side: number;
}

function arcWord(
  context: DrawContext,
  style: Lettering,
  word: string,
  circle: Circle,
  start: number,
): FlatWord {
  context.font = fontString(faceFor(style, word), style.sizePx);
  const margin = EDGE_PX + (style.contour?.widthPx ?? 0) / 2;
  let along = start;
  let ascent = 0;
  let descent = Number.NEGATIVE_INFINITY;
  let halfWidth = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const glyph of word) {
    const box = context.measureText(glyph);
    const middle = along + box.width / 2;
    const angle = middle / circle.radiusPx;
    const cos = Math.cos(angle);
    const sin = Math.sin(angle) * circle.side;
    const [x, y] = onCircle(circle, angle, 0);
    context.setTransform(cos, sin, -sin, cos, x, y);
    ink(context, style, glyph, -box.width / 2, 0);
    ascent = Math.max(ascent, box.actualBoundingBoxAscent + margin);
    descent = Math.max(descent, box.actualBoundingBoxDescent + margin);
    const leftReach = box.actualBoundingBoxLeft + box.width / 2 + margin;
    const rightReach = box.actualBoundingBoxRight - box.width / 2 + margin;
    halfWidth = Math.max(halfWidth, leftReach, rightReach);
    const inner = circle.radiusPx - (circle.side > 0 ? descent : ascent);
    from = Math.min(from, angle - Math.atan2(leftReach, inner));
    to = Math.max(to, angle + Math.atan2(rightReach, inner));
    along += box.width;
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  const outline = band(circle, from, to, ascent, descent, halfWidth);
  return { text: word, outline, ...lumasOf(style) };
}

/** The band between the circles that the glyph boxes touch, as a polygon that encloses it. */
function band(
  circle: Circle,
  from: number,
  to: number,
  ascent: number,
  descent: number,
  halfWidth: number,
): number[] {
  const pieces = Math.min(8, Math.max(2, Math.ceil((to - from) / 0.25)));
  const step = (to - from) / pieces;
  // Flat glyph boxes poke out of the outer circle by their corners, and a chord cuts it: both push the outer points out.
  const outer = (height: number): number =>
    Math.hypot(circle.radiusPx + height, halfWidth) / Math.cos(step / 2) - circle.radiusPx;
  const top = circle.side > 0 ? outer(ascent) : ascent;
  const bottom = circle.side > 0 ? -descent : -outer(descent);
  const outline: number[] = [];
  for (let i = 0; i <= pieces; i++) outline.push(...onCircle(circle, from + i * step, top));
  for (let i = pieces; i >= 0; i--) outline.push(...onCircle(circle, from + i * step, bottom));
  return outline;
}

/** The point at an angle from the middle of the line, `up` pixels above the baseline. */
function onCircle(circle: Circle, angle: number, up: number): [number, number] {
  const distance = circle.radiusPx + circle.side * up;
  return [circle.x + distance * Math.sin(angle), circle.y - circle.side * distance * Math.cos(angle)];
}

function ink(context: DrawContext, style: Lettering, text: string, x: number, y: number): void {
  if (style.contour !== null) {
    context.lineJoin = "round";
    context.lineWidth = style.contour.widthPx;
    context.strokeStyle = css(style.contour.color);
    context.strokeText(text, x, y);
  }
  context.fillStyle = css(style.ink);
  context.fillText(text, x, y);
}
