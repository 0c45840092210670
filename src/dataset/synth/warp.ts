// How a flat surface (a sheet, a board) lies in the photograph: a slight roll of the sheet, then a perspective view.
// The same map places pixels (inverse) and word polygons (forward), so labels are exact. Homography: Heckbert 1989, §2.2.3.

/** Four corners in the picture: top left, top right, bottom right, bottom left; x0, y0, … */
export type Quad = readonly [number, number, number, number, number, number, number, number];

export interface Warp {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Row-major 3×3, flat (after the roll) to picture. */
  readonly toPicture: readonly number[];
  /** Row-major 3×3, picture to flat (after the roll). */
  readonly toFlat: readonly number[];
  /** Amplitude of the roll; 0 for a board. */
  readonly rollPx: number;
  readonly rollPhase: number;
}

export function makeWarp(
  quad: Quad,
  widthPx: number,
  heightPx: number,
  roll: { readonly px: number; readonly phase: number },
): Warp {
  const toPicture = squareToQuad(quad, widthPx, heightPx);
  return {
    widthPx,
    heightPx,
    toPicture,
    toFlat: inverse(toPicture),
    rollPx: roll.px,
    rollPhase: roll.phase,
  };
}

/** How far the roll moves column `x` down. */
export function rollAt(warp: Warp, x: number): number {
  return warp.rollPx * Math.sin((Math.PI * x) / warp.widthPx + warp.rollPhase);
}

/** Flat to picture. */
export function project(warp: Warp, x: number, flatY: number): [number, number] {
  const m = warp.toPicture;
  const y = flatY + rollAt(warp, x);
  const w = at(m, 6) * x + at(m, 7) * y + at(m, 8);
  return [(at(m, 0) * x + at(m, 1) * y + at(m, 2)) / w, (at(m, 3) * x + at(m, 4) * y + at(m, 5)) / w];
}

/** A word's outline in the picture; edges that bend by more than `tolerancePx` get more points. */
export function projectOutline(warp: Warp, flat: readonly number[], tolerancePx: number): number[] {
  const out: number[] = [];
  const count = flat.length / 2;
  for (let i = 0; i < count; i++) {
    const x0 = at(flat, 2 * i);
    const y0 = at(flat, 2 * i + 1);
    const next = (i + 1) % count;
    const x1 = at(flat, 2 * next);
    const y1 = at(flat, 2 * next + 1);
    const pieces = warp.rollPx === 0 ? 1 : piecesFor(warp, x0, y0, x1, y1, tolerancePx);
    for (let piece = 0; piece < pieces; piece++) {
      const t = piece / pieces;
      out.push(...project(warp, x0 + (x1 - x0) * t, y0 + (y1 - y0) * t));
    }
  }
  return out;
}

/** A chord's distance from its arc falls with the square of the number of pieces. */
function piecesFor(warp: Warp, x0: number, y0: number, x1: number, y1: number, tolerancePx: number): number {
  const [ax, ay] = project(warp, x0, y0);
  const [bx, by] = project(warp, x1, y1);
  const [mx, my] = project(warp, (x0 + x1) / 2, (y0 + y1) / 2);
  const length = Math.hypot(bx - ax, by - ay);
  if (length < 1) return 1;
  const bendPx = Math.abs((bx - ax) * (my - ay) - (by - ay) * (mx - ax)) / length;
  return Math.min(6, Math.max(1, Math.ceil(Math.sqrt(bendPx / tolerancePx))));
}

function squareToQuad(quad: Quad, width: number, height: number): number[] {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = quad;
  const dx1 = x1 - x2;
  const dx2 = x3 - x2;
  const dx3 = x0 - x1 + x2 - x3;
  const dy1 = y1 - y2;
  const dy2 = y3 - y2;
  const dy3 = y0 - y1 + y2 - y3;
  const det = dx1 * dy2 - dx2 * dy1;
  const g = (dx3 * dy2 - dx2 * dy3) / det;
  const h = (dx1 * dy3 - dx3 * dy1) / det;
  return [
    (x1 - x0 + g * x1) / width,
    (x3 - x0 + h * x3) / height,
    x0,
    (y1 - y0 + g * y1) / width,
    (y3 - y0 + h * y3) / height,
    y0,
    g / width,
    h / height,
    1,
  ];
}

function inverse(m: readonly number[]): number[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = m;
  const cofactors = [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
  const det = a * at(cofactors, 0) + b * at(cofactors, 3) + c * at(cofactors, 6);
  return cofactors.map((value) => value / det);
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0;
}
