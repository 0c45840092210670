// Measures of one polygon given as flat numbers x0, y0, x1, y1, …, closed implicitly: area, length, bounds, winding.
// Units follow the coordinates (px, px²). Overlap and validity are in overlap.ts.

/** Coordinates in whatever array holds them. */
export type Flat = Float64Array | Float32Array | Int32Array;

/**
 * Half the sum of x·(y of the next − y of the previous), counted from the first point's x as GEOS does: exact for whole pixels
 * however far out. Positive when the points run clockwise on the screen (y down). 0 for fewer than 3 points.
 */
export function signedAreaPx2(xy: ArrayLike<number>): number {
  const n = xy.length - (xy.length % 2);
  if (n < 6) return 0;
  const originX = xy[0] as number;
  let twice = 0;
  for (let i = 2; i < n; i += 2) {
    const before = xy[i - 1] as number;
    const after = xy[i + 3 < n ? i + 3 : 1] as number;
    twice += ((xy[i] as number) - originX) * (after - before);
  }
  return twice / 2;
}

/** Size of the signed area: lobes that run the other way count against, as in Shapely and OpenCV; a figure of eight cancels out. */
export function areaPx2(xy: ArrayLike<number>): number {
  return Math.abs(signedAreaPx2(xy));
}

/** Length of the closed outline. */
export function perimeterPx(xy: Flat): number {
  const n = xy.length;
  if (n < 4) return 0;
  let length = 0;
  let x0 = xy[n - 2] as number;
  let y0 = xy[n - 1] as number;
  for (let i = 0; i < n; i += 2) {
    const x1 = xy[i] as number;
    const y1 = xy[i + 1] as number;
    length += Math.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0));
    x0 = x1;
    y0 = y1;
  }
  return length;
}

/** The same as OpenCV's arcLength sums it for whole pixels: each side in single precision. */
export function arcLengthPx(xy: Int32Array): number {
  const n = xy.length;
  let length = 0;
  for (let i = 0; i < n; i += 2) {
    const before = i === 0 ? n - 2 : i - 2;
    const dx = (xy[i] as number) - (xy[before] as number);
    const dy = (xy[i + 1] as number) - (xy[before + 1] as number);
    length += Math.fround(Math.sqrt(Math.fround(dx * dx + dy * dy)));
  }
  return length;
}

export interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/** Smallest upright box around the points; infinite and inside out when there are none. */
export function boundsOf(xy: Flat): Bounds {
  let minX = Number.POSITIVE_INFINITY;
  let minY = Number.POSITIVE_INFINITY;
  let maxX = Number.NEGATIVE_INFINITY;
  let maxY = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < xy.length; i += 2) {
    const x = xy[i] as number;
    const y = xy[i + 1] as number;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  return { minX, minY, maxX, maxY };
}

/** The same outline walked the other way; starts with the last point. */
export function reversed(xy: Float64Array): Float64Array<ArrayBuffer> {
  const turned = new Float64Array(xy.length);
  for (let i = 0; i < xy.length; i += 2) {
    turned[i] = xy[xy.length - 2 - i] as number;
    turned[i + 1] = xy[xy.length - 1 - i] as number;
  }
  return turned;
}
