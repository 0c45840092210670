// The JSON of the original competition ("ufo"): {images: {name: {img_w, img_h, words: {id: {points, transcription,
// illegibility}}}}}. Only `points` is needed; paragraphs, characters, tags and licences are not read.

import { err, ok, type Result } from "../../core/index.ts";
import { sizeFrom, textOrNull } from "./fields.ts";
import { field, isObject, type JsonObject, kindOf } from "./parse-json.ts";
import { readPoints } from "./read-polygon.ts";
import type { Importer, LabelledWord, Labels, LabelSource, PictureLabels } from "./types.ts";
import { UNREADABLE } from "./types.ts";

export const ufo: Importer = {
  id: "ufo",
  label: "competition JSON (images → words → points)",
  recognises: ({ isJson, json }) => {
    if (!isJson) return false;
    const root = json();
    return root.ok && isObject(root.value) && isObject(field(root.value, "images"));
  },
  read,
};

function read({ json }: LabelSource): Result<Labels, string> {
  const root = json();
  if (!root.ok) return root;
  const images = isObject(root.value) ? field(root.value, "images") : undefined;
  if (!isObject(images)) return err(`"images" should be an object and is ${kindOf(images)}`);
  const pictures: PictureLabels[] = [];
  const rejected: string[] = [];
  for (const [name, entry] of Object.entries(images)) {
    if (isObject(entry)) pictures.push(readPicture(name, entry));
    else rejected.push(`images["${name}"] should be an object and is ${kindOf(entry)}`);
  }
  return ok({ pictures, rejected, warnings: [] });
}

function readPicture(name: string, entry: JsonObject): PictureLabels {
  const words: LabelledWord[] = [];
  const rejected: string[] = [];
  const listed = field(entry, "words") ?? {};
  if (!isObject(listed))
    rejected.push(`images["${name}"].words should be an object and is ${kindOf(listed)}`);
  for (const [id, word] of isObject(listed) ? Object.entries(listed) : []) {
    const where = `images["${name}"].words["${id}"]`;
    const read = readWord(word, where);
    if (read.ok) words.push(read.value);
    else rejected.push(`${where}: ${read.error}`);
  }
  return {
    picture: { by: "file", name },
    declaredSize: sizeFrom(field(entry, "img_w"), field(entry, "img_h")),
    words,
    rejected,
  };
}

function readWord(word: unknown, where: string): Result<LabelledWord, string> {
  if (!isObject(word)) return err(`should be an object and is ${kindOf(word)}`);
  const polygon = readPoints(field(word, "points"));
  if (!polygon.ok) return polygon;
  const text = textOrNull(field(word, "transcription"));
  const ignore = field(word, "illegibility") === true || text === UNREADABLE;
  return ok({ where, ...polygon.value, ignore, text });
}
