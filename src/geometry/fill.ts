// Filling a polygon with whole-pixel corners, pixel for pixel as OpenCV's fillPoly (8-connected outline, even-odd inside).
// Works on one byte a pixel and changes only the bits it is told to. Source of the behaviour: OpenCV 4.6 drawing.cpp,
// re-implemented; x runs in 16.16 fixed point there, here in doubles that hold the same integers.

/** One byte a pixel, row-major. */
export interface Raster {
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

const ONE = 65536;
const NO_FOURS = new Uint32Array(0);
/** Of the raster in hand: a page's words are filled one after another. */
let lastFours: Uint32Array = NO_FOURS;

/** The edges of the polygon in hand; grown when needed, so that filling allocates nothing. */
let capacity = 64;
let edgeX = new Float64Array(capacity);
let edgeStep = new Float64Array(capacity);
let edgeTop = new Int32Array(capacity);
let edgeBottom = new Int32Array(capacity);
let order = new Int32Array(capacity);
let active = new Int32Array(capacity);
let merged = new Int32Array(capacity);
let edgeCount = 0;

/** End points of the line in hand, clipped in place. */
const line = { x1: 0, y1: 0, x2: 0, y2: 0 };

/**
 * byte = (byte & ~clear) | set for every pixel on the outline or inside (even-odd).
 * `xy` is x0, y0, x1, y1, … in pixel indices; parts outside the raster are left out.
 */
export function fillPolygon(raster: Raster, xy: Int32Array, set: number, clear = 0): void {
  const corners = xy.length >> 1;
  if (corners === 0) return;
  reserve(corners);
  collectEdges(raster, xy, set, clear);
  if (edgeCount >= 2) fillBetweenEdges(raster, set, clear);
}

function reserve(count: number): void {
  edgeCount = 0;
  if (count <= capacity) return;
  capacity = 2 * count;
  edgeX = new Float64Array(capacity);
  edgeStep = new Float64Array(capacity);
  edgeTop = new Int32Array(capacity);
  edgeBottom = new Int32Array(capacity);
  order = new Int32Array(capacity);
  active = new Int32Array(capacity);
  merged = new Int32Array(capacity);
}

/** Draws each edge as a line and keeps those that cross scan lines. */
function collectEdges(raster: Raster, xy: Int32Array, set: number, clear: number): void {
  const { widthPx, heightPx } = raster;
  let x0 = xy[xy.length - 2] as number;
  let y0 = xy[xy.length - 1] as number;
  for (let i = 0; i < xy.length; i += 2) {
    const x1 = xy[i] as number;
    const y1 = xy[i + 1] as number;
    line.x1 = x0;
    line.y1 = y0;
    line.x2 = x1;
    line.y2 = y1;
    const isInside =
      x0 >= 0 &&
      x0 < widthPx &&
      x1 >= 0 &&
      x1 < widthPx &&
      y0 >= 0 &&
      y0 < heightPx &&
      y1 >= 0 &&
      y1 < heightPx;
    if (isInside || clipLine(widthPx, heightPx)) drawLine(raster, set, clear);
    if (y0 < y1) addEdge(x0, y0, x1, y1);
    else if (y1 < y0) addEdge(x1, y1, x0, y0);
    x0 = x1;
    y0 = y1;
  }
}

function addEdge(topX: number, topY: number, bottomX: number, bottomY: number): void {
  edgeTop[edgeCount] = topY;
  edgeBottom[edgeCount] = bottomY;
  edgeX[edgeCount] = topX * ONE;
  edgeStep[edgeCount] = Math.trunc(((bottomX - topX) * ONE) / (bottomY - topY));
  edgeCount++;
}

/** Cohen-Sutherland on `line`, with OpenCV's truncations. False when nothing of it is inside. */
function clipLine(widthPx: number, heightPx: number): boolean {
  const right = widthPx - 1;
  const bottom = heightPx - 1;
  const sides = (x: number): number => (x < 0 ? 1 : x > right ? 2 : 0);
  let c1 = sides(line.x1) + (line.y1 < 0 ? 4 : line.y1 > bottom ? 8 : 0);
  let c2 = sides(line.x2) + (line.y2 < 0 ? 4 : line.y2 > bottom ? 8 : 0);
  if ((c1 & c2) === 0 && (c1 | c2) !== 0) {
    if (c1 & 12) {
      const y = c1 < 8 ? 0 : bottom;
      line.x1 += Math.trunc(((y - line.y1) * (line.x2 - line.x1)) / (line.y2 - line.y1));
      line.y1 = y;
      c1 = sides(line.x1);
    }
    if (c2 & 12) {
      const y = c2 < 8 ? 0 : bottom;
      line.x2 += Math.trunc(((y - line.y2) * (line.x2 - line.x1)) / (line.y2 - line.y1));
      line.y2 = y;
      c2 = sides(line.x2);
    }
    if ((c1 & c2) === 0 && (c1 | c2) !== 0) {
      if (c1) {
        const x = c1 === 1 ? 0 : right;
        line.y1 += Math.trunc(((x - line.x1) * (line.y2 - line.y1)) / (line.x2 - line.x1));
        line.x1 = x;
        c1 = 0;
      }
      if (c2) {
        const x = c2 === 1 ? 0 : right;
        line.y2 += Math.trunc(((x - line.x2) * (line.y2 - line.y1)) / (line.x2 - line.x1));
        line.x2 = x;
        c2 = 0;
      }
    }
  }
  return (c1 | c2) === 0;
}

/** Bresenham's line from left to right, both ends included; `line` lies inside. */
function drawLine(raster: Raster, set: number, clear: number): void {
  const { data, widthPx } = raster;
  const isLeftward = line.x2 < line.x1;
  const startX = isLeftward ? line.x2 : line.x1;
  const startY = isLeftward ? line.y2 : line.y1;
  const dx = Math.abs(line.x2 - line.x1);
  const rise = isLeftward ? line.y1 - line.y2 : line.y2 - line.y1;
  const dy = Math.abs(rise);
  const stepY = rise < 0 ? -widthPx : widthPx;
  const isSteep = dy > dx;
  const long = isSteep ? dy : dx;
  const short = isSteep ? dx : dy;
  const along = isSteep ? stepY : 1;
  const across = isSteep ? 1 : stepY;
  const keep = ~clear;
  let error = long - 2 * short;
  let at = startY * widthPx + startX;
  for (let i = 0; i <= long; i++) {
    data[at] = ((data[at] as number) & keep) | set;
    if (error < 0) {
      error += 2 * long;
      at += across;
    }
    error -= 2 * short;
    at += along;
  }
}

function fillBetweenEdges(raster: Raster, set: number, clear: number): void {
  const { data, widthPx, heightPx } = raster;
  const keep = ~clear;
  const fours = inFours(data);
  sortEdges();
  let bottom = 0;
  for (let i = 0; i < edgeCount; i++) bottom = Math.max(bottom, edgeBottom[i] as number);
  const end = Math.min(bottom, heightPx);
  const xs = edgeX;
  const steps = edgeStep;
  let current = active;
  let other = merged;
  let next = 0;
  let count = 0;
  /** The row at which edges come or go next. */
  let change = edgeTop[order[0] as number] as number;
  for (let y = change; y < end; y++) {
    if (y === change) {
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const edge = current[i] as number;
        if ((edgeBottom[edge] as number) === y) continue;
        while (next < edgeCount && startsBefore(order[next] as number, edge, y))
          other[kept++] = order[next++] as number;
        other[kept++] = edge;
      }
      while (next < edgeCount && (edgeTop[order[next] as number] as number) === y) {
        other[kept++] = order[next++] as number;
      }
      const swapped = current;
      current = other;
      other = swapped;
      count = kept;
      change = next < edgeCount ? (edgeTop[order[next] as number] as number) : end;
      for (let i = 0; i < count; i++) change = Math.min(change, edgeBottom[current[i] as number] as number);
    }
    const row = (y * widthPx) | 0;
    for (let i = 0; i + 1 < count; i += 2) {
      const a = current[i] as number;
      const b = current[i + 1] as number;
      const xa = xs[a] as number;
      const xb = xs[b] as number;
      if (y >= 0) {
        const from = Math.max(0, Math.ceil(Math.min(xa, xb) / ONE)) | 0;
        const to = Math.min(widthPx - 1, Math.floor(Math.max(xa, xb) / ONE)) | 0;
        fillRun(data, fours, row + from, row + to, set, keep);
      }
      xs[a] = xa + (steps[a] as number);
      xs[b] = xb + (steps[b] as number);
    }
    sortByX(current, count);
  }
}

/** The same bytes four at a time; empty where they do not begin at a multiple of four. */
function inFours(data: Uint8Array): Uint32Array {
  if (
    lastFours.buffer === data.buffer &&
    lastFours.byteOffset === data.byteOffset &&
    lastFours.length === data.length >> 2
  )
    return lastFours;
  if (data.byteOffset % 4 !== 0) return NO_FOURS;
  lastFours = new Uint32Array(data.buffer, data.byteOffset, data.length >> 2);
  return lastFours;
}

/** Bytes `from` to `to`, both included: singly up to a multiple of four, then four at a time, then singly. */
function fillRun(
  data: Uint8Array,
  fours: Uint32Array,
  from: number,
  to: number,
  set: number,
  keep: number,
): void {
  let at = from;
  if (fours.length > 0 && to - from >= 8) {
    for (; (at & 3) !== 0; at++) data[at] = ((data[at] as number) & keep) | set;
    const setFour = Math.imul(set, 0x01010101);
    const keepFour = Math.imul(keep & 255, 0x01010101);
    const end = (to + 1) >> 2;
    let four = at >> 2;
    for (; four < end; four++) fours[four] = ((fours[four] as number) & keepFour) | setFour;
    at = four << 2;
  }
  for (; at <= to; at++) data[at] = ((data[at] as number) & keep) | set;
}

function startsBefore(candidate: number, edge: number, y: number): boolean {
  return (edgeTop[candidate] as number) === y && (edgeX[candidate] as number) <= (edgeX[edge] as number);
}

/** By top, then x, then step. */
function sortEdges(): void {
  for (let i = 0; i < edgeCount; i++) {
    let j = i;
    while (j > 0 && isBefore(i, order[j - 1] as number)) {
      order[j] = order[j - 1] as number;
      j--;
    }
    order[j] = i;
  }
}

function isBefore(p: number, q: number): boolean {
  const top = (edgeTop[p] as number) - (edgeTop[q] as number);
  if (top !== 0) return top < 0;
  const x = (edgeX[p] as number) - (edgeX[q] as number);
  return x !== 0 ? x < 0 : (edgeStep[p] as number) < (edgeStep[q] as number);
}

/** Stable and nearly sorted already: insertion. */
function sortByX(edges: Int32Array, count: number): void {
  const xs = edgeX;
  for (let i = 1; i < count; i++) {
    const edge = edges[i] as number;
    const x = xs[edge] as number;
    let j = i;
    while (j > 0 && (xs[edges[j - 1] as number] as number) > x) {
      edges[j] = edges[j - 1] as number;
      j--;
    }
    edges[j] = edge;
  }
}
