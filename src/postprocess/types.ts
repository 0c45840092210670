// What goes into and comes out of post-processing.

import type { Config } from "../config/index.ts";
import type { Polygon } from "../core/index.ts";

export interface PostprocessSettings extends Readonly<Config["postprocess"]> {
  /** "original" (default): the original project's. "db": MhLiao/DB's, which differs for outlines that fall apart. */
  readonly implementation?: "original" | "db";
}

/** One detection in map pixels; pixel i stands for the coordinate i. */
export interface MapDetection {
  readonly polygon: Polygon<"map">;
  /** 0..1, mean probability inside the outline (polygon mode) or its smallest rectangle (quad mode). */
  readonly score: number;
  /** Which contour it came from, in the order of `findContours`. */
  readonly contour: number;
}

export interface MapDetections {
  readonly detections: readonly MapDetection[];
  /** Outlines found, holes included, before the cut at `maxCandidates`. */
  readonly contourCount: number;
}
