// Convex hull of whole-pixel points by Andrew's monotone chain, in the order in which OpenCV 4.6 lists a hull
// (convexHull with clockwise = false), because the ties of the smallest rectangle depend on that order.

/**
 * Corners x0, y0, … of the hull of `xy`: no three in a line, none twice. Starts at the right, runs along the bottom
 * (large y) to the left and back along the top; turned so that the points keep the order of `xy` where they have one.
 */
export function convexHull(xy: Int32Array): Int32Array {
  const sorted = sortedIndices(xy);
  if (sorted.length === 0) return new Int32Array(0);
  const first = sorted[0] as number;
  const last = sorted[sorted.length - 1] as number;
  if (isSamePoint(xy, first, last)) return xy.slice(2 * first, 2 * first + 2);
  const bottom = chain(xy, sorted, 1);
  const top = chain(xy, sorted, -1);
  const ring = [...bottom.reverse().slice(0, -1), ...top.slice(0, -1)];
  const turned = inSourceOrder(ring);
  const hull = new Int32Array(2 * turned.length);
  turned.forEach((index, i) => {
    hull[2 * i] = xy[2 * index] as number;
    hull[2 * i + 1] = xy[2 * index + 1] as number;
  });
  return hull;
}

/** Point numbers by x, then y, then their own order. */
function sortedIndices(xy: Int32Array): number[] {
  const indices = Array.from({ length: xy.length >> 1 }, (_, i) => i);
  return indices.sort((p, q) => {
    const dx = (xy[2 * p] as number) - (xy[2 * q] as number);
    if (dx !== 0) return dx;
    const dy = (xy[2 * p + 1] as number) - (xy[2 * q + 1] as number);
    return dy !== 0 ? dy : p - q;
  });
}

/** Left to right; `side` 1 keeps the points with large y, -1 those with small y. */
function chain(xy: Int32Array, sorted: readonly number[], side: 1 | -1): number[] {
  const kept: number[] = [];
  for (const index of sorted) {
    while (kept.length >= 2 && side * turn(xy, kept[kept.length - 2], kept[kept.length - 1], index) >= 0)
      kept.pop();
    const before = kept[kept.length - 1];
    if (before !== undefined && isSamePoint(xy, before, index)) continue;
    kept.push(index);
  }
  return kept;
}

/** Twice the signed area of the triangle. */
function turn(xy: Int32Array, p = 0, q = 0, r = 0): number {
  const qx = (xy[2 * q] as number) - (xy[2 * p] as number);
  const qy = (xy[2 * q + 1] as number) - (xy[2 * p + 1] as number);
  const rx = (xy[2 * r] as number) - (xy[2 * p] as number);
  const ry = (xy[2 * r + 1] as number) - (xy[2 * p + 1] as number);
  return qx * ry - qy * rx;
}

function isSamePoint(xy: Int32Array, p: number, q: number): boolean {
  return xy[2 * p] === xy[2 * q] && xy[2 * p + 1] === xy[2 * q + 1];
}

/** Turns a ring of point numbers so that it rises or falls throughout; unchanged where no turn does. */
function inSourceOrder(ring: number[]): number[] {
  if (ring.length < 3) return ring;
  const lowest = ring.indexOf(Math.min(...ring));
  const highest = ring.indexOf(Math.max(...ring));
  const isRising = (highest + 1) % ring.length === lowest;
  const isFalling = (lowest + 1) % ring.length === highest;
  if (!isRising && !isFalling) return ring;
  const start = isRising ? lowest : highest;
  const turned = [...ring.slice(start), ...ring.slice(0, start)];
  const holds = turned.every((index, i) => i === 0 || index > (turned[i - 1] as number) === isRising);
  return holds ? turned : ring;
}
