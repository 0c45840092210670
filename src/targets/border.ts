// The band around one word in the threshold map: strength 1 on the outline falling to 0 at distance D.
// The distance is the references' own (draw_border_map of MhLiao/DB): perpendicular to an edge inside the circle over that
// edge, else to its nearer end; not the plain distance to a segment.

/** Where strengths go: floats 0..1, or bytes with 255 for 1. Never lowered. */
export interface StrengthMap {
  readonly data: Float32Array | Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Pixels from left to right and top to bottom, ends included; inside the map. */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

let tile = new Float64Array(0);

/** Raises `map` to the band around `outline` within `box`. Pixel i stands for the coordinate i. */
export function drawBorder(map: StrengthMap, outline: Float64Array, distancePx: number, box: PixelBox): void {
  const width = box.right - box.left + 1;
  const height = box.bottom - box.top + 1;
  if (width <= 0 || height <= 0 || !(distancePx > 0)) return;
  if (tile.length < width * height) tile = new Float64Array(2 * width * height);
  tile.fill(distancePx * distancePx, 0, width * height);
  for (let i = 0; i < outline.length; i += 2) {
    const j = i + 2 === outline.length ? 0 : i + 2;
    lowerAlongEdge(outline, i, j, distancePx, box, width);
  }
  if (map.data instanceof Uint8Array) raiseBytes(map.data, map.widthPx, distancePx, box, width, height);
  else raiseFloats(map.data, map.widthPx, distancePx, box, width, height);
}

/** Keeps in `tile` the least squared distance; looks only at pixels that can be nearer than D. */
function lowerAlongEdge(
  outline: Float64Array,
  i: number,
  j: number,
  distancePx: number,
  box: PixelBox,
  width: number,
): void {
  const px = outline[i] as number;
  const py = outline[i + 1] as number;
  const qx = outline[j] as number;
  const qy = outline[j + 1] as number;
  const ex = qx - px;
  const ey = qy - py;
  const squared = ex * ex + ey * ey;
  const inverse = squared > 0 ? 1 / squared : 0;
  const reach = distancePx + 1e-6;
  const top = Math.max(box.top, Math.ceil(Math.min(py, qy) - reach));
  const bottom = Math.min(box.bottom, Math.floor(Math.max(py, qy) + reach));
  const left = Math.max(box.left, Math.ceil(Math.min(px, qx) - reach));
  const right = Math.min(box.right, Math.floor(Math.max(px, qx) + reach));
  // On a row the band along the edge's line spans this much to either side of the line.
  const halfSpan = ey === 0 ? 0 : Math.abs((reach * Math.sqrt(squared)) / ey);
  const slope = ey === 0 ? 0 : ex / ey;
  for (let y = top; y <= bottom; y++) {
    const dy = y - py;
    const dyq = y - qy;
    let from = left;
    let to = right;
    if (ey !== 0) {
      const middle = px + dy * slope;
      from = Math.max(from, Math.ceil(middle - halfSpan));
      to = Math.min(to, Math.floor(middle + halfSpan));
    }
    const dySquared = dy * dy;
    const dyqSquared = dyq * dyq;
    const crossY = dy * ex;
    let at = (y - box.top) * width + from - box.left;
    for (let x = from; x <= to; x++, at++) {
      const dx = x - px;
      const dxq = x - qx;
      const toP = dx * dx + dySquared;
      const toQ = dxq * dxq + dyqSquared;
      let nearest: number;
      if (toP + toQ > squared) nearest = toP < toQ ? toP : toQ;
      else {
        const cross = dx * ey - crossY;
        nearest = cross * cross * inverse;
      }
      if (nearest < (tile[at] as number)) tile[at] = nearest;
    }
  }
}

function raiseFloats(
  data: Float32Array,
  stride: number,
  distancePx: number,
  box: PixelBox,
  width: number,
  height: number,
): void {
  const limit = distancePx * distancePx;
  const inverse = 1 / distancePx;
  for (let y = 0, from = 0; y < height; y++) {
    let to = (box.top + y) * stride + box.left;
    for (let x = 0; x < width; x++, from++, to++) {
      const squared = tile[from] as number;
      if (squared >= limit) continue;
      const strength = 1 - Math.sqrt(squared) * inverse;
      if (strength > (data[to] as number)) data[to] = strength;
    }
  }
}

/** The same, rounded to 255 steps. Rounding keeps the order, so the greatest byte is the byte of the greatest strength. */
function raiseBytes(
  data: Uint8Array,
  stride: number,
  distancePx: number,
  box: PixelBox,
  width: number,
  height: number,
): void {
  const limit = distancePx * distancePx;
  const inverse = 1 / distancePx;
  for (let y = 0, from = 0; y < height; y++) {
    let to = (box.top + y) * stride + box.left;
    for (let x = 0; x < width; x++, from++, to++) {
      const squared = tile[from] as number;
      if (squared >= limit) continue;
      const strength = (255 * (1 - Math.sqrt(squared) * inverse) + 0.5) | 0;
      if (strength > (data[to] as number)) data[to] = strength;
    }
  }
}
