// Small readings that the JSON formats share.

import type { PictureLabels } from "./types.ts";

/** The declared size of a picture where both sides are positive numbers; null otherwise. */
export function sizeFrom(widthPx: unknown, heightPx: unknown): PictureLabels["declaredSize"] {
  return isSide(widthPx) && isSide(heightPx) ? { widthPx, heightPx } : null;
}

/** Corners of an upright rectangle, clockwise from the top left, as flat numbers. */
export function rectangle(x0: number, y0: number, x1: number, y1: number): number[] {
  const [left, right] = [Math.min(x0, x1), Math.max(x0, x1)];
  const [top, bottom] = [Math.min(y0, y1), Math.max(y0, y1)];
  return [left, top, right, top, right, bottom, left, bottom];
}

export function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function isSide(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}
