// Mean of a map inside a polygon: the score of a detection (box_score_fast of MhLiao/DB): fillPoly on the truncated corners
// within the polygon's box, then the mean over the filled pixels.

import type { Size, Space } from "../core/index.ts";
import { fillPolygon } from "./fill.ts";
import { boundsOf, type Flat } from "./polygon.ts";

/** Row-major probabilities: 0..1 as floats, or as bytes where 255 means 1. */
export type ProbabilityMap = Float32Array | Uint8Array;

let scratch = new Uint8Array(0);

/** 0 when the polygon covers no pixel of the map. */
export function meanInside(map: ProbabilityMap, size: Size<Space>, xy: Flat): number {
  const { widthPx, heightPx } = size;
  const bounds = boundsOf(xy);
  const left = clamp(Math.floor(bounds.minX), widthPx);
  const right = clamp(Math.ceil(bounds.maxX), widthPx);
  const top = clamp(Math.floor(bounds.minY), heightPx);
  const bottom = clamp(Math.ceil(bounds.maxY), heightPx);
  const width = right - left + 1;
  const height = bottom - top + 1;
  const corners = new Int32Array(xy.length);
  for (let i = 0; i < xy.length; i += 2) {
    corners[i] = Math.trunc((xy[i] as number) - left);
    corners[i + 1] = Math.trunc((xy[i + 1] as number) - top);
  }
  if (scratch.length < width * height) scratch = new Uint8Array(2 * width * height);
  const mask = scratch.subarray(0, width * height).fill(0);
  fillPolygon({ data: mask, widthPx: width, heightPx: height }, corners, 1);
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y++) {
    const row = (top + y) * widthPx + left;
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] === 0) continue;
      sum += map[row + x] as number;
      count++;
    }
  }
  if (count === 0) return 0;
  return map instanceof Uint8Array ? sum / count / 255 : sum / count;
}

function clamp(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size - 1);
}
