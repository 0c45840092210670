// What the two variants of CLEval hand to the one matcher: polygons in whole pixels, and pseudo character centres.

import type { Region } from "../../geometry/index.ts";

/** A truth word, prepared. */
export interface PreparedWord {
  readonly ignore: boolean;
  /** Of the points truncated toward zero. */
  readonly region: Region;
  /** x0, y0, x1, y1, … one pair for each (pseudo) character; not truncated. */
  readonly centres: Float64Array<ArrayBuffer>;
}

/** A detection, prepared. */
export interface PreparedBox {
  /** Truncated toward zero, as is all below. */
  readonly polygon: Float64Array<ArrayBuffer>;
  readonly region: Region;
  readonly areaPx2: number;
  /** Characters charged when nothing matches it. */
  readonly falseCost: number;
}
