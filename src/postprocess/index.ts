// Probability map → polygons with scores.

export { boxesFromMap } from "./detect.ts";
export { roundHalfToEven, toDestination, toUpright, type UprightDetection } from "./place.ts";
export type { MapDetection, MapDetections, PostprocessSettings } from "./types.ts";
