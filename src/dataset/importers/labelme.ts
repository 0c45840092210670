// LabelMe: one JSON a picture, {imagePath, imageWidth, imageHeight, shapes: [{label, points, shape_type, flags}]}.
// Polygons and two-point rectangles are text regions; circles, lines, points and masks are not.

import { err, ok, type Result } from "../../core/index.ts";
import { rectangle, sizeFrom, textOrNull } from "./fields.ts";
import { field, isObject, type JsonObject, kindOf } from "./parse-json.ts";
import { type ReadPolygon, readFlat, readPoints } from "./read-polygon.ts";
import type { Importer, LabelledWord, Labels, LabelSource } from "./types.ts";
import { UNREADABLE } from "./types.ts";

export const labelme: Importer = {
  id: "labelme",
  label: "LabelMe JSON",
  recognises: ({ isJson, json }) => {
    const root = isJson ? json() : undefined;
    return root?.ok === true && isObject(root.value) && Array.isArray(field(root.value, "shapes"));
  },
  read,
};

function read({ json }: LabelSource): Result<Labels, string> {
  const root = json();
  if (!root.ok) return root;
  const file = isObject(root.value) ? root.value : {};
  const shapes = field(file, "shapes");
  const name = field(file, "imagePath");
  if (!Array.isArray(shapes)) return err(`"shapes" should be a list and is ${kindOf(shapes)}`);
  if (typeof name !== "string") return err(`"imagePath" should be a file name and is ${kindOf(name)}`);
  const words: LabelledWord[] = [];
  const rejected: string[] = [];
  for (const [i, shape] of shapes.entries()) {
    const word = readShape(shape, `shapes[${i}]`);
    if (word.ok) words.push(word.value);
    else rejected.push(`shapes[${i}]: ${word.error}`);
  }
  const declaredSize = sizeFrom(field(file, "imageWidth"), field(file, "imageHeight"));
  return ok({
    pictures: [{ picture: { by: "file", name }, declaredSize, words, rejected }],
    rejected: [],
    warnings: [],
  });
}

function readShape(shape: unknown, where: string): Result<LabelledWord, string> {
  if (!isObject(shape)) return err(`should be an object and is ${kindOf(shape)}`);
  const polygon = readOutline(shape);
  if (!polygon.ok) return polygon;
  const text = textOrNull(field(shape, "label"));
  const flags = field(shape, "flags");
  const ignore = text === UNREADABLE || (isObject(flags) && field(flags, "ignore") === true);
  return ok({ where, ...polygon.value, ignore, text });
}

function readOutline(shape: JsonObject): Result<ReadPolygon, string> {
  const kind = field(shape, "shape_type") ?? "polygon";
  const points = field(shape, "points");
  if (kind === "polygon") return readPoints(points);
  if (kind !== "rectangle")
    return err(typeof kind === "string" ? `a ${kind} is no text region` : `shape_type is ${kindOf(kind)}`);
  if (!Array.isArray(points) || points.length !== 2) return readPoints(points);
  const corners: unknown[] = points.flat();
  const numbers = corners.filter((value) => typeof value === "number");
  const [x0, y0, x1, y1] = numbers;
  if (corners.length !== 4 || x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined)
    return err("a rectangle needs two points [x, y]");
  return readFlat(rectangle(x0, y0, x1, y1));
}
