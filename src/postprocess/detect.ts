// Probability map → polygons with scores, as DBNet's authors and the original project do it: threshold, outlines, score,
// unclip by D' = A·ratio/L (Liao et al. 2020, §3.5), size limits. Boxes stay in map pixels; place.ts takes them further.

import { PlaygroundError, polygonIn, type Size } from "../core/index.ts";
import {
  arcLengthPx,
  areaPx2,
  type Flat,
  type FramedBitmap,
  findContours,
  meanInside,
  offsetPolygon,
  type ProbabilityMap,
  perimeterPx,
  simplifyClosed,
  smallestRectangle,
} from "../geometry/index.ts";
import { orderedQuad } from "./quad.ts";
import type { MapDetection, MapDetections, PostprocessSettings } from "./types.ts";

/** An outline may stray by this share of its length when it loses points. */
const SIMPLIFY_SHARE = 0.002;
/** A box must be this much wider than `minSizePx` once it is unclipped. */
const UNCLIPPED_MARGIN_PX = 2;

/**
 * `map`: size.widthPx·size.heightPx values, row-major, floats 0..1 or bytes 0..255. Not changed.
 * Throws "internal" when its length does not fit its size.
 */
export function boxesFromMap(
  map: ProbabilityMap,
  size: Size<"map">,
  settings: PostprocessSettings,
): MapDetections {
  if (map.length !== size.widthPx * size.heightPx) {
    throw new PlaygroundError({
      code: "internal",
      message: `A map of ${size.widthPx}×${size.heightPx} pixels came with ${map.length} values.`,
      doing: "post-processing",
    });
  }
  const contours = findContours(binarized(map, size, settings.threshold));
  const detections: MapDetection[] = [];
  const candidates = contours.slice(0, settings.maxCandidates);
  candidates.forEach(({ xy }, contour) => {
    const found =
      settings.mode === "quad" ? quadOf(map, size, xy, settings) : polygonOf(map, size, xy, settings);
    if (found !== null) detections.push({ ...found, contour });
  });
  return { detections, contourCount: contours.length };
}

/** 1 where the probability is greater than the threshold, compared in single precision as the references do. */
function binarized(map: ProbabilityMap, size: Size<"map">, threshold: number): FramedBitmap {
  const { widthPx, heightPx } = size;
  const cells = new Int8Array((widthPx + 2) * (heightPx + 2));
  const limit = map instanceof Uint8Array ? largestByteNotAbove(threshold) : Math.fround(threshold);
  for (let y = 0; y < heightPx; y++) {
    const from = y * widthPx;
    const to = (y + 1) * (widthPx + 2) + 1;
    for (let x = 0; x < widthPx; x++) if ((map[from + x] as number) > limit) cells[to + x] = 1;
  }
  return { cells, widthPx, heightPx };
}

function largestByteNotAbove(threshold: number): number {
  let byte = 255;
  while (byte >= 0 && Math.fround(byte / 255) > Math.fround(threshold)) byte--;
  return byte;
}

type Found = Pick<MapDetection, "polygon" | "score">;

function quadOf(
  map: ProbabilityMap,
  size: Size<"map">,
  xy: Int32Array,
  settings: PostprocessSettings,
): Found | null {
  const around = smallestRectangle(xy);
  if (around === null || Math.min(around.widthPx, around.heightPx) < settings.minSizePx) return null;
  const tight = orderedQuad(around.corners);
  const score = meanInside(map, size, tight);
  if (settings.boxThreshold > score) return null;
  const grown = unclipped(tight, settings.unclipRatio);
  if (grown.length === 0) return null;
  const wide = smallestRectangle(joined(grown));
  if (wide === null || Math.min(wide.widthPx, wide.heightPx) < settings.minSizePx + UNCLIPPED_MARGIN_PX)
    return null;
  return { polygon: polygonIn("map", Float64Array.from(orderedQuad(wide.corners))), score };
}

function polygonOf(
  map: ProbabilityMap,
  size: Size<"map">,
  xy: Int32Array,
  settings: PostprocessSettings,
): Found | null {
  const outline = simplifyClosed(xy, SIMPLIFY_SHARE * arcLengthPx(xy));
  if (outline.length < 8) return null;
  const score = meanInside(map, size, outline);
  if (settings.boxThreshold > score) return null;
  const grown = unclipped(outline, settings.unclipRatio);
  const first = grown[0];
  if (first === undefined || (settings.implementation === "db" && grown.length > 1)) return null;
  const around = smallestRectangle(first);
  if (
    around === null ||
    Math.min(around.widthPx, around.heightPx) < settings.minSizePx + UNCLIPPED_MARGIN_PX
  ) {
    return null;
  }
  return { polygon: polygonIn("map", Float64Array.from(first)), score };
}

function unclipped(outline: Flat, ratio: number): Int32Array[] {
  const area = areaPx2(outline);
  const length = perimeterPx(outline);
  return area === 0 || length === 0 ? [] : offsetPolygon(outline, (area * ratio) / length);
}

function joined(paths: readonly Int32Array[]): Int32Array {
  return paths.length === 1 ? (paths[0] as Int32Array) : Int32Array.from(paths.flatMap((path) => [...path]));
}
