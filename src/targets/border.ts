// The band around one word in the threshold map: strength 1 on the outline falling to 0 at distance D.
// The distance is the references' own (draw_border_map of MhLiao/DB): perpendicular to an edge inside the circle over that
// edge, else to its nearer end; not the plain distance to a segment.

import type { Bounds } from "../geometry/index.ts";

/** Where strengths go: floats 0..1, or bytes with 255 for 1. Never lowered. */
export interface StrengthMap {
  readonly data: Float32Array | Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Squared distance below which MhLiao/DB's arithmetic may fail. */
const ON_EDGE = 1e-9;

/** Pixels that the word in hand leaves as they were: index and former value in turn. */
const leftOut: number[] = [];

/** The pixels of the map in which the band is drawn, ends included, and the corner from which the references count. */
interface Band {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
  readonly originX: number;
  readonly originY: number;
  /** From a pixel of the band to the pixel of the map that it raises: 0 but for a word beyond the map. */
  readonly shiftX: number;
  readonly shiftY: number;
}

/**
 * Raises `map` to the band around `outline` within `bounds`, the whole-pixel box of the grown outline (it may leave the map).
 * Pixel i stands for the coordinate i. `asDb`: pixels on an edge for which MhLiao/DB's arithmetic yields no number (0/0 at
 * a doubled corner, the root of a rounding error below 0) stay as they are, as they do there.
 */
export function drawBorder(
  map: StrengthMap,
  outline: Float64Array,
  distancePx: number,
  bounds: Bounds,
  asDb: boolean,
): void {
  const band = bandWithin(map, bounds);
  if (band.width <= 0 || band.height <= 0 || !(distancePx > 0)) return;
  if (asDb) forEachEdge(outline, (i, j) => findLeftOut(map, outline, i, j, band));
  forEachEdge(outline, (i, j) => raiseAlongEdge(map, outline, i, j, distancePx, band));
  for (let i = 0; i < leftOut.length; i += 2) map.data[leftOut[i] as number] = leftOut[i + 1] as number;
  leftOut.length = 0;
}

/** Positions in `outline` of both ends of each edge. */
function forEachEdge(outline: Float64Array, work: (i: number, j: number) => void): void {
  for (let i = 0; i < outline.length; i += 2) work(i, i + 2 === outline.length ? 0 : i + 2);
}

function bandWithin(map: StrengthMap, bounds: Bounds): Band {
  const x = spanWithin(bounds.minX, bounds.maxX, map.widthPx);
  const y = spanWithin(bounds.minY, bounds.maxY, map.heightPx);
  return {
    left: x.from,
    top: y.from,
    right: x.to,
    bottom: y.to,
    width: x.to - x.from + 1,
    height: y.to - y.from + 1,
    originX: bounds.minX,
    originY: bounds.minY,
    shiftX: x.shift,
    shiftY: y.shift,
  };
}

/**
 * The part of min..max on the map. Beyond its far end both references count backwards from the band's end (a negative index in
 * Python) and raise the map's last row or column by that one; where that fails there, nothing is drawn here.
 */
function spanWithin(min: number, max: number, size: number): { from: number; to: number; shift: number } {
  const beyond = min - (size - 1);
  if (beyond <= 0) return { from: Math.max(min, 0), to: Math.min(max, size - 1), shift: 0 };
  const from = max + 1 - beyond;
  const isThere = beyond >= 2 && from >= min;
  return isThere ? { from, to: from, shift: size - 1 - from } : { from: 0, to: -1, shift: 0 };
}

/** What is counted of an edge from p to q, from the band's corner as in the references, so that a pixel on the circle over it falls on the same side. */
interface Edge {
  readonly px: number;
  readonly py: number;
  readonly qx: number;
  readonly qy: number;
  readonly ex: number;
  readonly ey: number;
  readonly squared: number;
  readonly inverse: number;
}

function edgeOf(outline: Float64Array, i: number, j: number, { originX, originY }: Band): Edge {
  const px = (outline[i] as number) - originX;
  const py = (outline[i + 1] as number) - originY;
  const qx = (outline[j] as number) - originX;
  const qy = (outline[j + 1] as number) - originY;
  const ex = qx - px;
  const ey = qy - py;
  const squared = ex * ex + ey * ey;
  return { px, py, qx, qy, ex, ey, squared, inverse: squared > 0 ? 1 / squared : 0 };
}

/** Where pixels of the band can be as near to an edge as `reach`, counted as the edge is. */
function windowOf({ px, py, qx, qy, ex, ey, squared }: Edge, band: Band, reach: number) {
  return {
    top: Math.max(band.top - band.originY, Math.ceil(Math.min(py, qy) - reach)),
    bottom: Math.min(band.bottom - band.originY, Math.floor(Math.max(py, qy) + reach)),
    left: Math.max(band.left - band.originX, Math.ceil(Math.min(px, qx) - reach)),
    right: Math.min(band.right - band.originX, Math.floor(Math.max(px, qx) + reach)),
    // On a row the band along the edge's line spans this much to either side of the line.
    halfSpan: ey === 0 ? Number.POSITIVE_INFINITY : Math.abs((reach * Math.sqrt(squared)) / ey),
    slope: ey === 0 ? 0 : ex / ey,
  };
}

/** Raises the map to the strengths of one edge; looks only at pixels that can be nearer than D. */
function raiseAlongEdge(
  map: StrengthMap,
  outline: Float64Array,
  i: number,
  j: number,
  distancePx: number,
  band: Band,
): void {
  const edge = edgeOf(outline, i, j, band);
  const { px, py, qx, qy, ex, ey, squared, inverse } = edge;
  const { data } = map;
  // Bytes are cut when they are stored: with the half they are rounded. Rounding keeps the order, so the greatest byte is that of the greatest strength.
  const isBytes = data instanceof Uint8Array;
  const full = isBytes ? 255 : 1;
  const half = isBytes ? 0.5 : 0;
  const perPixel = 1 / distancePx;
  const { top, bottom, left, right, halfSpan, slope } = windowOf(edge, band, distancePx + 1e-6);
  for (let y = top | 0; y <= bottom; y++) {
    const dy = y - py;
    const dyq = y - qy;
    const middle = px + dy * slope;
    const from = Math.max(left, Math.ceil(middle - halfSpan)) | 0;
    const to = Math.min(right, Math.floor(middle + halfSpan)) | 0;
    if (from > to) continue;
    const dySquared = dy * dy;
    const dyqSquared = dyq * dyq;
    const crossY = dy * ex;
    const base = rowStart(map, band, y);

    // A row crosses the circle over the edge in one run of pixels. Outside of it, on either side, the nearer end counts.
    let first = from;
    for (; first <= to; first++) {
      const dx = first - px;
      const dxq = first - qx;
      const toP = dx * dx + dySquared;
      const toQ = dxq * dxq + dyqSquared;
      if (squared - toP - toQ >= 0) break;
      const strength = full * (1 - Math.sqrt(Math.min(toP, toQ)) * perPixel) + half;
      if (strength > (data[base + first] as number)) data[base + first] = strength;
    }
    let last = to;
    for (; last > first; last--) {
      const dx = last - px;
      const dxq = last - qx;
      const toP = dx * dx + dySquared;
      const toQ = dxq * dxq + dyqSquared;
      if (squared - toP - toQ >= 0) break;
      const strength = full * (1 - Math.sqrt(Math.min(toP, toQ)) * perPixel) + half;
      if (strength > (data[base + last] as number)) data[base + last] = strength;
    }
    for (let x = first; x <= last; x++) {
      const cross = (x - px) * ey - crossY;
      const strength = full * (1 - Math.sqrt(cross * cross * inverse) * perPixel) + half;
      if (strength > (data[base + x] as number)) data[base + x] = strength;
    }
  }
}

/** Where the row `y`, counted as the edges are, has its pixel 0 in the map. */
function rowStart({ widthPx }: StrengthMap, band: Band, y: number): number {
  return ((band.originY + band.shiftY + y) * widthPx + band.originX + band.shiftX) | 0;
}

/** Notes the pixels on an edge for which MhLiao/DB's arithmetic yields no number. */
function findLeftOut(map: StrengthMap, outline: Float64Array, i: number, j: number, band: Band): void {
  const edge = edgeOf(outline, i, j, band);
  const { px, py, qx, qy, ex, ey, squared, inverse } = edge;
  // Wider than ON_EDGE, which decides.
  const { top, bottom, left, right, halfSpan, slope } = windowOf(edge, band, 1e-4);
  for (let y = top; y <= bottom; y++) {
    const dy = y - py;
    const middle = px + dy * slope;
    const from = Math.max(left, Math.ceil(middle - halfSpan));
    const to = Math.min(right, Math.floor(middle + halfSpan));
    for (let x = from; x <= to; x++) {
      const [dx, dxq, dyq] = [x - px, x - qx, y - qy];
      const toP = dx * dx + dy * dy;
      const toQ = dxq * dxq + dyq * dyq;
      const cross = dx * ey - dy * ex;
      const isOnEdge = squared - toP - toQ >= 0 && cross * cross * inverse < ON_EDGE;
      if (!isOnEdge || !failsInDb(toP, toQ, squared)) continue;
      const at = rowStart(map, band, y) + x;
      leftOut.push(at, map.data[at] as number);
    }
  }
}

/** Whether MhLiao/DB's own formula, step by step in double precision, ends in no number. Arguments are squared lengths. */
function failsInDb(toP: number, toQ: number, edge: number): boolean {
  const cosine = (edge - toP - toQ) / (2 * Math.sqrt(toP * toQ));
  const squaredSine = 1 - cosine ** 2;
  const finite = Number.isNaN(squaredSine) ? 0 : Math.max(squaredSine, -Number.MAX_VALUE);
  return Number.isNaN(Math.sqrt((toP * toQ * finite) / edge));
}
