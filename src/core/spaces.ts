// The coordinate spaces of a page, as types that cannot be mixed, and the flat polygon every room uses.
// stored: pixels of the file · upright: EXIF applied · input: the square that the network sees · map: its output.
// Coordinates are continuous, x right and y down, the first pixel spans 0..1; a polygon is closed implicitly.

declare const space: unique symbol;

export type Space = "stored" | "upright" | "input" | "map";

/** x0, y0, x1, y1, … in pixels of space `S`; at least three points once it has passed an importer. */
export type Polygon<S extends Space> = Float64Array<ArrayBuffer> & { readonly [space]: S };

/** x' = a·x + c·y + e, y' = b·x + d·y + f (the order of a canvas transform). */
export interface Affine<From extends Space, To extends Space> {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
  readonly [space]?: readonly [From, To];
}

/** A size in whole pixels of space `S`. */
export interface Size<S extends Space> {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly [space]?: S;
}

/** Declares that flat coordinates lie in space `S`. Copies nothing. Throws when the count is odd. */
export function polygonIn<S extends Space>(_space: S, flat: ArrayLike<number>): Polygon<S> {
  if (flat.length % 2 !== 0) throw new RangeError(`a polygon needs x, y pairs; got ${flat.length} numbers`);
  const xy = flat instanceof Float64Array ? flat : Float64Array.from(flat);
  return xy as Polygon<S>;
}

/** Number of points. */
export function pointCount(polygon: Polygon<Space>): number {
  return polygon.length / 2;
}
