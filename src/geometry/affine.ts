// Affine maps between the coordinate spaces of a page: compose, invert, apply, measure.
// The branded types keep a map from being applied to points of another space. Nothing here knows about pictures.

import { type Affine, PlaygroundError, type Polygon, type Size, type Space } from "../core/index.ts";

type Coefficients = Readonly<Record<"a" | "b" | "c" | "d" | "e" | "f", number>>;

/** Declares the six numbers of a canvas transform as a map between two spaces. */
export function affine<From extends Space, To extends Space>(coefficients: Coefficients): Affine<From, To> {
  const { a, b, c, d, e, f } = coefficients;
  return { a, b, c, d, e, f };
}

/** The map that changes nothing but the name of the space. */
export function identity<From extends Space, To extends Space>(): Affine<From, To> {
  return { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };
}

/** First `first`, then `second`. */
export function compose<From extends Space, Via extends Space, To extends Space>(
  first: Affine<From, Via>,
  second: Affine<Via, To>,
): Affine<From, To> {
  return {
    a: second.a * first.a + second.c * first.b,
    b: second.b * first.a + second.d * first.b,
    c: second.a * first.c + second.c * first.d,
    d: second.b * first.c + second.d * first.d,
    e: second.a * first.e + second.c * first.f + second.e,
    f: second.b * first.e + second.d * first.f + second.f,
  };
}

/** The way back. Throws "internal" when the map flattens the plane. */
export function invert<From extends Space, To extends Space>(map: Affine<From, To>): Affine<To, From> {
  const determinant = map.a * map.d - map.b * map.c;
  const inverse = 1 / determinant;
  if (determinant === 0 || !Number.isFinite(inverse)) {
    throw new PlaygroundError({
      code: "internal",
      message: "This map between two spaces has no way back: it flattens the plane.",
      what: `determinant ${determinant}`,
    });
  }
  return {
    a: map.d * inverse,
    b: -map.b * inverse,
    c: -map.c * inverse,
    d: map.a * inverse,
    e: (map.c * map.f - map.d * map.e) * inverse,
    f: (map.b * map.e - map.a * map.f) * inverse,
  };
}

/** A new polygon in the target space. */
export function applyTo<From extends Space, To extends Space>(
  map: Affine<From, To>,
  polygon: Polygon<From>,
): Polygon<To> {
  const mapped = new Float64Array(polygon.length);
  applyFlat(map, polygon, mapped);
  return mapped as Polygon<To>;
}

/** The same on bare numbers x0, y0, x1, y1, …: reads `from`, writes `to` (at least as long). */
export function applyFlat(
  map: Coefficients,
  from: Float64Array | Int32Array,
  to: Float64Array,
  length = from.length,
): void {
  const { a, b, c, d, e, f } = map;
  for (let i = 0; i < length; i += 2) {
    const x = from[i] as number;
    const y = from[i + 1] as number;
    to[i] = a * x + c * y + e;
    to[i + 1] = b * x + d * y + f;
  }
}

/** One point. */
export function applyToPoint(map: Coefficients, x: number, y: number): [number, number] {
  return [map.a * x + map.c * y + map.e, map.b * x + map.d * y + map.f];
}

/**
 * Factor by which a similarity (turn, mirror, uniform scale, shift) stretches every length: √|determinant|.
 * For other maps the geometric mean of both stretches; `isSimilarity` tells them apart.
 */
export function similarityScale(map: Coefficients): number {
  return Math.sqrt(Math.abs(map.a * map.d - map.b * map.c));
}

/** Whether the map keeps angles (up to mirroring), within a relative tolerance. */
export function isSimilarity(map: Coefficients, tolerance = 1e-9): boolean {
  const { a, b, c, d } = map;
  const size = a * a + b * b + c * c + d * d;
  return (
    Math.abs(a * c + b * d) <= tolerance * size && Math.abs(a * a + b * b - c * c - d * d) <= tolerance * size
  );
}

export interface SimilarityParts {
  readonly scale: number;
  /** Clockwise on the screen. */
  readonly rotateRad: number;
  /** Mirror left and right before turning. */
  readonly flip: boolean;
  /** The point that is moved to `to`. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

/** Flip, turn and scale about `from`, then move it to `to`. */
export function similarity<From extends Space, To extends Space>(parts: SimilarityParts): Affine<From, To> {
  const { scale, rotateRad, flip, from, to } = parts;
  const cos = Math.cos(rotateRad) * scale;
  const sin = Math.sin(rotateRad) * scale;
  const sign = flip ? -1 : 1;
  const a = sign * cos;
  const b = sign * sin;
  return {
    a,
    b,
    c: -sin,
    d: cos,
    e: to[0] - a * from[0] + sin * from[1],
    f: to[1] - b * from[0] - cos * from[1],
  };
}

/** Scales each axis on its own so that `from` fills `to`. */
export function stretch<From extends Space, To extends Space>(
  from: Size<From>,
  to: Size<To>,
): Affine<From, To> {
  return { a: to.widthPx / from.widthPx, b: 0, c: 0, d: to.heightPx / from.heightPx, e: 0, f: 0 };
}
