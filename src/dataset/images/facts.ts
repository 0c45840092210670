// What a picture's header says, and the bounds inside which we are willing to decode one.

import type { Size } from "../../core/index.ts";
import type { Orientation } from "../types.ts";

export interface PictureFacts {
  readonly format: "JPEG" | "PNG" | "WebP";
  readonly storedSize: Size<"stored">;
  /** The one that decoders apply; 1 where they apply none. */
  readonly orientation: Orientation;
  /** Something odd that does not stop the picture from being used. */
  readonly warning: string | null;
}

/** Longest side we decode: the largest texture and canvas side that is common today. */
export const MAX_SIDE_PX = 16384;
/** Largest area we decode: 400 MB as RGBA, more than an A3 page scanned at 600 dpi (69 megapixels). */
export const MAX_AREA_PX = 100_000_000;
/** Largest picture file we read into memory. */
export const MAX_PICTURE_BYTES = 256 * 1024 * 1024;
/** A picture with a shorter side cannot hold a word. */
export const MIN_USEFUL_SIDE_PX = 16;

/** A sentence when the size that a header claims is one we refuse, undefined when it is fine. */
export function refuseSize(widthPx: number, heightPx: number): string | undefined {
  if (widthPx <= 0 || heightPx <= 0) return `the header claims a size of ${widthPx} × ${heightPx} pixels`;
  if (widthPx > MAX_SIDE_PX || heightPx > MAX_SIDE_PX)
    return `the header claims ${widthPx} × ${heightPx} pixels; sides up to ${MAX_SIDE_PX} are read`;
  if (widthPx * heightPx > MAX_AREA_PX)
    return `the header claims ${widthPx} × ${heightPx} pixels; up to ${MAX_AREA_PX / 1e6} megapixels are read`;
  return undefined;
}
