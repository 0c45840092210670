// Sizes of tiles.

/** How far along the sum a tile in workgroup memory reaches. */
export const DEPTH = 16;

/** Rows of a tile, at most `most`: as little waste at the lower edge as can be, then as large as can be. */
export function rowsFor(height: number, most: number): number {
  if (height <= most) return height;
  let best = most;
  for (let rows = most - 1; rows >= Math.ceil(most / 2); rows--) {
    if (Math.ceil(height / rows) * rows < Math.ceil(height / best) * best) best = rows;
  }
  return best;
}
