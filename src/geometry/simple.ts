// Whether a polygon is simple.

import { orientation } from "./orientation.ts";

/** Flat x0, y0, x1, y1, …, closed implicitly. */
type FlatPoints = ArrayLike<number>;

/**
 * Valid as a ring of the OGC simple features model (what Shapely calls `is_valid`): three different corners or more, and edges
 * that meet only at their common corner. Repeated neighbouring points are allowed, a closing copy of the first point too.
 * False for non-finite coordinates.
 */
export function isSimplePolygon(polygon: FlatPoints): boolean {
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
