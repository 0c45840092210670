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

let tile = new Float64Array(0);
/** Of each row of the tile, the first and the last column that an edge has come near to. */
let firstNear = new Int32Array(0);
let lastNear = new Int32Array(0);

/** Squared distance below which MhLiao/DB's arithmetic may fail. */
const ON_EDGE = 1e-9;
/** Marks a pixel of the tile that this word leaves as it was. */
const LEFT_OUT = -1;

/** The tile: pixels of the map in which the band is drawn, ends included, and the corner from which the references count. */
interface Tile {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
  readonly originX: number;
  readonly originY: number;
  /** From a pixel of the tile to the pixel of the map that it raises: 0 but for a word beyond the map. */
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
  const area = tileWithin(map, bounds);
  const count = area.width * area.height;
  if (area.width <= 0 || area.height <= 0 || !(distancePx > 0)) return;
  if (tile.length < count) tile = new Float64Array(2 * count);
  if (firstNear.length < area.height) {
    firstNear = new Int32Array(2 * area.height);
    lastNear = new Int32Array(2 * area.height);
  }
  tile.fill(distancePx * distancePx, 0, count);
  firstNear.fill(area.width, 0, area.height);
  lastNear.fill(-1, 0, area.height);
  for (let i = 0; i < outline.length; i += 2) {
    const j = i + 2 === outline.length ? 0 : i + 2;
    lowerAlongEdge(outline, i, j, distancePx, area, asDb);
  }
  if (map.data instanceof Uint8Array) raiseBytes(map.data, map.widthPx, distancePx, area);
  else raiseFloats(map.data, map.widthPx, distancePx, area);
}

function tileWithin(map: StrengthMap, bounds: Bounds): Tile {
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

/**
 * Keeps in `tile` the least squared distance; looks only at pixels that can be nearer than D. Counts from the tile's origin
 * like the references, so that a pixel on the circle over an edge falls on the same side of it.
 */
function lowerAlongEdge(
  outline: Float64Array,
  i: number,
  j: number,
  distancePx: number,
  area: Tile,
  asDb: boolean,
): void {
  const px = (outline[i] as number) - area.originX;
  const py = (outline[i + 1] as number) - area.originY;
  const qx = (outline[j] as number) - area.originX;
  const qy = (outline[j + 1] as number) - area.originY;
  const ex = qx - px;
  const ey = qy - py;
  const squared = ex * ex + ey * ey;
  const inverse = squared > 0 ? 1 / squared : 0;
  const reach = distancePx + 1e-6;
  const offsetX = area.left - area.originX;
  const offsetY = area.top - area.originY;
  const top = Math.max(offsetY, Math.ceil(Math.min(py, qy) - reach));
  const bottom = Math.min(area.bottom - area.originY, Math.floor(Math.max(py, qy) + reach));
  const left = Math.max(offsetX, Math.ceil(Math.min(px, qx) - reach));
  const right = Math.min(area.right - area.originX, Math.floor(Math.max(px, qx) + reach));
  // On a row the band along the edge's line spans this much to either side of the line.
  const halfSpan = ey === 0 ? Number.POSITIVE_INFINITY : Math.abs((reach * Math.sqrt(squared)) / ey);
  const slope = ey === 0 ? 0 : ex / ey;
  const cells = tile;
  for (let y = top | 0; y <= bottom; y++) {
    const dy = y - py;
    const dyq = y - qy;
    const middle = px + dy * slope;
    const from = Math.max(left, Math.ceil(middle - halfSpan)) | 0;
    const to = Math.min(right, Math.floor(middle + halfSpan)) | 0;
    if (from > to) continue;
    const row = (y - offsetY) | 0;
    if (from - offsetX < (firstNear[row] as number)) firstNear[row] = from - offsetX;
    if (to - offsetX > (lastNear[row] as number)) lastNear[row] = to - offsetX;
    const dySquared = dy * dy;
    const dyqSquared = dyq * dyq;
    const crossY = dy * ex;
    const base = (row * area.width - offsetX) | 0;

    // A row crosses the circle over the edge in one run of pixels. Outside of it, on either side, the nearer end counts.
    let first = from;
    for (; first <= to; first++) {
      const dx = first - px;
      const dxq = first - qx;
      const toP = dx * dx + dySquared;
      const toQ = dxq * dxq + dyqSquared;
      if (squared - toP - toQ >= 0) break;
      const nearest = Math.min(toP, toQ);
      if (nearest < (cells[base + first] as number)) cells[base + first] = nearest;
    }
    let last = to;
    for (; last > first; last--) {
      const dx = last - px;
      const dxq = last - qx;
      const toP = dx * dx + dySquared;
      const toQ = dxq * dxq + dyqSquared;
      if (squared - toP - toQ >= 0) break;
      const nearest = Math.min(toP, toQ);
      if (nearest < (cells[base + last] as number)) cells[base + last] = nearest;
    }
    for (let x = first; x <= last; x++) {
      const dx = x - px;
      const cross = dx * ey - crossY;
      let nearest = cross * cross * inverse;
      if (nearest < ON_EDGE && asDb) {
        const dxq = x - qx;
        if (failsInDb(dx * dx + dySquared, dxq * dxq + dyqSquared, squared)) nearest = LEFT_OUT;
      }
      if (nearest < (cells[base + x] as number)) cells[base + x] = nearest;
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

function raiseFloats(data: Float32Array, stride: number, distancePx: number, area: Tile): void {
  const limit = distancePx * distancePx;
  const inverse = 1 / distancePx;
  const cells = tile;
  for (let y = 0; y < area.height; y++) {
    const near = lastNear[y] as number;
    const from = (y * area.width) | 0;
    const to = ((area.top + area.shiftY + y) * stride + area.left + area.shiftX) | 0;
    for (let x = firstNear[y] as number; x <= near; x++) {
      const squared = cells[from + x] as number;
      if (squared >= limit) continue;
      const strength = 1 - Math.sqrt(squared) * inverse;
      if (strength > (data[to + x] as number)) data[to + x] = strength;
    }
  }
}

/** The same, rounded to 255 steps. Rounding keeps the order, so the greatest byte is the byte of the greatest strength. */
function raiseBytes(data: Uint8Array, stride: number, distancePx: number, area: Tile): void {
  const limit = distancePx * distancePx;
  const inverse = 1 / distancePx;
  const cells = tile;
  for (let y = 0; y < area.height; y++) {
    const near = lastNear[y] as number;
    const from = (y * area.width) | 0;
    const to = ((area.top + area.shiftY + y) * stride + area.left + area.shiftX) | 0;
    for (let x = firstNear[y] as number; x <= near; x++) {
      const squared = cells[from + x] as number;
      if (squared >= limit) continue;
      const strength = (255 * (1 - Math.sqrt(squared) * inverse) + 0.5) | 0;
      if (strength > (data[to + x] as number)) data[to + x] = strength;
    }
  }
}
