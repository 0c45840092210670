// The placement of a page that is not augmented: the whole page as large as it fits, centred, the rest of the square black.
// Source: LongestMaxSize + PadIfNeeded of the original project; one scale for both axes, so nothing drifts by rounding.

import type { Affine, Size } from "../core/index.ts";
import { similarity } from "../geometry/index.ts";

/** Scale that makes the longer side fill the square of `inputSizePx`. */
export function letterboxScale(size: Size<"upright">, inputSizePx: number): number {
  return inputSizePx / Math.max(size.widthPx, size.heightPx);
}

/** Upright → input: scaled to fit, left and top padding whole pixels (960×1280 → 640: scale 0.5, 80 px left, 0 px top). */
export function evaluationPlacement(size: Size<"upright">, inputSizePx: number): Affine<"upright", "input"> {
  const scale = letterboxScale(size, inputSizePx);
  return similarity({
    scale,
    rotateRad: 0,
    flip: false,
    from: [0, 0],
    to: [padding(size.widthPx * scale, inputSizePx), padding(size.heightPx * scale, inputSizePx)],
  });
}

/** As the original: half of what ⌊content⌋ leaves, rounded down. The small allowance keeps 479.999… from counting as 479. */
function padding(contentPx: number, inputSizePx: number): number {
  return Math.max(0, Math.floor((inputSizePx - Math.floor(contentPx + 1e-6)) / 2));
}
