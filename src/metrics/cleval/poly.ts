// Lengths, centres and costs of CLEval for polygons without transcriptions, as the original OCR project runs it.
// Follows AIBootcamp13/upstageailab-ocr-recsys-competition-ocr-2, ocr/metrics/box_types.py (POLY).

import { roundHalfEven } from "../score.ts";
import { FLOAT32_EPSILON } from "./min-area-aspect.ts";

const LONGEST = 100;

/** Assumed characters of a word, from its aspect. A degenerate word (aspect 0) gets the most. */
export function polyPseudoLength(aspect: number): number {
  return Math.min(roundHalfEven(0.5 + Math.max(aspect, 1 / (aspect + FLOAT32_EPSILON))), LONGEST);
}

/** A horizontal false box is expensive here, because the aspect is orthogonal / parallel side. */
export function polyFalseCost(aspect: number): number {
  return Math.min(roundHalfEven(0.5 + 1 / (FLOAT32_EPSILON + aspect)), LONGEST);
}

/**
 * Centres of `length` pseudo characters: the first half of the points is the upper line, the second half, reversed, the lower one;
 * every section of a line is cut into `length` parts, inner cuts truncated toward zero. Depends on the order of the points.
 * Needs four points or more. Flat x, y pairs.
 */
export function polyCentres(polygon: ArrayLike<number>, length: number): Float64Array<ArrayBuffer> {
  const points = polygon.length / 2;
  const half = Math.floor(points / 2);
  const sections = half - 1;
  const centres = new Float64Array(2 * length);
  for (let axis = 0; axis < 2; axis++) {
    const upper = subdivide((i) => polygon[2 * i + axis] as number, half, sections, length);
    const lower = subdivide(
      (i) => polygon[2 * (points - 1 - i) + axis] as number,
      points - half,
      sections,
      length,
    );
    for (let c = 0; c < length; c++) {
      const from = c * sections;
      const to = (c + 1) * sections;
      const sum =
        (upper[from] as number) + (upper[to] as number) + (lower[from] as number) + (lower[to] as number);
      centres[2 * c + axis] = sum / 4;
    }
  }
  return centres;
}

/** One coordinate of a line of `count` points, its first `sections` sections cut into `parts` each, and the line's last point. */
function subdivide(
  at: (i: number) => number,
  count: number,
  sections: number,
  parts: number,
): Float64Array<ArrayBuffer> {
  const cuts = new Float64Array(sections * parts + 1);
  for (let s = 0; s < sections; s++) {
    const start = at(s);
    const step = (at(s + 1) - start) / parts;
    cuts[s * parts] = start;
    for (let i = 1; i < parts; i++) cuts[s * parts + i] = Math.trunc(start + step * i);
  }
  cuts[sections * parts] = at(count - 1);
  return cuts;
}
