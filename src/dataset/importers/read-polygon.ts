// Foreign coordinates → a polygon that can be trained on, or one sentence why not. Every importer's numbers pass here,
// so that no NaN, no degenerate shape and no absurd number gets any further.

import { err, ok, type Result } from "../../core/index.ts";
import { kindOf } from "./parse-json.ts";

/** Farther from the origin lies no picture; keeps areas finite. */
const MAX_COORDINATE = 1e7;
/** Area over squared perimeter; a square has 1/16. Below this the shape is a line up to rounding. */
const MIN_ROUNDNESS = 1e-7;
/** Polygons with more points are not searched for crossing edges: the search is quadratic. */
const MAX_POINTS_SEARCHED = 128;

export interface ReadPolygon {
  /** x0, y0, x1, y1, …; at least three points, no repeated neighbours. */
  readonly xy: Float64Array<ArrayBuffer>;
  /** Edges cross, e.g. corners in the wrong order: inside and outside cannot be told apart. */
  readonly crossesItself: boolean;
}

/** From [[x, y], …]. */
export function readPoints(points: unknown): Result<ReadPolygon, string> {
  if (!Array.isArray(points)) return err(`expected a list of points, found ${kindOf(points)}`);
  const flat: unknown[] = [];
  for (const [i, point] of points.entries()) {
    if (!Array.isArray(point) || point.length !== 2)
      return err(`point ${i + 1} should be [x, y] and is ${brief(point)}`);
    flat.push(point[0], point[1]);
  }
  return readFlat(flat);
}

/** From [x0, y0, x1, y1, …]. */
export function readFlat(values: unknown): Result<ReadPolygon, string> {
  if (!Array.isArray(values)) return err(`expected a list of numbers, found ${kindOf(values)}`);
  if (values.length % 2 !== 0) return err(`${values.length} numbers do not make x, y pairs`);
  for (const [i, value] of values.entries()) {
    const axis = i % 2 === 0 ? "x" : "y";
    const point = Math.floor(i / 2) + 1;
    if (typeof value !== "number" || !Number.isFinite(value))
      return err(`${axis} of point ${point} is ${brief(value)}, not a finite number`);
    if (Math.abs(value) > MAX_COORDINATE)
      return err(`${axis} of point ${point} is ${value}, beyond any picture`);
  }
  const xy = withoutRepeats(values);
  if (xy.length < 6) return err(`${xy.length / 2} distinct points; a region needs three`);
  const { area, perimeter } = measure(xy);
  if (Math.abs(area) <= MIN_ROUNDNESS * perimeter * perimeter)
    return err("the points enclose no area: they lie on a line or cross each other out");
  return ok({ xy, crossesItself: xy.length / 2 <= MAX_POINTS_SEARCHED && hasCrossingEdges(xy) });
}

/** Drops points equal to the one before, and a last point equal to the first. */
function withoutRepeats(values: readonly number[]): Float64Array<ArrayBuffer> {
  const kept: number[] = [];
  for (let i = 0; i < values.length; i += 2) {
    const x = values[i] as number;
    const y = values[i + 1] as number;
    if (kept.length > 0 && kept.at(-2) === x && kept.at(-1) === y) continue;
    kept.push(x, y);
  }
  while (kept.length > 2 && kept[0] === kept.at(-2) && kept[1] === kept.at(-1)) kept.length -= 2;
  return Float64Array.from(kept);
}

function measure(xy: Float64Array): { area: number; perimeter: number } {
  let twice = 0;
  let perimeter = 0;
  let [x0, y0] = [xy.at(-2) as number, xy.at(-1) as number];
  for (let i = 0; i < xy.length; i += 2) {
    const x1 = xy[i] as number;
    const y1 = xy[i + 1] as number;
    twice += x0 * y1 - x1 * y0;
    perimeter += Math.hypot(x1 - x0, y1 - y0);
    [x0, y0] = [x1, y1];
  }
  return { area: twice / 2, perimeter };
}

/** Whether two edges that are no neighbours cross properly. */
function hasCrossingEdges(xy: Float64Array): boolean {
  const n = xy.length / 2;
  const at = (i: number): readonly [number, number] => [
    xy[(i % n) * 2] as number,
    xy[(i % n) * 2 + 1] as number,
  ];
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (cross(at(i), at(i + 1), at(j), at(j + 1))) return true;
    }
  }
  return false;
}

type Point = readonly [x: number, y: number];

function cross(a: Point, b: Point, c: Point, d: Point): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

function side(a: Point, b: Point, p: Point): number {
  return Math.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]));
}

/** A short quotation of foreign data. */
function brief(value: unknown): string {
  if (typeof value === "string") return value.length > 24 ? `"${value.slice(0, 24)}…"` : `"${value}"`;
  return typeof value === "number" ? String(value) : kindOf(value);
}
