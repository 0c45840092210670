// Points, polygons and affine maps between spaces.

export {
  affine,
  applyFlat,
  applyTo,
  applyToPoint,
  compose,
  identity,
  invert,
  isSimilarity,
  type SimilarityParts,
  similarity,
  similarityScale,
  stretch,
} from "./affine.ts";
export { type Contour, emptyBitmap, type FramedBitmap, findContours } from "./contours.ts";
export { fillPolygon, type Raster } from "./fill.ts";
export { convexHull } from "./hull.ts";
export { meanInside, type ProbabilityMap } from "./mean.ts";
export { offsetPolygon } from "./offset.ts";
export { orientation } from "./orientation.ts";
export { overlapArea, type Region, regionOf } from "./overlap.ts";
export {
  arcLengthPx,
  areaPx2,
  type Bounds,
  boundsOf,
  type Flat,
  perimeterPx,
  reversed,
  signedAreaPx2,
} from "./polygon.ts";
export { type Rectangle, smallestRectangle } from "./rectangle.ts";
export { simplifyClosed } from "./simplify.ts";
export { isSimplePolygon } from "./simple.ts";
