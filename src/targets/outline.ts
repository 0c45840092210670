// One word's outline made ready, shrunk and grown by D = A·(1 − r²)/L (Liao et al. 2020, eq. 6; both implementations differ in
// what they truncate). Knows no page and no map.

import {
  arcLengthPx,
  areaPx2,
  type Flat,
  offsetPolygon,
  perimeterPx,
  reversed,
  signedAreaPx2,
} from "../geometry/index.ts";
import type { TargetParams } from "./params.ts";

/** A word with its two offset outlines; whole pixels as Clipper gives them, possibly in several pieces. */
export interface OffsetOutline {
  readonly outline: Float64Array;
  /** D; 0 when the word has no area to work with. */
  readonly distancePx: number;
  readonly shrunk: readonly Int32Array[];
  readonly grown: readonly Int32Array[];
}

/** Corners pulled into the picture of that size, clockwise on the screen. */
export function clampedOutline(xy: Float64Array, widthPx: number, heightPx: number): Float64Array {
  const clamped = new Float64Array(xy.length);
  for (let i = 0; i < xy.length; i += 2) {
    clamped[i] = Math.min(Math.max(xy[i] as number, 0), widthPx - 1);
    clamped[i + 1] = Math.min(Math.max(xy[i + 1] as number, 0), heightPx - 1);
  }
  return signedAreaPx2(clamped) < 0 ? reversed(clamped) : clamped;
}

/** Corners cut to whole pixels, toward zero. */
export function truncated(xy: Flat): Int32Array {
  return Int32Array.from(xy, Math.trunc);
}

/** MhLiao/DB: area and length of the outline as it is, one piece each (the first that Clipper lists). */
export function offsetAsDb(outline: Float64Array, params: TargetParams): OffsetOutline {
  const distancePx = offsetDistance(areaPx2(outline), perimeterPx(outline), params.shrinkRatio);
  const shrunk = offsetPolygon(outline, -distancePx).slice(0, 1);
  const grown = shrunk.length === 0 ? [] : offsetPolygon(outline, distancePx).slice(0, 1);
  return { outline, distancePx, shrunk, grown };
}

/** The original project: everything from truncated corners, all pieces; nothing for a word without area. */
export function offsetAsOriginal(xy: Float64Array, params: TargetParams): OffsetOutline {
  const corners = truncated(xy);
  const outline = Float64Array.from(corners);
  const length = arcLengthPx(corners) + Number.EPSILON;
  const distancePx = offsetDistance(areaPx2(corners), length, params.shrinkRatio);
  if (distancePx <= Number.EPSILON) return { outline, distancePx: 0, shrunk: [], grown: [] };
  const shrunk = offsetPolygon(corners, -distancePx);
  return { outline, distancePx, shrunk, grown: offsetPolygon(corners, distancePx) };
}

function offsetDistance(areaPx2: number, perimeterPx: number, shrinkRatio: number): number {
  return perimeterPx === 0 ? 0 : (areaPx2 * (1 - shrinkRatio ** 2)) / perimeterPx;
}
