// Detections taken from map pixels to the page: back through the placement for the product, and MhLiao/DB's own stretching,
// rounding and clipping for comparison with it.

import { type Affine, type Polygon, polygonIn, type Size } from "../core/index.ts";
import { applyTo, compose, invert, stretch } from "../geometry/index.ts";
import type { MapDetection } from "./types.ts";

export interface UprightDetection {
  readonly polygon: Polygon<"upright">;
  readonly score: number;
}

/** Exact coordinates on the page, neither rounded nor clipped. `input` and `map` are sizes of the same square. */
export function toUpright(
  detections: readonly MapDetection[],
  placement: Affine<"upright", "input">,
  input: Size<"input">,
  map: Size<"map">,
): UprightDetection[] {
  const back = compose(stretch(map, input), invert(placement));
  return detections.map(({ polygon, score }) => ({ polygon: applyTo(back, polygon), score }));
}

/** As MhLiao/DB: stretched to `destination`, rounded half to even and pulled into it, both ends included. */
export function toDestination(
  polygon: Polygon<"map">,
  map: Size<"map">,
  destination: Size<"upright">,
): Polygon<"upright"> {
  const xy = polygon.map((value, i) => {
    const [from, to] =
      i % 2 === 0 ? [map.widthPx, destination.widthPx] : [map.heightPx, destination.heightPx];
    return Math.min(Math.max(roundHalfToEven((value / from) * to), 0), to);
  });
  return polygonIn("upright", xy);
}

/** As numpy rounds. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
