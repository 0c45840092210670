// Decides what becomes of a word once it is in the picture: its outline is cut at the border, a word that is gone is left
// out, and one that nobody could read (too small, too faint, cut) stays as don't-care.

import { polygonIn } from "../../core/index.ts";
import { areaPx2, perimeterPx } from "../../geometry/index.ts";
import type { Word } from "../types.ts";

export interface Viewing {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly blurPx: number;
  readonly noiseSigma: number;
}

/** The shorter side of a readable word, sharp. Blur costs about two pixels for each of its sigma. */
export const MIN_READABLE_PX = 6;
/** Grey levels between ink and ground below which a word is lost, without noise. */
export const MIN_CONTRAST = 24;
/** A word stays readable while at most this share of its area is outside the picture. */
export const MAX_CUT_SHARE = 0.08;
/** Less than this left in the picture is no word any more. */
const MIN_REST_SHARE = 0.1;

/** `outline`: x, y pairs in the picture, possibly beyond its border. `contrast`: grey levels after light. null: gone. */
export function seeWord(
  text: string,
  outline: readonly number[],
  contrast: number,
  viewing: Viewing,
): Word | null {
  const whole = Float64Array.from(outline);
  const visible = Float64Array.from(clip(outline, viewing.widthPx, viewing.heightPx));
  const share = areaPx2(visible) / areaPx2(whole);
  if (visible.length < 6 || !(share >= MIN_REST_SHARE)) return null;
  const isCut = share < 1 - MAX_CUT_SHARE;
  const isSmall = thicknessOf(whole) < MIN_READABLE_PX + 2 * viewing.blurPx;
  const isFaint = contrast < MIN_CONTRAST + 2 * viewing.noiseSigma;
  return { polygon: polygonIn("upright", visible), ignore: isCut || isSmall || isFaint, text };
}

/** Thickness of a band: its first end, or twice area over perimeter where it is thinner on the whole. */
function thicknessOf(outline: Float64Array): number {
  const last = outline.length - 2;
  const [x0 = 0, y0 = 0] = outline;
  const endPx = Math.hypot(x0 - (outline[last] ?? 0), y0 - (outline[last + 1] ?? 0));
  return Math.min(endPx, (4 * areaPx2(outline)) / perimeterPx(outline));
}

/** Sutherland-Hodgman (1974) against the picture. */
function clip(outline: readonly number[], widthPx: number, heightPx: number): readonly number[] {
  let points = outline;
  for (const [axis, sign, bound] of [
    [0, 1, 0],
    [0, -1, -widthPx],
    [1, 1, 0],
    [1, -1, -heightPx],
  ] as const) {
    points = clipSide(points, axis, sign, bound);
  }
  return points;
}

/** Keeps what has sign·coordinate ≥ bound. */
function clipSide(xy: readonly number[], axis: 0 | 1, sign: 1 | -1, bound: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i < xy.length; i += 2) {
    const x0 = xy[i] ?? 0;
    const y0 = xy[i + 1] ?? 0;
    const j = (i + 2) % xy.length;
    const x1 = xy[j] ?? 0;
    const y1 = xy[j + 1] ?? 0;
    const d0 = sign * (axis === 0 ? x0 : y0) - bound;
    const d1 = sign * (axis === 0 ? x1 : y1) - bound;
    if (d0 >= 0) kept.push(x0, y0);
    if (d0 >= 0 !== d1 >= 0) {
      const t = d0 / (d0 - d1);
      kept.push(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t);
    }
  }
  return kept;
}
