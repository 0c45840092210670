// Which polygons the area metrics (IoU, DetEval) count: the rule of Shapely's `is_valid`.
// One or two points, and coordinates that are not numbers, make the references throw; here such a polygon is left out and named.

import { isSimplePolygon } from "../geometry/index.ts";
import type { Kept, LeftOut } from "./types.ts";

const COORDINATE_BELOW = 2 ** 31;

/** Keeps valid polygons, and empty ones too (an empty ring counts as valid: it covers nothing and is false if detected). */
export function keepValid<T extends { readonly polygon: ArrayLike<number> }>(
  side: LeftOut["side"],
  boxes: readonly T[],
): { readonly kept: readonly Kept<T>[]; readonly leftOut: readonly LeftOut[] } {
  const kept: Kept<T>[] = [];
  const leftOut: LeftOut[] = [];
  boxes.forEach((box, index) => {
    const reason = whyInvalid(box.polygon);
    if (reason === null) kept.push({ index, box });
    else leftOut.push({ side, index, reason });
  });
  return { kept, leftOut };
}

function whyInvalid(polygon: ArrayLike<number>): string | null {
  if (polygon.length === 0) return null;
  const bad = badCoordinate(polygon);
  if (bad !== null) return bad;
  if (polygon.length < 6) return `${polygon.length / 2} point(s); a polygon needs at least 3`;
  return isSimplePolygon(polygon) ? null : "its outline crosses or touches itself, or encloses no area";
}

/** A sentence when a coordinate is no number or lies beyond what the references' 32-bit integers can hold. */
export function badCoordinate(polygon: ArrayLike<number>): string | null {
  for (let i = 0; i < polygon.length; i++) {
    const value = polygon[i] as number;
    if (!Number.isFinite(value)) return "a coordinate is not a finite number";
    if (Math.abs(value) >= COORDINATE_BELOW) return "a coordinate lies beyond any picture";
  }
  return null;
}
