// What the two variants of CLEval hand to the one matcher: polygons in whole pixels, and pseudo character centres.

/** A truth word, prepared. */
export interface PreparedWord {
  readonly ignore: boolean;
  /** Truncated toward zero; used for areas. */
  readonly polygon: Float64Array<ArrayBuffer>;
  /** x0, y0, x1, y1, … one pair for each (pseudo) character; not truncated. */
  readonly centres: Float64Array<ArrayBuffer>;
}

/** A detection, prepared. */
export interface PreparedBox {
  /** Truncated toward zero; used for areas and for "inside". */
  readonly polygon: Float64Array<ArrayBuffer>;
  readonly areaPx2: number;
  /** Characters charged when nothing matches it. */
  readonly falseCost: number;
}
