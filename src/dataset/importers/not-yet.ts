// Label formats that we know by sight and do not read yet. Naming them is kinder than "unknown format", and keeps the
// four-point reader away from text files that only look alike. Reading one: write its importer, move it to table.ts.

import { linesOf } from "./icdar.ts";
import { field, isObject } from "./parse-json.ts";
import type { LabelSource } from "./types.ts";

export interface KnownFormat {
  readonly name: string;
  recognises(source: LabelSource): boolean;
}

export const NOT_YET: readonly KnownFormat[] = [
  { name: "COCO-Text", recognises: hasKeys("imgs", "anns") },
  { name: "COCO", recognises: hasKeys("images", "annotations") },
  { name: "FUNSD", recognises: hasKeys("form") },
  { name: "VGG Image Annotator (VIA)", recognises: hasKeys("_via_img_metadata") },
  { name: "Label Studio", recognises: isLabelStudio },
  { name: "docTR", recognises: isDoctr },
  { name: "WildReceipt", recognises: startsWith(/^\{\s*"file_name"\s*:/, /\.(txt|jsonl?)$/) },
  { name: "Total-Text", recognises: startsWith(/^x:\s*\[\[/, /\.txt$/) },
  { name: "CTW polygons (any number of points a line)", recognises: isPolygonCsv },
  { name: "ICDAR 2013 / SROIE rectangles (four numbers a line)", recognises: isRectangleText },
  { name: "YOLO", recognises: startsWith(/^\d+(?:\s+[01]?\.\d+){4,}\s*(?:\r?\n|$)/, /\.txt$/) },
  { name: "PAGE-XML", recognises: startsWith(/<PcGts\b/, /\.xml$/) },
  { name: "ALTO-XML", recognises: startsWith(/<alto\b/i, /\.xml$/) },
  { name: "Pascal VOC", recognises: startsWith(/^<annotation\b/, /\.xml$/) },
];

type Recognises = KnownFormat["recognises"];

/** A JSON object with all of these keys; for "images" an object there means the competition's JSON, not COCO. */
function hasKeys(...keys: readonly string[]): Recognises {
  return ({ isJson, json }) => {
    if (!isJson) return false;
    const root = json();
    if (!root.ok || !isObject(root.value)) return false;
    const { value } = root;
    return keys.every((key) => Object.hasOwn(value, key)) && !isObject(field(value, "images"));
  };
}

/** Looks at the first 2 000 characters. */
function startsWith(pattern: RegExp, names: RegExp): Recognises {
  return ({ baseName, text }) => names.test(baseName) && pattern.test(text.slice(0, 2000).trimStart());
}

function isLabelStudio({ isJson, json }: LabelSource): boolean {
  const root = isJson ? json() : undefined;
  const task: unknown = root?.ok && Array.isArray(root.value) ? root.value[0] : undefined;
  return isObject(task) && isObject(field(task, "data"));
}

function isDoctr({ isJson, json }: LabelSource): boolean {
  const root = isJson ? json() : undefined;
  const first = root?.ok && isObject(root.value) ? Object.values(root.value)[0] : undefined;
  return isObject(first) && Object.hasOwn(first, "polygons") && Object.hasOwn(first, "img_dimensions");
}

/** A line of six or more points and a text, whose later points lie near the first four: other numbers are text. */
function isPolygonCsv({ baseName, isJson, text }: LabelSource): boolean {
  return !isJson && /\.(txt|csv)$/.test(baseName) && linesOf(text).some(({ line }) => isPolygonRow(line));
}

function isPolygonRow(line: string): boolean {
  const fields = line.split(",").map((part) => part.trim());
  const firstText = fields.findIndex((part) => part === "" || !Number.isFinite(Number(part)));
  const numbers = fields.slice(0, Math.max(0, firstText)).map(Number);
  if (numbers.length < 12 || numbers.length % 2 !== 0) return false;
  const near = (axis: number): boolean => {
    const values = numbers.filter((_, i) => i % 2 === axis);
    const low = Math.min(...values.slice(0, 4));
    const high = Math.max(...values.slice(0, 4));
    const slack = 2 * Math.max(high - low, 50);
    return values.slice(4).every((value) => value >= low - slack && value <= high + slack);
  };
  return near(0) && near(1);
}

/** Every line has exactly four leading numbers, then text. */
function isRectangleText({ baseName, isJson, text }: LabelSource): boolean {
  const lines = isJson || !/\.(txt|csv)$/.test(baseName) ? [] : linesOf(text);
  return (
    lines.length > 0 &&
    lines.every(({ line }) => /^(?:\s*-?\d+(?:\.\d+)?\s*,){4}\s*(?![-\d.]+\s*,)/.test(line))
  );
}
