// MMOCR 1.x text detection: {metainfo, data_list: [{img_path, width, height, instances: [{polygon, bbox, ignore, text}]}]}.
// The polygon is flat; where an instance has only a bbox (x0, y0, x1, y1), that rectangle is taken.

import { err, ok, type Result } from "../../core/index.ts";
import { rectangle, sizeFrom, textOrNull } from "./fields.ts";
import { field, isObject, type JsonObject, kindOf } from "./parse-json.ts";
import { type ReadPolygon, readFlat } from "./read-polygon.ts";
import type { Importer, LabelledWord, Labels, LabelSource, PictureLabels } from "./types.ts";
import { UNREADABLE } from "./types.ts";

export const mmocr: Importer = {
  id: "mmocr",
  label: "MMOCR JSON",
  recognises: ({ isJson, json }) => {
    const root = isJson ? json() : undefined;
    return root?.ok === true && isObject(root.value) && Array.isArray(field(root.value, "data_list"));
  },
  read,
};

function read({ json }: LabelSource): Result<Labels, string> {
  const root = json();
  if (!root.ok) return root;
  const list = isObject(root.value) ? field(root.value, "data_list") : undefined;
  if (!Array.isArray(list)) return err(`"data_list" should be a list and is ${kindOf(list)}`);
  const pictures: PictureLabels[] = [];
  const rejected: string[] = [];
  for (const [i, entry] of list.entries()) {
    const picture = readPicture(entry, `data_list[${i}]`);
    if (picture.ok) pictures.push(picture.value);
    else rejected.push(`data_list[${i}]: ${picture.error}`);
  }
  return ok({ pictures, rejected, warnings: [] });
}

function readPicture(entry: unknown, where: string): Result<PictureLabels, string> {
  if (!isObject(entry)) return err(`should be an object and is ${kindOf(entry)}`);
  const name = field(entry, "img_path");
  const instances = field(entry, "instances") ?? [];
  if (typeof name !== "string") return err(`"img_path" should be a file name and is ${kindOf(name)}`);
  if (!Array.isArray(instances)) return err(`"instances" should be a list and is ${kindOf(instances)}`);
  const words: LabelledWord[] = [];
  const rejected: string[] = [];
  for (const [i, instance] of instances.entries()) {
    const place = `${where}.instances[${i}]`;
    const word = readWord(instance, place);
    if (word.ok) words.push(word.value);
    else rejected.push(`${place}: ${word.error}`);
  }
  const declaredSize = sizeFrom(field(entry, "width"), field(entry, "height"));
  return ok({ picture: { by: "file", name }, declaredSize, words, rejected });
}

function readWord(instance: unknown, where: string): Result<LabelledWord, string> {
  if (!isObject(instance)) return err(`should be an object and is ${kindOf(instance)}`);
  const polygon = readOutline(instance);
  if (!polygon.ok) return polygon;
  const text = textOrNull(field(instance, "text"));
  const ignore = field(instance, "ignore") === true || text === UNREADABLE;
  return ok({ where, ...polygon.value, ignore, text });
}

function readOutline(instance: JsonObject): Result<ReadPolygon, string> {
  const polygon = field(instance, "polygon");
  const box = field(instance, "bbox");
  if (polygon !== undefined || !Array.isArray(box) || box.length !== 4) return readFlat(polygon);
  const [x0, y0, x1, y1] = box.filter((value): value is number => typeof value === "number");
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined)
    return err("a bbox needs four numbers");
  return readFlat(rectangle(x0, y0, x1, y1));
}
