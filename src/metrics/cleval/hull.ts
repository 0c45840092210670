// Convex hull as indices, in the turning direction from x towards y.

import { orientation } from "../../geometry/index.ts";

/** Indices of the corners of the hull, collinear points left out. Fewer than three when all points lie on one line. */
export function convexHullFrom(xs: ArrayLike<number>, ys: ArrayLike<number>): number[] {
  const order = Array.from(xs, (_, i) => i).sort(
    (i, j) => (xs[i] as number) - (xs[j] as number) || (ys[i] as number) - (ys[j] as number),
  );
  const chain = (indices: readonly number[]): number[] => {
    const kept: number[] = [];
    for (const i of indices) {
      while (kept.length >= 2) {
        const a = kept[kept.length - 2] as number;
        const b = kept[kept.length - 1] as number;
        const turn = orientation(
          xs[a] as number,
          ys[a] as number,
          xs[b] as number,
          ys[b] as number,
          xs[i] as number,
          ys[i] as number,
        );
        if (turn > 0) break;
        kept.pop();
      }
      kept.push(i);
    }
    kept.pop();
    return kept;
  };
  return [...chain(order), ...chain(order.reverse())];
}
