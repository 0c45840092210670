// Convex hull as indices, in the turning direction from x towards y, and where the reference's library begins to list it: where
// several edges give the same smallest rectangle, the first one decides the cost of a false detection.
// The library is Qhull (Barber, Dobkin, Huhdanpaa, "The Quickhull algorithm for convex hulls", 1996), as SciPy lists its vertices.

import { orientation } from "../../geometry/index.ts";

type Coordinates = ArrayLike<number>;

/** Indices of the corners of the hull, collinear points left out. Fewer than three when all points lie on one line. */
export function convexHull(xs: Coordinates, ys: Coordinates): number[] {
  const order = Array.from(xs, (_, i) => i).sort(
    (i, j) => (xs[i] as number) - (xs[j] as number) || (ys[i] as number) - (ys[j] as number),
  );
  const chain = (indices: readonly number[]): number[] => {
    const kept: number[] = [];
    for (const i of indices) {
      while (kept.length >= 2) {
        const [a, b] = kept.slice(-2) as [number, number];
        if (turn(xs, ys, a, b, i) > 0) break;
        kept.pop();
      }
      kept.push(i);
    }
    kept.pop();
    return kept;
  };
  return [...chain(order), ...chain(order.reverse())];
}

/** Place in `ring` (three corners or more) at which the library's list begins. */
export function startOfHull(xs: Coordinates, ys: Coordinates, ring: readonly number[]): number {
  const placeOf = (i: number): number => ring.findIndex((j) => xs[i] === xs[j] && ys[i] === ys[j]);
  return Math.max(0, placeOf(firstCorner(xs, ys, (i) => placeOf(i) >= 0)));
}

/** A side of the growing hull; `newer` was found after `older`. */
interface Side {
  readonly newer: number;
  readonly older: number;
  /** Points beyond the side that are its to take, in input order. */
  readonly outside: readonly number[];
}

/**
 * Where the first lasting side begins. Sides wait in a queue; one with points beyond it is replaced, at the end of the queue, by the
 * two sides to the farthest of them; the first that has none heads the library's list for good. A side that ends inside an edge of the
 * hull is taken into one that comes later.
 */
function firstCorner(xs: Coordinates, ys: Coordinates, isCorner: (i: number) => boolean): number {
  const corners = firstTriangle(xs, ys);
  const [left, right, third] = corners;
  const queue = shareOut(
    xs,
    ys,
    [
      { newer: right, older: left, inside: third },
      { newer: third, older: left, inside: right },
      { newer: third, older: right, inside: left },
    ],
    Array.from(xs, (_, i) => i).filter((i) => !corners.includes(i)),
  );
  for (const { newer, older, outside } of queue) {
    const inside = corners.find((i) => i !== newer && i !== older && turn(xs, ys, older, newer, i) !== 0);
    if (inside === undefined) continue;
    const inner = turn(xs, ys, older, newer, inside);
    if (outside.length === 0) {
      if (isCorner(older) && isCorner(newer)) return inner > 0 ? older : newer;
      continue;
    }
    const farthest = farthestBeyond(xs, ys, newer, older, inner, outside);
    const rest = outside.filter((i) => i !== farthest);
    const sides = [
      { newer: farthest, older, inside: newer },
      { newer: farthest, older: newer, inside: older },
    ];
    queue.push(...shareOut(xs, ys, sides, rest));
  }
  return left;
}

/** Every point goes to the first side that it lies beyond; points beyond none are done with. */
function shareOut(
  xs: Coordinates,
  ys: Coordinates,
  sides: readonly { readonly newer: number; readonly older: number; readonly inside: number }[],
  points: readonly number[],
): Side[] {
  let left = points;
  return sides.map(({ newer, older, inside }) => {
    const isBeyond = (i: number): boolean =>
      turn(xs, ys, older, newer, i) * turn(xs, ys, older, newer, inside) < 0;
    const outside = left.filter(isBeyond);
    left = left.filter((i) => !isBeyond(i));
    return { newer, older, outside };
  });
}

/** With the library's arithmetic, which decides between points that are equally far. */
function farthestBeyond(
  xs: Coordinates,
  ys: Coordinates,
  newer: number,
  older: number,
  inner: number,
  outside: readonly number[],
): number {
  const x = xs[newer] as number;
  const y = ys[newer] as number;
  const dx = x - (xs[older] as number);
  const dy = (ys[older] as number) - y;
  const length = Math.sqrt(dy * dy + dx * dx) * (inner > 0 ? -1 : 1);
  const [normalX, normalY] = [dy / length, dx / length];
  const offset = -(x * normalX + y * normalY);
  let farthest = outside[0] as number;
  let most = -Infinity;
  for (const i of outside) {
    const distance = offset + (xs[i] as number) * normalX + (ys[i] as number) * normalY;
    if (distance > most) [farthest, most] = [i, distance];
  }
  return farthest;
}

/** Twice the area by the width, in pixels, below which the extreme points are not enough and all points are asked. */
const NARROW_PX = 0.03;
/** Among all points the first that is this many times as high is taken, whatever comes behind it. */
const CLEARLY = 10;

/** The leftmost, the rightmost, and the extreme point that spans the largest triangle with them; of equal ones the first. */
function firstTriangle(xs: Coordinates, ys: Coordinates): [number, number, number] {
  const [left, right] = extremes(xs);
  const [top, bottom] = extremes(ys);
  const width = (xs[right] as number) - (xs[left] as number);
  let third = left;
  let most = 0;
  const isLarger = (i: number): boolean => {
    const size = Math.abs(doubleArea(xs, ys, left, right, i));
    if (size <= most) return false;
    [third, most] = [i, size];
    return true;
  };
  isLarger(top);
  isLarger(bottom);
  if (most < NARROW_PX * width)
    for (let i = 0; i < xs.length; i++) if (isLarger(i) && most > CLEARLY * NARROW_PX * width) break;
  return [left, right, third];
}

/** The first of the smallest and the first of the largest. */
function extremes(values: Coordinates): [number, number] {
  let [low, high] = [0, 0];
  for (let i = 1; i < values.length; i++) {
    if ((values[i] as number) < (values[low] as number)) low = i;
    if ((values[i] as number) > (values[high] as number)) high = i;
  }
  return [low, high];
}

function doubleArea(xs: Coordinates, ys: Coordinates, a: number, b: number, c: number): number {
  const [ax, ay] = [xs[a] as number, ys[a] as number];
  return (
    ((xs[b] as number) - ax) * ((ys[c] as number) - ay) - ((ys[b] as number) - ay) * ((xs[c] as number) - ax)
  );
}

function turn(xs: Coordinates, ys: Coordinates, a: number, b: number, c: number): -1 | 0 | 1 {
  return orientation(
    xs[a] as number,
    ys[a] as number,
    xs[b] as number,
    ys[b] as number,
    xs[c] as number,
    ys[c] as number,
  );
}
