// Four-point text files: one word a line, `x1,y1,x2,y2,x3,y3,x4,y4,text`, one file a picture, `###` for don't-care.
// The layout of ICDAR 2015 (robust reading challenge 4), also with decimals (MTWI). The text may hold commas and quotes.

import { err, ok, type Result } from "../../core/index.ts";
import { readFlat } from "./read-polygon.ts";
import type { Importer, LabelledWord, Labels, LabelSource } from "./types.ts";
import { UNREADABLE } from "./types.ts";

const NUMBERS = 8;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** How Python and others print numbers that are none. */
const NO_NUMBER = /^[+-]?(?:nan|inf(?:inity)?)$/i;

export const icdar: Importer = {
  id: "icdar2015",
  label: "ICDAR 2015 text file",
  recognises: ({ baseName, text, isJson }) => {
    if (isJson || !/\.(txt|csv)$/.test(baseName)) return false;
    const lines = linesOf(text);
    return lines.length === 0 ? baseName.endsWith(".txt") : lines.some(({ line }) => looksLikeRow(line));
  },
  read,
};

/** Whether a line starts with eight numbers; what follows them is text. */
export function looksLikeRow(line: string): boolean {
  const fields = line.split(",", NUMBERS);
  return fields.length === NUMBERS && fields.every((part) => isNumeric(part));
}

/** Lines that hold something, with their numbers from 1. */
export function linesOf(text: string): { readonly line: string; readonly number: number }[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line, i) => ({ line: line.replace(/^\ufeff/, ""), number: i + 1 }))
    .filter(({ line }) => line.trim() !== "");
}

function read(source: LabelSource): Result<Labels, string> {
  const words: LabelledWord[] = [];
  const rejected: string[] = [];
  for (const { line, number } of linesOf(source.text)) {
    const word = readRow(line, `line ${number}`);
    if (word.ok) words.push(word.value);
    else rejected.push(`line ${number}: ${word.error}`);
  }
  const picture = { by: "stem", stems: stemsOf(source.path) } as const;
  return ok({ pictures: [{ picture, declaredSize: null, words, rejected }], rejected: [], warnings: [] });
}

function readRow(line: string, where: string): Result<LabelledWord, string> {
  const fields = line.split(",");
  if (fields.length < NUMBERS) return err(`${fields.length} fields, expected eight numbers and the text`);
  const numbers = fields.slice(0, NUMBERS).map((part) => part.trim());
  const wrong = numbers.findIndex((part) => !isNumeric(part));
  if (wrong !== -1) return err(`field ${wrong + 1} is "${numbers[wrong]?.slice(0, 24)}", expected a number`);
  const polygon = readFlat(numbers.map(Number));
  if (!polygon.ok) return polygon;
  const text = fields.length === NUMBERS ? null : fields.slice(NUMBERS).join(",");
  return ok({ where, ...polygon.value, ignore: isUnreadable(text), text });
}

function isNumeric(part: string): boolean {
  return NUMBER.test(part.trim()) || NO_NUMBER.test(part.trim());
}

function isUnreadable(text: string | null): boolean {
  return text !== null && (text.trim() === UNREADABLE || text.trim() === `"${UNREADABLE}"`);
}

/** "a/gt_img_1.txt" → ["img_1", "gt_img_1"]. */
function stemsOf(path: string): string[] {
  const stem = (path.split("/").at(-1) ?? path).replace(/\.[^.]*$/, "");
  const bare = stem.replace(/^gt_/i, "");
  return bare === stem || bare === "" ? [stem] : [bare, stem];
}
