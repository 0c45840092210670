// ICDAR text files: one box a line. Truth: x1,y1,…,x4,y4,text with ### for don't-care. Predictions: x1,y1,…,x4,y4 and perhaps a
// confidence, or any even number of coordinates from six on (a polygon).

import { addWords, type ForeignWord, type Reading, UNREADABLE_TEXT } from "./reading.ts";

const QUAD_NUMBERS = 8;
const FEWEST_NUMBERS = 6;

/** "gt_img_1.txt" and "res_img_1.txt" both speak of "img_1". */
export function icdarPageName(file: string): string {
  const base = file.split(/[\\/]/).at(-1) ?? file;
  return base.replace(/\.[^.]*$/, "").replace(/^(gt|res)_/i, "");
}

/** Bad lines become problems; an empty file is a page without boxes. */
export function readIcdarText(
  reading: Reading,
  file: string,
  text: string,
  role: "truth" | "predictions",
): void {
  const name = icdarPageName(file);
  addWords(reading.pages, name, []);
  text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .forEach((line, i) => {
      if (line.trim() === "") return;
      const word = role === "truth" ? truthRow(line) : predictionRow(line);
      if (typeof word === "string") reading.problems.push(`${file}, line ${i + 1}: ${word}`);
      else addWords(reading.pages, name, [word]);
    });
}

function truthRow(line: string): ForeignWord | string {
  const fields = line.split(",");
  const xy = numbers(fields.slice(0, QUAD_NUMBERS));
  if (typeof xy === "string") return xy;
  if (xy.length < QUAD_NUMBERS) return `${fields.length} fields; expected eight numbers and the text.`;
  const text = fields.length > QUAD_NUMBERS ? fields.slice(QUAD_NUMBERS).join(",") : null;
  const bare = text?.trim().replace(/^"(.*)"$/, "$1");
  return { xy, ignore: bare === UNREADABLE_TEXT, text };
}

function predictionRow(line: string): ForeignWord | string {
  const fields = line.trim().replace(/,$/, "").split(",");
  const isPolygon = fields.length % 2 === 0 && fields.length !== QUAD_NUMBERS && fields.every(isNumber);
  const xy = numbers(isPolygon ? fields : fields.slice(0, QUAD_NUMBERS));
  if (typeof xy === "string") return xy;
  if (xy.length < (isPolygon ? FEWEST_NUMBERS : QUAD_NUMBERS))
    return `${fields.length} fields; expected x1,y1,…,x4,y4 or a longer even number of coordinates.`;
  return { xy, ignore: false, text: null };
}

function numbers(fields: readonly string[]): number[] | string {
  const wrong = fields.findIndex((field) => !isNumber(field));
  if (wrong >= 0)
    return `field ${wrong + 1} is ${JSON.stringify(fields[wrong]?.slice(0, 24))}, not a number.`;
  return fields.map(Number);
}

function isNumber(field: string): boolean {
  return field.trim() !== "" && Number.isFinite(Number(field));
}
