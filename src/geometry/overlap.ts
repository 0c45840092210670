// Area shared by two polygons, and whether a polygon is simple. Any shape: concave, self-crossing (even-odd rule), repeated points.
// Method: horizontal slabs between all corner and crossing heights; within a slab no edges cross, so its part is an exact trapezoid
// sum (axis-aligned integer boxes come out without any rounding). Does not build the shared polygon, and knows no coordinate space.

import { orientation } from "./orientation.ts";

/** Flat x0, y0, x1, y1, …, closed implicitly. */
type Flat = ArrayLike<number>;

/** Edges of several layers as columns, non-horizontal ones only, each with its upper end first. */
interface Edges {
  readonly topX: number[];
  readonly topY: number[];
  readonly bottomY: number[];
  readonly slope: number[];
  readonly layer: number[];
}

/** Widths below this share of the largest coordinate are rounding, not overlap. */
const RELATIVE_NOISE = 2 ** -44;

/** Unsigned area by the shoelace formula, in square units; a figure of eight cancels out. 0 for fewer than three points. */
export function shoelaceArea(polygon: Flat): number {
  const count = polygon.length;
  if (count < 6) return 0;
  const originX = polygon[0] as number;
  const originY = polygon[1] as number;
  let doubled = 0;
  for (let i = 2; i + 3 < count; i += 2) {
    const x0 = (polygon[i] as number) - originX;
    const y0 = (polygon[i + 1] as number) - originY;
    const x1 = (polygon[i + 2] as number) - originX;
    const y1 = (polygon[i + 3] as number) - originY;
    doubled += x0 * y1 - x1 * y0;
  }
  return Math.abs(doubled) / 2;
}

/** Area of a ∩ b. Exactly 0 where they only touch. Non-finite coordinates give 0. */
export function overlapArea(a: Flat, b: Flat): number {
  return overlapAreaWithout(a, b, []);
}

/** Area of (a ∩ b) without the part that lies in any of `holes`. */
export function overlapAreaWithout(a: Flat, b: Flat, holes: readonly Flat[]): number {
  const boxA = boundsOf(a);
  const boxB = boundsOf(b);
  const top = Math.max(boxA.top, boxB.top);
  const bottom = Math.min(boxA.bottom, boxB.bottom);
  const right = Math.min(boxA.right, boxB.right);
  // Written so that NaN ends here too.
  if (!(top < bottom) || !(Math.max(boxA.left, boxB.left) < right)) return 0;
  if (!Number.isFinite(bottom - top + right)) return 0;

  const edges: Edges = { topX: [], topY: [], bottomY: [], slope: [], layer: [] };
  addEdges(edges, a, 0, top, bottom, right);
  addEdges(edges, b, 1, top, bottom, right);
  holes.forEach((hole, i) => {
    addEdges(edges, hole, 2 + i, top, bottom, right);
  });
  const noise = RELATIVE_NOISE * Math.max(Math.abs(boxA.left), Math.abs(boxA.right), Math.abs(right));
  return sweep(edges, slabHeights(edges, top, bottom), 2 + holes.length, noise);
}

function sweep(edges: Edges, heights: readonly number[], layers: number, noise: number): number {
  const inside = new Uint8Array(layers);
  const order: number[] = [];
  const xs: number[] = [];
  let area = 0;
  for (let h = 0; h + 1 < heights.length; h++) {
    const low = heights[h] as number;
    const high = heights[h + 1] as number;
    const middle = low + (high - low) / 2;
    let count = 0;
    for (let e = 0; e < edges.topY.length; e++) {
      if ((edges.topY[e] as number) > low || (edges.bottomY[e] as number) < high) continue;
      const x = xAt(edges, e, middle);
      let at = count++;
      while (at > 0 && (xs[at - 1] as number) > x) {
        xs[at] = xs[at - 1] as number;
        order[at] = order[at - 1] as number;
        at--;
      }
      xs[at] = x;
      order[at] = e;
    }
    inside.fill(0);
    let holesHere = 0;
    let width = 0;
    for (let i = 0; i + 1 < count; i++) {
      const layer = edges.layer[order[i] as number] as number;
      inside[layer] = 1 - (inside[layer] as number);
      if (layer >= 2) holesHere += inside[layer] === 1 ? 1 : -1;
      if (inside[0] !== 1 || inside[1] !== 1 || holesHere > 0) continue;
      const piece = (xs[i + 1] as number) - (xs[i] as number);
      if (piece > noise) width += piece;
    }
    area += width * (high - low);
  }
  return area;
}

/** Every height at which the order of edges can change, sorted, within [top, bottom]. */
function slabHeights(edges: Edges, top: number, bottom: number): number[] {
  const heights = [top, bottom];
  const add = (y: number): void => {
    if (y > top && y < bottom) heights.push(y);
  };
  const byTop = Array.from(edges.topY, (_, i) => i).sort(
    (i, j) => (edges.topY[i] as number) - (edges.topY[j] as number),
  );
  for (let i = 0; i < byTop.length; i++) {
    const e = byTop[i] as number;
    add(edges.topY[e] as number);
    add(edges.bottomY[e] as number);
    for (let j = i + 1; j < byTop.length; j++) {
      const f = byTop[j] as number;
      const low = edges.topY[f] as number;
      if (low >= (edges.bottomY[e] as number)) break;
      const high = Math.min(edges.bottomY[e] as number, edges.bottomY[f] as number);
      const gapLow = xAt(edges, e, low) - xAt(edges, f, low);
      const gapHigh = xAt(edges, e, high) - xAt(edges, f, high);
      if ((gapLow < 0 && gapHigh > 0) || (gapLow > 0 && gapHigh < 0))
        add(low + ((high - low) * gapLow) / (gapLow - gapHigh));
    }
  }
  heights.sort((y0, y1) => y0 - y1);
  return heights.filter((y, i) => i === 0 || y !== heights[i - 1]);
}

function addEdges(edges: Edges, polygon: Flat, layer: number, top: number, bottom: number, right: number) {
  const count = polygon.length - (polygon.length % 2);
  for (let i = 0; i < count; i += 2) {
    const next = (i + 2) % count;
    const isDown = (polygon[i + 1] as number) < (polygon[next + 1] as number);
    const from = isDown ? i : next;
    const to = isDown ? next : i;
    const topX = polygon[from] as number;
    const topY = polygon[from + 1] as number;
    const bottomX = polygon[to] as number;
    const bottomY = polygon[to + 1] as number;
    if (topY === bottomY || bottomY <= top || topY >= bottom) continue;
    // Parity is counted from the left, and whatever is shared ends at the common right border at the latest.
    if (topX > right && bottomX > right) continue;
    edges.topX.push(topX);
    edges.topY.push(topY);
    edges.bottomY.push(bottomY);
    edges.slope.push((bottomX - topX) / (bottomY - topY));
    edges.layer.push(layer);
  }
}

function xAt(edges: Edges, e: number, y: number): number {
  return (edges.topX[e] as number) + (y - (edges.topY[e] as number)) * (edges.slope[e] as number);
}

/** Smallest upright box; of no points it is empty (left > right). */
function boundsOf(polygon: Flat): { left: number; top: number; right: number; bottom: number } {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    const x = polygon[i] as number;
    const y = polygon[i + 1] as number;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left, top, right, bottom };
}

/**
 * Valid as a ring of the OGC simple features model (what Shapely calls `is_valid`): three different corners or more, and edges
 * that meet only at their common corner. Repeated neighbouring points are allowed, a closing copy of the first point too.
 * False for non-finite coordinates.
 */
export function isSimplePolygon(polygon: Flat): boolean {
  const xs: number[] = [];
  const ys: number[] = [];
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    const x = polygon[i] as number;
    const y = polygon[i + 1] as number;
    if (!Number.isFinite(x) || !Number.isFinite(y)) return false;
    if (xs.length > 0 && x === xs[xs.length - 1] && y === ys[ys.length - 1]) continue;
    xs.push(x);
    ys.push(y);
  }
  while (xs.length > 1 && xs[0] === xs[xs.length - 1] && ys[0] === ys[ys.length - 1]) {
    xs.pop();
    ys.pop();
  }
  const count = xs.length;
  if (count < 3) return false;
  const low = (i: number): number => Math.min(ys[i] as number, ys[(i + 1) % count] as number);
  const high = (i: number): number => Math.max(ys[i] as number, ys[(i + 1) % count] as number);
  const byTop = Array.from({ length: count }, (_, i) => i).sort((i, j) => low(i) - low(j));
  for (let a = 0; a < count; a++) {
    const i = byTop[a] as number;
    for (let b = a + 1; b < count; b++) {
      const j = byTop[b] as number;
      if (low(j) > high(i)) break;
      if (edgesClash(xs, ys, i, j)) return false;
    }
  }
  return true;
}

/** Whether edges i and j share more than the corner that neighbours may share. */
function edgesClash(xs: readonly number[], ys: readonly number[], i: number, j: number): boolean {
  const count = xs.length;
  const at = (k: number): readonly [number, number] => [xs[k % count] as number, ys[k % count] as number];
  if ((i + 1) % count === j) return foldsBack(at(i), at(j), at(j + 1));
  if ((j + 1) % count === i) return foldsBack(at(j), at(i), at(i + 1));
  return segmentsMeet(at(i), at(i + 1), at(j), at(j + 1));
}

type Point = readonly [number, number];

/** Neighbouring edges a→b→c overlap when c lies back towards a on the same line. */
function foldsBack(a: Point, b: Point, c: Point): boolean {
  if (orientation(a[0], a[1], b[0], b[1], c[0], c[1]) !== 0) return false;
  return (a[0] - b[0]) * (c[0] - b[0]) + (a[1] - b[1]) * (c[1] - b[1]) > 0;
}

function segmentsMeet(a: Point, b: Point, c: Point, d: Point): boolean {
  if (Math.max(a[0], b[0]) < Math.min(c[0], d[0]) || Math.max(c[0], d[0]) < Math.min(a[0], b[0]))
    return false;
  if (Math.max(a[1], b[1]) < Math.min(c[1], d[1]) || Math.max(c[1], d[1]) < Math.min(a[1], b[1]))
    return false;
  const c1 = orientation(a[0], a[1], b[0], b[1], c[0], c[1]);
  const d1 = orientation(a[0], a[1], b[0], b[1], d[0], d[1]);
  if (c1 * d1 > 0) return false;
  const a1 = orientation(c[0], c[1], d[0], d[1], a[0], a[1]);
  const b1 = orientation(c[0], c[1], d[0], d[1], b[0], b[1]);
  return a1 * b1 <= 0;
}
