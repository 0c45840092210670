// Fewer points on a closed outline: Ramer, Douglas and Peucker as OpenCV 4.6's approxPolyDP does it for closed curves,
// including its choice of the first two points and its last pass over nearly straight corners.

/** `xy` is x0, y0, … in whole pixels, closed; every dropped point lies within `tolerancePx` of the result. */
export function simplifyClosed(xy: Int32Array, tolerancePx: number): Int32Array {
  const count = xy.length / 2;
  if (count === 0) return new Int32Array(0);
  const squared = tolerancePx * tolerancePx;
  const kept = keepFarPoints(xy, count, squared);
  return dropStraightCorners(kept, squared);
}

function keepFarPoints(xy: Int32Array, count: number, squared: number): number[] {
  const kept: number[] = [];
  let first = 0;
  let farthest = 0;
  let farthestSquared = 0;
  // Three rounds find roughly the two points that are farthest apart.
  for (let round = 0; round < 3; round++) {
    first = (first + farthest) % count;
    farthest = 0;
    farthestSquared = 0;
    for (let j = 1; j < count; j++) {
      const distance = distanceSquared(xy, (first + j) % count, first);
      if (distance > farthestSquared) {
        farthestSquared = distance;
        farthest = j;
      }
    }
  }
  if (farthestSquared <= squared) return [x(xy, first), y(xy, first)];
  const opposite = (farthest + first) % count;
  const stack: [number, number][] = [
    [opposite, first],
    [first, opposite],
  ];
  for (let slice = stack.pop(); slice !== undefined; slice = stack.pop()) {
    const [start, end] = slice;
    const split = farthestFromChord(xy, count, start, end, squared);
    if (split < 0) kept.push(x(xy, start), y(xy, start));
    else stack.push([split, end], [start, split]);
  }
  return kept;
}

/** The point between start and end that lies farthest from their chord, or -1 when all are near enough. */
function farthestFromChord(
  xy: Int32Array,
  count: number,
  start: number,
  end: number,
  squared: number,
): number {
  const dx = x(xy, end) - x(xy, start);
  const dy = y(xy, end) - y(xy, start);
  let split = -1;
  let greatest = 0;
  for (let at = (start + 1) % count; at !== end; at = at + 1 === count ? 0 : at + 1) {
    const distance = Math.abs((y(xy, at) - y(xy, start)) * dx - (x(xy, at) - x(xy, start)) * dy);
    if (distance > greatest) {
      greatest = distance;
      split = at;
    }
  }
  return greatest * greatest <= squared * (dx * dx + dy * dy) ? -1 : split;
}

/** Works in place, as the original does: points written early are read again when the walk comes round. */
function dropStraightCorners(points: number[], squared: number): Int32Array {
  const count = points.length / 2;
  let left = count;
  let read = count - 1;
  const next = (index: number): number => (index + 1 >= count ? 0 : index + 1);
  let [startX, startY] = at(points, read);
  read = next(read);
  let write = read;
  let [cornerX, cornerY] = at(points, read);
  read = next(read);
  const put = (px: number, py: number): void => {
    points[2 * write] = px;
    points[2 * write + 1] = py;
    write = next(write);
    startX = px;
    startY = py;
  };
  for (let i = 0; i < count && left > 2; i++) {
    const [endX, endY] = at(points, read);
    read = next(read);
    const dx = endX - startX;
    const dy = endY - startY;
    const distance = Math.abs((cornerX - startX) * dy - (cornerY - startY) * dx);
    const onward = (cornerX - startX) * (endX - cornerX) + (cornerY - startY) * (endY - cornerY);
    if (distance * distance <= 0.5 * squared * (dx * dx + dy * dy) && dx !== 0 && dy !== 0 && onward >= 0) {
      left--;
      put(endX, endY);
      [cornerX, cornerY] = at(points, read);
      read = next(read);
      i++;
    } else {
      put(cornerX, cornerY);
      cornerX = endX;
      cornerY = endY;
    }
  }
  return Int32Array.from(points.slice(0, 2 * left));
}

function at(points: readonly number[], index: number): [number, number] {
  return [points[2 * index] as number, points[2 * index + 1] as number];
}

function x(xy: Int32Array, index: number): number {
  return xy[2 * index] as number;
}

function y(xy: Int32Array, index: number): number {
  return xy[2 * index + 1] as number;
}

function distanceSquared(xy: Int32Array, p: number, q: number): number {
  const dx = x(xy, p) - x(xy, q);
  const dy = y(xy, p) - y(xy, q);
  return dx * dx + dy * dy;
}
