// Area shared by polygons of any shape: concave, self-crossing (even-odd rule), repeated points.
// Method: horizontal slabs between all corner and crossing heights; within a slab no edges cross, so its part is an exact trapezoid
// sum (axis-aligned integer boxes come out without any rounding). Does not build the shared polygon, and knows no coordinate space.

/** Flat x0, y0, x1, y1, …, closed implicitly. */
type FlatPoints = ArrayLike<number>;

/** A polygon prepared for overlaps: its box, its non-horizontal edges as columns, and the heights where their order can change. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Upper end of each edge, sorted by topY. Plain arrays: for so few numbers they are several times cheaper than typed ones. */
  readonly topX: readonly number[];
  readonly topY: readonly number[];
  readonly bottomY: readonly number[];
  /** dx / dy. */
  readonly slope: readonly number[];
  /** Of corners and of crossings of the polygon with itself, sorted. */
  readonly heights: readonly number[];
  /** The coarsest of 1, 1/2, … 1/1024 of which every coordinate is a multiple; 0 where none is. */
  readonly grid: number;
}

/** Widths below this share of the largest coordinate are rounding, not overlap. */
const RELATIVE_NOISE = 2 ** -44;
const FINEST_GRID = 2 ** -10;
/** An area this near (as a share of it) to what polygons on the grid can have, has that. */
const GRID_NOISE = 1e-10;

/** Prepares a polygon. With fewer than three points, or a coordinate that is not finite, it overlaps nothing. */
export function regionOf(polygon: FlatPoints): Region {
  const corners = polygon.length >> 1;
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  const topX: number[] = [];
  const topY: number[] = [];
  const bottomY: number[] = [];
  const slope: number[] = [];
  const heights: number[] = [];
  let isSound = corners >= 3;
  let grid = 1;
  for (let i = 0; i < corners; i++) {
    const next = i + 1 === corners ? 0 : i + 1;
    const x0 = polygon[2 * i] as number;
    const y0 = polygon[2 * i + 1] as number;
    const x1 = polygon[2 * next] as number;
    const y1 = polygon[2 * next + 1] as number;
    isSound &&= Number.isFinite(x0) && Number.isFinite(y0);
    while (grid > 0 && (x0 % grid !== 0 || y0 % grid !== 0)) grid = grid > FINEST_GRID ? grid / 2 : 0;
    if (x0 < left) left = x0;
    if (x0 > right) right = x0;
    if (y0 < top) top = y0;
    if (y0 > bottom) bottom = y0;
    heights.push(y0);
    if (y0 === y1) continue;
    let at = topY.length;
    const upperY = Math.min(y0, y1);
    for (; at > 0 && (topY[at - 1] as number) > upperY; at--) {
      topX[at] = topX[at - 1] as number;
      topY[at] = topY[at - 1] as number;
      bottomY[at] = bottomY[at - 1] as number;
      slope[at] = slope[at - 1] as number;
    }
    topX[at] = y0 < y1 ? x0 : x1;
    topY[at] = upperY;
    bottomY[at] = Math.max(y0, y1);
    slope[at] = (x1 - x0) / (y1 - y0);
  }
  if (!isSound) return NOWHERE;
  const region = { left, top, right, bottom, topX, topY, bottomY, slope, heights, grid };
  addCrossings(heights, region, region);
  sortNumbers(heights);
  return region;
}

const NOWHERE: Region = {
  left: Infinity,
  top: Infinity,
  right: -Infinity,
  bottom: -Infinity,
  topX: [],
  topY: [],
  bottomY: [],
  slope: [],
  heights: [],
  grid: 0,
};

/** Area of a ∩ b, less what lies in any of `holes`. Exactly 0 where they only touch. */
export function overlapArea(a: Region, b: Region, holes: readonly Region[] = []): number {
  const top = Math.max(a.top, b.top);
  const bottom = Math.min(a.bottom, b.bottom);
  const left = Math.max(a.left, b.left);
  const right = Math.min(a.right, b.right);
  if (!(top < bottom) || !(left < right)) return 0;
  const layers = [a, b];
  for (const hole of holes) {
    const isNear = hole.top < bottom && hole.bottom > top && hole.left < right && hole.right > left;
    if (isNear) layers.push(hole);
  }
  const heights = [top, bottom];
  for (let i = 0; i < layers.length; i++) {
    const layer = layers[i] as Region;
    for (const y of layer.heights) if (y > top && y < bottom) heights.push(y);
    for (let j = i + 1; j < layers.length; j++) addCrossings(heights, layer, layers[j] as Region);
  }
  const noise = RELATIVE_NOISE * Math.max(Math.abs(a.left), Math.abs(b.left), Math.abs(right));
  sortNumbers(heights);
  const area = sweep(layers, heights, top, bottom, noise);
  return onGrid(
    area,
    layers.reduce((least, { grid }) => Math.min(least, grid), 1),
  );
}

/**
 * A shared polygon whose corners are all corners of the two has an area that is a multiple of half a square of the grid, and the
 * references get it exactly, for instance one half of a slanted word. The sweep is off by its last bits, enough to fall on the
 * wrong side of a threshold; this puts it right.
 */
function onGrid(area: number, grid: number): number {
  const step = (grid * grid) / 2;
  if (step === 0) return area;
  const nearest = Math.round(area / step) * step;
  return Math.abs(area - nearest) <= GRID_NOISE * area ? nearest : area;
}

/** Reused between calls: where the edges of a slab cross its middle, and the layer of each. */
const crossingX: number[] = [];
const crossingLayer: number[] = [];

function sweep(
  layers: readonly Region[],
  heights: readonly number[],
  top: number,
  bottom: number,
  noise: number,
): number {
  const inside = layers.map(() => 0);
  let area = 0;
  for (let h = 0; h + 1 < heights.length; h++) {
    const low = heights[h] as number;
    const high = heights[h + 1] as number;
    if (low === high || low < top || high > bottom) continue;
    const count = edgesInSlab(layers, low, high);
    area += sharedWidth(inside, count, noise) * (high - low);
  }
  return area;
}

/** Fills the scratch columns with where edges cross the middle of a slab, from left to right; returns how many. */
function edgesInSlab(layers: readonly Region[], low: number, high: number): number {
  const middle = low + (high - low) / 2;
  let count = 0;
  for (let layer = 0; layer < layers.length; layer++) {
    const { topX, topY, bottomY, slope } = layers[layer] as Region;
    for (let e = 0; e < topY.length; e++) {
      const y = topY[e] as number;
      if (y > low) break;
      if ((bottomY[e] as number) < high) continue;
      const x = (topX[e] as number) + (middle - y) * (slope[e] as number);
      let at = count++;
      while (at > 0 && (crossingX[at - 1] as number) > x) {
        crossingX[at] = crossingX[at - 1] as number;
        crossingLayer[at] = crossingLayer[at - 1] as number;
        at--;
      }
      crossingX[at] = x;
      crossingLayer[at] = layer;
    }
  }
  return count;
}

/** Width that lies in layers 0 and 1 and in no other, from the scratch columns. */
function sharedWidth(inside: number[], count: number, noise: number): number {
  inside.fill(0);
  let holes = 0;
  let width = 0;
  for (let i = 0; i + 1 < count; i++) {
    const layer = crossingLayer[i] as number;
    inside[layer] = 1 - (inside[layer] as number);
    if (layer >= 2) holes += inside[layer] === 1 ? 1 : -1;
    if (inside[0] !== 1 || inside[1] !== 1 || holes > 0) continue;
    const piece = (crossingX[i + 1] as number) - (crossingX[i] as number);
    if (piece > noise) width += piece;
  }
  return width;
}

/** Heights at which an edge of `a` properly crosses one of `b`. */
function addCrossings(heights: number[], a: Region, b: Region): void {
  for (let e = 0; e < a.topY.length; e++) {
    const aTop = a.topY[e] as number;
    const aBottom = a.bottomY[e] as number;
    const aSlope = a.slope[e] as number;
    const aX = a.topX[e] as number;
    for (let f = a === b ? e + 1 : 0; f < b.topY.length; f++) {
      const bTop = b.topY[f] as number;
      if (bTop >= aBottom) break;
      const low = Math.max(aTop, bTop);
      const high = Math.min(aBottom, b.bottomY[f] as number);
      if (low >= high) continue;
      const bSlope = b.slope[f] as number;
      const bX = b.topX[f] as number;
      const gapLow = aX + (low - aTop) * aSlope - (bX + (low - bTop) * bSlope);
      const gapHigh = aX + (high - aTop) * aSlope - (bX + (high - bTop) * bSlope);
      if ((gapLow < 0 && gapHigh > 0) || (gapLow > 0 && gapHigh < 0))
        heights.push(low + ((high - low) * gapLow) / (gapLow - gapHigh));
    }
  }
}

/** In place. Short lists, which are the rule, go without a comparison function. */
function sortNumbers(values: number[]): void {
  if (values.length > 64) {
    values.sort((x, y) => x - y);
    return;
  }
  for (let i = 1; i < values.length; i++) {
    const value = values[i] as number;
    let at = i;
    for (; at > 0 && (values[at - 1] as number) > value; at--) values[at] = values[at - 1] as number;
    values[at] = value;
  }
}
