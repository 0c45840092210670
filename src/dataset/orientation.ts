// The one place that knows what the eight EXIF orientations do to sizes and points.
// Coordinates are continuous (0..width, 0..height), so a mirrored x is width − x, not width − 1 − x.

import type { Affine, Polygon, Size } from "../core/index.ts";
import { polygonIn } from "../core/index.ts";
import type { Orientation } from "./types.ts";

/** Orientations 5–8 lie on their side. */
export function swapsSides(orientation: Orientation): boolean {
  return orientation >= 5;
}

export function uprightSize(stored: Size<"stored">, orientation: Orientation): Size<"upright"> {
  const { widthPx, heightPx } = stored;
  return swapsSides(orientation) ? { widthPx: heightPx, heightPx: widthPx } : { widthPx, heightPx };
}

/** Stored (u, v) → upright (x, y), e.g. orientation 6: (height − v, u). Exact for all eight. */
export function storedToUpright(
  orientation: Orientation,
  stored: Size<"stored">,
): Affine<"stored", "upright"> {
  const { widthPx: w, heightPx: h } = stored;
  switch (orientation) {
    case 1:
      return { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };
    case 2:
      return { a: -1, b: 0, c: 0, d: 1, e: w, f: 0 };
    case 3:
      return { a: -1, b: 0, c: 0, d: -1, e: w, f: h };
    case 4:
      return { a: 1, b: 0, c: 0, d: -1, e: 0, f: h };
    case 5:
      return { a: 0, b: 1, c: 1, d: 0, e: 0, f: 0 };
    case 6:
      return { a: 0, b: 1, c: -1, d: 0, e: h, f: 0 };
    case 7:
      return { a: 0, b: -1, c: -1, d: 0, e: h, f: w };
    case 8:
      return { a: 0, b: -1, c: 1, d: 0, e: 0, f: w };
    default:
      return orientation satisfies never;
  }
}

/** A new polygon; points keep their order, so the winding turns over with the mirrored orientations 2, 4, 5, 7. */
export function orientPolygon(
  polygon: Polygon<"stored">,
  orientation: Orientation,
  stored: Size<"stored">,
): Polygon<"upright"> {
  const { a, b, c, d, e, f } = storedToUpright(orientation, stored);
  const upright = new Float64Array(polygon.length);
  for (let i = 0; i < polygon.length; i += 2) {
    const u = polygon[i] as number;
    const v = polygon[i + 1] as number;
    upright[i] = a * u + c * v + e;
    upright[i + 1] = b * u + d * v + f;
  }
  return polygonIn("upright", upright);
}
