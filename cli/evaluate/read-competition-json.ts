// The competition's JSON: images → name → words → id → points [[x, y], …]; optional transcription and illegibility.

import { addWords, type ForeignWord, type Reading, UNREADABLE_TEXT, UnreadableError } from "./reading.ts";

/** Throws UnreadableError when the text is no JSON or has no `images`; single bad words become problems. */
export function readCompetitionJson(file: string, text: string): Reading {
  let root: unknown;
  try {
    root = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (thrown) {
    throw new UnreadableError(`${file} is not JSON: ${thrown instanceof Error ? thrown.message : thrown}`);
  }
  const images = entriesOf(isObject(root) && Object.hasOwn(root, "images") ? root.images : undefined);
  if (images === null) throw new UnreadableError(`${file}: "images" should be an object of name → page.`);
  const reading: Reading = { pages: new Map(), problems: [] };
  for (const [name, page] of images) readPage(reading, file, name, page);
  return reading;
}

function readPage(reading: Reading, file: string, name: string, page: unknown): void {
  const where = `${file}: images[${JSON.stringify(name)}]`;
  addWords(reading.pages, name, []);
  if (!isObject(page)) {
    reading.problems.push(`${where} should be an object; the page counts as empty.`);
    return;
  }
  const listed = Object.hasOwn(page, "words") ? page.words : null;
  const words = listed === null ? [] : entriesOf(listed);
  if (words === null) {
    reading.problems.push(`${where}.words should be an object of id → word; the page counts as empty.`);
    return;
  }
  for (const [id, word] of words) {
    const read = readWord(word);
    if (typeof read === "string") reading.problems.push(`${where}.words[${JSON.stringify(id)}]${read}`);
    else addWords(reading.pages, name, [read]);
  }
}

/** A word, or the rest of a sentence that starts with its place. */
function readWord(word: unknown): ForeignWord | string {
  if (!isObject(word)) return " should be an object with points.";
  const points = Object.hasOwn(word, "points") ? word.points : undefined;
  if (!Array.isArray(points)) return ".points should be a list of [x, y].";
  const xy: number[] = [];
  for (const [i, point] of points.entries()) {
    if (!Array.isArray(point) || point.length !== 2 || !point.every(Number.isFinite))
      return `.points[${i}] should be two numbers [x, y].`;
    xy.push(...(point as [number, number]));
  }
  const text = Object.hasOwn(word, "transcription") ? word.transcription : null;
  const isIllegible = Object.hasOwn(word, "illegibility") && word.illegibility === true;
  return {
    xy,
    ignore: isIllegible || text === UNREADABLE_TEXT,
    text: typeof text === "string" ? text : null,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entriesOf(value: unknown): [string, unknown][] | null {
  return isObject(value) ? Object.entries(value) : null;
}
