// Points, polygons, affine maps between spaces.

export { orientation } from "./orientation.ts";
export { isSimplePolygon, overlapArea, overlapAreaWithout, shoelaceArea } from "./overlap.ts";
