// Places a page's outlines in the input square and draws its targets.
//
// How this relates to the references: MhLiao/DB and the original project move the corners first and offset afterwards, anew
// for every augmented copy. Here the offset is made once in upright pixels and moved with the corners. Offsetting and the
// border's distance commute with a similarity, so both ways agree up to Clipper's whole-pixel rounding, which happens at
// upright scale here (at most about 1.5 px · scale + 0.5 px) and at input scale there; with the identity as placement they
// agree exactly. A word whose corners leave the input square is clamped and offset after placement, as in MhLiao/DB, and
// so are the tests on placed size. As in both references (and in postprocess/), pixel i stands for the coordinate i.

import {
  type Affine,
  bytesIn,
  FLAG_SHRINK_MASK,
  FLAG_TEXT,
  FLAG_THRESHOLD_MASK,
  PlaygroundError,
  type Size,
} from "../core/index.ts";
import {
  applyFlat,
  areaPx2,
  type Bounds,
  boundsOf,
  fillPolygon,
  isSimilarity,
  similarityScale,
} from "../geometry/index.ts";
import { drawBorder, type StrengthMap } from "./border.ts";
import { clampedOutline, offsetAsDb, truncated } from "./outline.ts";
import type { PageGeometry, Paths } from "./page-geometry.ts";
import { clampsCorners, type TargetParams } from "./params.ts";

/** S = side of the input square. */
export interface RenderedTargets {
  /** S·S: threshold = low + (high − low)·byte/255. */
  readonly thresholds: Uint8Array<ArrayBuffer>;
  /** S·S: a sum of FLAG_… bits. */
  readonly flags: Uint8Array<ArrayBuffer>;
}

/** The same before quantisation, for any size. */
export interface FloatTargets {
  /** Width·height: thresholdMin on the background, thresholdMax on a word's outline. */
  readonly thresholds: Float32Array<ArrayBuffer>;
  readonly flags: Uint8Array<ArrayBuffer>;
}

/** Bytes for the engine, in `into` where that has the length. Throws "internal" when the placement is no similarity. */
export function renderTargets(
  geometry: PageGeometry,
  placement: Affine<"upright", "input">,
  sizePx: number,
  params: TargetParams,
  into?: RenderedTargets,
): RenderedTargets {
  const thresholds = bytesIn(into?.thresholds, sizePx * sizePx).fill(0);
  const flags = bytesIn(into?.flags, sizePx * sizePx);
  draw(geometry, placement, { data: thresholds, widthPx: sizePx, heightPx: sizePx }, flags, params);
  return { thresholds, flags };
}

/** Floats for comparison with the references: the same drawing, not quantised. */
export function renderFloatTargets(
  geometry: PageGeometry,
  placement: Affine<"upright", "input">,
  size: Size<"input">,
  params: TargetParams,
): FloatTargets {
  const { widthPx, heightPx } = size;
  const thresholds = new Float32Array(widthPx * heightPx);
  const flags = new Uint8Array(widthPx * heightPx);
  draw(geometry, placement, { data: thresholds, widthPx, heightPx }, flags, params);
  const { thresholdMin, thresholdMax } = params;
  for (let i = 0; i < thresholds.length; i++) {
    thresholds[i] = (thresholds[i] as number) * (thresholdMax - thresholdMin) + thresholdMin;
  }
  return { thresholds, flags };
}

/** A word in input pixels. */
interface PlacedWord {
  readonly outline: Float64Array;
  readonly distancePx: number;
  readonly shrunk: readonly Int32Array[];
  readonly grown: readonly Int32Array[];
}

function draw(
  geometry: PageGeometry,
  placement: Affine<"upright", "input">,
  strengths: StrengthMap,
  flags: Uint8Array,
  params: TargetParams,
): void {
  if (!isSimilarity(placement, 1e-6)) {
    throw new PlaygroundError({
      code: "internal",
      message: "Target geometry can only be placed by a turn, a mirroring, a uniform scale and a shift.",
      what: JSON.stringify(placement),
      doing: "drawing targets",
    });
  }
  const isDb = geometry.variant === "db";
  flags.fill(isDb ? FLAG_SHRINK_MASK : FLAG_SHRINK_MASK | FLAG_THRESHOLD_MASK);
  for (let index = 0; index < geometry.wordCount; index++) {
    const outline = placedPath(geometry.outlines, index, placement);
    const word = isDb
      ? placeAsDb(geometry, index, outline, placement, strengths, params)
      : placeOffsets(geometry, index, outline, placement);
    if (word === null) {
      const corners = truncated(isDb && clampsCorners(params) ? clampedIfOut(outline, strengths) : outline);
      fillPolygon({ ...strengths, data: flags }, corners, 0, FLAG_SHRINK_MASK);
    } else drawWord(word, strengths, flags, isDb);
  }
}

function drawWord(word: PlacedWord, strengths: StrengthMap, flags: Uint8Array, isDb: boolean): void {
  const raster = { data: flags, widthPx: strengths.widthPx, heightPx: strengths.heightPx };
  for (const path of word.shrunk) fillPolygon(raster, path, FLAG_TEXT);
  for (const path of word.grown) {
    if (isDb) fillPolygon(raster, path, FLAG_THRESHOLD_MASK);
    drawBorder(strengths, word.outline, word.distancePx, boundsOf(path), isDb);
  }
}

/** Null: the word becomes don't-care. */
function placeAsDb(
  geometry: PageGeometry,
  index: number,
  outline: Float64Array,
  placement: Affine<"upright", "input">,
  size: StrengthMap,
  params: TargetParams,
): PlacedWord | null {
  if (geometry.ignored[index] === 1) return null;
  const clamps = clampsCorners(params);
  const bounds = boundsOf(outline);
  const isCut = clamps && reachesOut(bounds, size);
  const visible = isCut ? clampedOutline(outline, size.widthPx, size.heightPx) : outline;
  const { minX, minY, maxX, maxY } = isCut ? boundsOf(visible) : bounds;
  if (Math.min(maxX - minX, maxY - minY) < params.minTextSizePx) return null;
  if (clamps && areaPx2(visible) < 1) return null;
  if (!isCut) return placeOffsets(geometry, index, outline, placement);
  const offset = offsetAsDb(visible, params);
  return offset.shrunk.length === 0 ? null : offset;
}

function placeOffsets(
  geometry: PageGeometry,
  index: number,
  outline: Float64Array,
  placement: Affine<"upright", "input">,
): PlacedWord {
  return {
    outline,
    distancePx: (geometry.distancesPx[index] as number) * similarityScale(placement),
    shrunk: placedPixels(geometry.shrunk, index, placement),
    grown: placedPixels(geometry.grown, index, placement),
  };
}

function placedPath(
  paths: Paths<Float64Array<ArrayBuffer>>,
  index: number,
  placement: Affine<"upright", "input">,
): Float64Array {
  const xy = paths.xy.subarray(paths.pathStart[index], paths.pathStart[index + 1]);
  const placed = new Float64Array(xy.length);
  applyFlat(placement, xy, placed);
  return placed;
}

/** All paths of a word, to the nearest pixel. */
function placedPixels(
  paths: Paths<Int32Array<ArrayBuffer>>,
  word: number,
  placement: Affine<"upright", "input">,
): Int32Array[] {
  const { a, b, c, d, e, f } = placement;
  const placed: Int32Array[] = [];
  for (let p = paths.wordStart[word] as number; p < (paths.wordStart[word + 1] as number); p++) {
    const start = paths.pathStart[p] as number;
    const pixels = new Int32Array((paths.pathStart[p + 1] as number) - start);
    for (let i = 0; i < pixels.length; i += 2) {
      const x = paths.xy[start + i] as number;
      const y = paths.xy[start + i + 1] as number;
      pixels[i] = Math.round(a * x + c * y + e);
      pixels[i + 1] = Math.round(b * x + d * y + f);
    }
    placed.push(pixels);
  }
  return placed;
}

function clampedIfOut(outline: Float64Array, size: StrengthMap): Float64Array {
  return reachesOut(boundsOf(outline), size) ? clampedOutline(outline, size.widthPx, size.heightPx) : outline;
}

function reachesOut(bounds: Bounds, size: StrengthMap): boolean {
  return (
    bounds.minX < 0 || bounds.minY < 0 || bounds.maxX > size.widthPx - 1 || bounds.maxY > size.heightPx - 1
  );
}
