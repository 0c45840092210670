// Which polygons the area metrics (IoU, DetEval) count: the rule of Shapely's `is_valid`.
// One or two points, and coordinates that are not numbers, make the references throw; here such a polygon is left out and named.

import { isSimplePolygon } from "../geometry/index.ts";
import type { Kept, LeftOut } from "./types.ts";

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
  if (hasNonFinite(polygon)) return "a coordinate is not a finite number";
  if (polygon.length < 6) return `${polygon.length / 2} point(s); a polygon needs at least 3`;
  return isSimplePolygon(polygon) ? null : "its outline crosses or touches itself, or encloses no area";
}

export function hasNonFinite(polygon: ArrayLike<number>): boolean {
  for (let i = 0; i < polygon.length; i++) if (!Number.isFinite(polygon[i])) return true;
  return false;
}
