// Smallest rectangle around whole-pixel points, by rotating calipers over the convex hull (Toussaint 1983), with the
// single-precision arithmetic and the ties of OpenCV 4.6's minAreaRect and boxPoints.

import { convexHull } from "./hull.ts";

export interface Rectangle {
  /** x0, y0 … x3, y3: the corners in OpenCV's boxPoints order. */
  readonly corners: Float32Array<ArrayBuffer>;
  readonly widthPx: number;
  readonly heightPx: number;
}

const f = Math.fround;

/** Where the calipers stood when the area was smallest. */
interface Best {
  readonly a: number;
  readonly b: number;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly bottom: number;
}

/** A point gives a rectangle without sides, points in a line one without height; no points give null. */
export function smallestRectangle(xy: Int32Array): Rectangle | null {
  const hull = convexHull(xy);
  const count = hull.length / 2;
  if (count === 0) return null;
  const x0 = hull[0] as number;
  const y0 = hull[1] as number;
  if (count === 1) return rectangle(x0, y0, 0, 0, 0);
  if (count === 2) {
    const dx = (hull[2] as number) - x0;
    const dy = (hull[3] as number) - y0;
    const width = f(Math.sqrt(dx * dx + dy * dy));
    return rectangle(f(x0 + dx / 2), f(y0 + dy / 2), width, 0, f(Math.atan2(dy, dx)));
  }
  return fromCalipers(hull, rotateCalipers(hull, count));
}

/** Corners around a centre; the sides run along and across `angleRad`. */
function rectangle(cx: number, cy: number, width: number, height: number, angleRad: number): Rectangle {
  const angle = (f(f(angleRad * 180) / Math.PI) * Math.PI) / 180;
  const b = f(f(Math.cos(angle)) * 0.5);
  const a = f(f(Math.sin(angle)) * 0.5);
  const x0 = f(f(cx - f(a * height)) - f(b * width));
  const y0 = f(f(cy + f(b * height)) - f(a * width));
  const x1 = f(f(cx + f(a * height)) - f(b * width));
  const y1 = f(f(cy - f(b * height)) - f(a * width));
  const corners = Float32Array.of(x0, y0, x1, y1, 2 * cx - x0, 2 * cy - y0, 2 * cx - x1, 2 * cy - y1);
  return { corners, widthPx: width, heightPx: height };
}

/** Four calipers touch the hull at its bottom, right, top and left; each turn lays one of them on the next edge. */
function rotateCalipers(hull: Int32Array, count: number): Best {
  const edgeX = new Float32Array(count);
  const edgeY = new Float32Array(count);
  const inverseLength = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const j = i + 1 === count ? 0 : i + 1;
    const dx = px(hull, j) - px(hull, i);
    const dy = py(hull, j) - py(hull, i);
    edgeX[i] = dx;
    edgeY[i] = dy;
    inverseLength[i] = 1 / Math.sqrt(dx * dx + dy * dy);
  }
  const touch = extremes(hull, count);
  let a = orientation(edgeX, edgeY);
  let b = 0;
  let smallest = Number.MAX_VALUE;
  let best: Best = { a, b, width: 0, height: 0, left: 0, bottom: 0 };
  for (let k = 0; k < count; k++) {
    const side = nextSide(touch, edgeX, edgeY);
    const at = touch[side] as number;
    const leadX = f((edgeX[at] as number) * (inverseLength[at] as number));
    const leadY = f((edgeY[at] as number) * (inverseLength[at] as number));
    a = [leadX, leadY, -leadX, -leadY][side] as number;
    b = [leadY, -leadX, -leadY, leadX][side] as number;
    touch[side] = at + 1 === count ? 0 : at + 1;
    const [bottom, right, top, left] = touch as [number, number, number, number];
    const width = f(f((px(hull, right) - px(hull, left)) * a) + f((py(hull, right) - py(hull, left)) * b));
    const height = f(f(-(px(hull, top) - px(hull, bottom)) * b) + f((py(hull, top) - py(hull, bottom)) * a));
    const area = f(width * height);
    if (area <= smallest) {
      smallest = area;
      best = { a, b, width, height, left, bottom };
    }
  }
  return best;
}

/** Numbers of the corners with least y, greatest x, greatest y, least x; the first of equals. */
function extremes(hull: Int32Array, count: number): number[] {
  let bottom = 0;
  let right = 0;
  let top = 0;
  let left = 0;
  for (let i = 1; i < count; i++) {
    if (px(hull, i) < px(hull, left)) left = i;
    if (px(hull, i) > px(hull, right)) right = i;
    if (py(hull, i) > py(hull, top)) top = i;
    if (py(hull, i) < py(hull, bottom)) bottom = i;
  }
  return [bottom, right, top, left];
}

/** The caliper with the least turn to its next edge: edges are turned into one frame and compared by cross product. */
function nextSide(touch: readonly number[], edgeX: Float32Array, edgeY: Float32Array): number {
  let side = 0;
  let [sx, sy] = inFrame(0, touch, edgeX, edgeY);
  for (let i = 1; i < 4; i++) {
    const [ix, iy] = inFrame(i, touch, edgeX, edgeY);
    if (f(f(iy * sx) + f(-ix * sy)) < 0) {
      side = i;
      sx = ix;
      sy = iy;
    }
  }
  return side;
}

function inFrame(
  side: number,
  touch: readonly number[],
  edgeX: Float32Array,
  edgeY: Float32Array,
): [number, number] {
  const x = edgeX[touch[side] as number] as number;
  const y = edgeY[touch[side] as number] as number;
  if (side === 0) return [x, y];
  if (side === 1) return [y, -x];
  return side === 2 ? [-x, -y] : [-y, x];
}

function orientation(edgeX: Float32Array, edgeY: Float32Array): number {
  const last = edgeX.length - 1;
  const ax = edgeX[last] as number;
  const ay = edgeY[last] as number;
  return ax * (edgeY[0] as number) - ay * (edgeX[0] as number) > 0 ? 1 : -1;
}

function fromCalipers(hull: Int32Array, best: Best): Rectangle {
  const { a, b, width, height, left, bottom } = best;
  const c1 = f(f(a * px(hull, left)) + f(py(hull, left) * b));
  const c2 = f(f(-b * px(hull, bottom)) + f(py(hull, bottom) * a));
  const inverse = f(1 / f(f(a * a) + f(b * b)));
  const cornerX = f(f(f(c1 * a) - f(c2 * b)) * inverse);
  const cornerY = f(f(f(a * c2) + f(b * c1)) * inverse);
  const wx = f(a * width);
  const wy = f(b * width);
  const hx = f(-b * height);
  const hy = f(a * height);
  const cx = f(cornerX + f(f(wx + hx) * 0.5));
  const cy = f(cornerY + f(f(wy + hy) * 0.5));
  return rectangle(cx, cy, f(Math.hypot(wx, wy)), f(Math.hypot(hx, hy)), f(Math.atan2(wy, wx)));
}

function px(hull: Int32Array, index: number): number {
  return hull[2 * index] as number;
}

function py(hull: Int32Array, index: number): number {
  return hull[2 * index + 1] as number;
}
