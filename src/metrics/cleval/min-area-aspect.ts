// Aspect of a polygon: orthogonal over parallel side of the smallest rectangle around its convex hull, seen from the hull edge that
// gives it. Follows custom_MinAreaRect of the original OCR project (ocr/metrics/box_types.py) in float32 points and float64 arithmetic.

import { roundHalfEven } from "../score.ts";
import { convexHull, startOfHull } from "./hull.ts";

export const FLOAT32_EPSILON = 2 ** -23;
const LARGEST = 100;

/**
 * 0 where the polygon has no rectangle (its rounded width or height is 0, or all points lie on one line), else up to 100.
 * Where several edges give the smallest rectangle, the first of the hull wins, as in the reference.
 */
export function minAreaAspect(polygon: ArrayLike<number>): number {
  const points = polygon.length / 2;
  const xs = new Float32Array(points);
  const ys = new Float32Array(points);
  for (let i = 0; i < points; i++) {
    xs[i] = polygon[2 * i] as number;
    ys[i] = polygon[2 * i + 1] as number;
  }
  if (roundedSpan(xs) === 0 || roundedSpan(ys) === 0) return 0;
  const hull = convexHull(xs, ys);
  if (hull.length < 3) return 0;
  const rectangles = hull.map((from, e) =>
    rectangleOn(xs, ys, hull, from, hull[(e + 1) % hull.length] as number),
  );
  const smallest = Math.min(...rectangles.map(({ area }) => area));
  const tied = rectangles.flatMap(({ area }, e) => (area === smallest ? [e] : []));
  const aspects = tied.map((e) => (rectangles[e] as EdgeRectangle).aspect);
  if (aspects.every((aspect) => aspect === aspects[0])) return aspects[0] ?? 0;
  const start = startOfHull(xs, ys, hull);
  const first = tied.findIndex((e) => e >= start);
  return aspects[Math.max(0, first)] as number;
}

interface EdgeRectangle {
  readonly area: number;
  readonly aspect: number;
}

/** The rectangle around the hull with one side along the edge. */
function rectangleOn(
  xs: Float32Array,
  ys: Float32Array,
  hull: readonly number[],
  from: number,
  to: number,
): EdgeRectangle {
  const dx = Math.fround((xs[to] as number) - (xs[from] as number));
  const dy = Math.fround((ys[to] as number) - (ys[from] as number));
  const length = Math.sqrt(dx * dx + dy * dy);
  const ux = dx / length;
  const uy = dy / length;
  let lowP = Infinity;
  let highP = -Infinity;
  let lowO = Infinity;
  let highO = -Infinity;
  for (const i of hull) {
    const x = xs[i] as number;
    const y = ys[i] as number;
    const p = ux * x + uy * y;
    const o = ux * y - uy * x;
    lowP = Math.min(lowP, p);
    highP = Math.max(highP, p);
    lowO = Math.min(lowO, o);
    highO = Math.max(highO, o);
  }
  const parallel = highP - lowP;
  const orthogonal = highO - lowO;
  const aspect = Math.min(LARGEST, orthogonal / (parallel + FLOAT32_EPSILON));
  return { area: parallel * orthogonal, aspect };
}

function roundedSpan(values: Float32Array): number {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return roundHalfEven(high) - roundHalfEven(low);
}
