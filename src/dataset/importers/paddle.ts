// PaddleOCR detection labels (PPOCRLabel's Label.txt): one picture a line, its path, a tab, and a JSON list of
// {transcription, points, difficult}. Recognition-only fields (key_cls, …) are not read.

import { err, ok, type Result } from "../../core/index.ts";
import { textOrNull } from "./fields.ts";
import { linesOf } from "./icdar.ts";
import { field, isObject, kindOf, parseJson } from "./parse-json.ts";
import { readPoints } from "./read-polygon.ts";
import type { Importer, LabelledWord, Labels, PictureLabels } from "./types.ts";
import { UNREADABLE } from "./types.ts";

export const paddle: Importer = {
  id: "paddleocr",
  label: "PaddleOCR Label.txt",
  recognises: ({ baseName, text }) => baseName.endsWith(".txt") && /^\s*[^\t\r\n]+\t\s*\[/.test(text),
  read: ({ text }) => {
    const pictures: PictureLabels[] = [];
    const rejected: string[] = [];
    for (const { line, number } of linesOf(text)) {
      const picture = readLine(line, `line ${number}`);
      if (picture.ok) pictures.push(picture.value);
      else rejected.push(`line ${number}: ${picture.error}`);
    }
    return ok<Labels>({ pictures, rejected, warnings: [] });
  },
};

function readLine(line: string, where: string): Result<PictureLabels, string> {
  const tab = line.indexOf("\t");
  if (tab <= 0) return err("expected a picture's path, a tab and a JSON list");
  const list = parseJson(line.slice(tab + 1));
  if (!list.ok) return list;
  if (!Array.isArray(list.value))
    return err(`expected a JSON list after the tab, found ${kindOf(list.value)}`);
  const words: LabelledWord[] = [];
  const rejected: string[] = [];
  for (const [i, entry] of list.value.entries()) {
    const place = `${where}, entry ${i + 1}`;
    const word = readWord(entry, place);
    if (word.ok) words.push(word.value);
    else rejected.push(`${place}: ${word.error}`);
  }
  return ok({
    picture: { by: "file", name: line.slice(0, tab).trim() },
    declaredSize: null,
    words,
    rejected,
  });
}

function readWord(entry: unknown, where: string): Result<LabelledWord, string> {
  if (!isObject(entry)) return err(`should be an object and is ${kindOf(entry)}`);
  const polygon = readPoints(field(entry, "points"));
  if (!polygon.ok) return polygon;
  const text = textOrNull(field(entry, "transcription"));
  // PaddleOCR's own loader ignores "*" and "###".
  const ignore = field(entry, "difficult") === true || text === UNREADABLE || text === "*";
  return ok({ where, ...polygon.value, ignore, text });
}
