// Growing and shrinking a polygon with round corners: Clipper 6.4.2 on integers (Angus Johnson), as pyclipper runs it with
// JT_ROUND and ET_CLOSEDPOLYGON; paths come out point for point as there, in the same order. The raw outline is made here,
// because clipper-lib lacks Clipper's limit on the steps of small arcs; the union that tidies it is clipper-lib's.

import ClipperLib from "clipper-lib";
import { PlaygroundError } from "../core/index.ts";
import { ClipperUnion } from "./clipper-union.ts";

/** Beyond this Clipper would switch to 128-bit products; no page is that large. */
const LARGEST_COORDINATE = 47_000_000;
const ARC_TOLERANCE = 0.25;
const TWO_PI = Math.PI * 2;

interface Arc {
  readonly sin: number;
  readonly cos: number;
  readonly stepsPerRad: number;
}

/**
 * All paths of the offset outline, x0, y0, x1, y1, … in whole pixels; empty when nothing is left.
 * Coordinates are truncated toward zero first. `distancePx` > 0 grows, < 0 shrinks, 0 only tidies.
 * Throws "bad-dataset" for coordinates that are no numbers or beyond ±47 million.
 */
export function offsetPolygon(
  xy: Float64Array | Float32Array | Int32Array,
  distancePx: number,
): Int32Array[] {
  if (!Number.isFinite(distancePx)) throw unusable("offset distance", distancePx);
  const source = orientedSource(xy);
  if (source === null) return [];
  const raw = Math.abs(distancePx) < 1e-20 ? source : rawOutline(source, distancePx);
  return tidied(raw, distancePx > 0).map(flatten);
}

/** Whole points without repeats, walked the way Clipper calls outer; null when fewer than three are left. */
function orientedSource(xy: Float64Array | Float32Array | Int32Array): ClipperLib.Path | null {
  const path: ClipperLib.Path = [];
  for (let i = 0; i < xy.length; i += 2) {
    const X = wholePx(xy[i]);
    const Y = wholePx(xy[i + 1]);
    const before = path[path.length - 1];
    if (before === undefined || before.X !== X || before.Y !== Y) path.push({ X, Y });
  }
  const first = path[0];
  while (path.length > 1 && first?.X === path[path.length - 1]?.X && first?.Y === path[path.length - 1]?.Y)
    path.pop();
  if (path.length < 3) return null;
  return ClipperLib.Clipper.Orientation(path) ? path : path.reverse();
}

/** Every edge moved outwards, joined by arcs or by spikes that the union removes. */
function rawOutline(source: ClipperLib.Path, distancePx: number): ClipperLib.Path {
  const count = source.length;
  const arc = arcOf(distancePx);
  const normalX = new Float64Array(count);
  const normalY = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const p = source[i] as ClipperLib.IntPoint;
    const q = source[i + 1 === count ? 0 : i + 1] as ClipperLib.IntPoint;
    const inverse = 1 / Math.sqrt((q.X - p.X) * (q.X - p.X) + (q.Y - p.Y) * (q.Y - p.Y));
    normalX[i] = (q.Y - p.Y) * inverse;
    normalY[i] = -((q.X - p.X) * inverse);
  }
  const outline: ClipperLib.Path = [];
  let k = count - 1;
  for (let j = 0; j < count; j++) {
    const kx = normalX[k] as number;
    const ky = normalY[k] as number;
    const jx = normalX[j] as number;
    const jy = normalY[j] as number;
    const { X, Y } = source[j] as ClipperLib.IntPoint;
    const put = (nx: number, ny: number) =>
      outline.push({ X: rounded(X + nx * distancePx), Y: rounded(Y + ny * distancePx) });
    const sine = kx * jy - jx * ky;
    const cosine = kx * jx + jy * ky;
    if (Math.abs(sine * distancePx) < 1 && cosine > 0) {
      put(kx, ky);
      // The next corner still measures its turn from the edge before this one.
      continue;
    }
    const turn = Math.abs(sine * distancePx) < 1 ? sine : Math.min(1, Math.max(-1, sine));
    if (turn * distancePx < 0) {
      put(kx, ky);
      outline.push({ X, Y });
      put(jx, jy);
    } else {
      const steps = Math.max(rounded(arc.stepsPerRad * Math.abs(Math.atan2(turn, cosine))), 1);
      let x = kx;
      let y = ky;
      for (let i = 0; i < steps; i++) {
        put(x, y);
        const turned = x * arc.cos - arc.sin * y;
        y = x * arc.sin + y * arc.cos;
        x = turned;
      }
      put(jx, jy);
    }
    k = j;
  }
  return outline;
}

function arcOf(distancePx: number): Arc {
  const size = Math.abs(distancePx);
  const tolerance = Math.min(ARC_TOLERANCE, size * ARC_TOLERANCE);
  const steps = Math.min(Math.PI / Math.acos(1 - tolerance / size), size * Math.PI);
  const sin = Math.sin(TWO_PI / steps);
  return { sin: distancePx < 0 ? -sin : sin, cos: Math.cos(TWO_PI / steps), stepsPerRad: steps / TWO_PI };
}

/** The union of the raw outline with itself; shrinking inverts it inside a frame, which is dropped again. */
function tidied(raw: ClipperLib.Path, isGrown: boolean): ClipperLib.Path[] {
  const clipper = new ClipperUnion(0);
  const { ptSubject } = ClipperLib.PolyType;
  const { pftPositive, pftNegative } = ClipperLib.PolyFillType;
  const solution: ClipperLib.Path[] = [];
  clipper.AddPath(raw, ptSubject, true);
  if (isGrown) {
    clipper.Execute(ClipperLib.ClipType.ctUnion, solution, pftPositive, pftPositive);
    return solution;
  }
  clipper.AddPath(frameAround(raw), ptSubject, true);
  clipper.ReverseSolution = true;
  clipper.Execute(ClipperLib.ClipType.ctUnion, solution, pftNegative, pftNegative);
  return solution.slice(1);
}

function frameAround(path: ClipperLib.Path): ClipperLib.Path {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const { X, Y } of path) {
    left = Math.min(left, X);
    right = Math.max(right, X);
    top = Math.min(top, Y);
    bottom = Math.max(bottom, Y);
  }
  return [
    { X: left - 10, Y: bottom + 10 },
    { X: right + 10, Y: bottom + 10 },
    { X: right + 10, Y: top - 10 },
    { X: left - 10, Y: top - 10 },
  ];
}

/** Half away from zero. */
function rounded(value: number): number {
  return Math.trunc(value < 0 ? value - 0.5 : value + 0.5);
}

function wholePx(coordinate: number | undefined): number {
  const whole = Math.trunc(coordinate ?? Number.NaN);
  if (!(Math.abs(whole) <= LARGEST_COORDINATE)) throw unusable("coordinate", coordinate);
  return whole === 0 ? 0 : whole;
}

function flatten(path: ClipperLib.Path): Int32Array {
  const flat = new Int32Array(path.length * 2);
  for (let i = 0; i < path.length; i++) {
    const point = path[i] as ClipperLib.IntPoint;
    flat[2 * i] = point.X;
    flat[2 * i + 1] = point.Y;
  }
  return flat;
}

function unusable(what: string, value: number | undefined): PlaygroundError {
  return new PlaygroundError({
    code: "bad-dataset",
    message: `A polygon cannot be grown or shrunk: its ${what} is ${value}.`,
    what: `${what} ${value}`,
    doing: "offsetting a polygon",
  });
}
