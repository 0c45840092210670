// The matching of CLEval, common to both variants: area precision ≥ 0.3 in float32 and characters inside.
// Follows cleval/eval_functions.py of clovaai/CLEval (the original OCR project runs the same rules). Pairs far apart are skipped.

import { overlapArea, type Region } from "../../geometry/index.ts";
import type { ClevalMatch } from "../types.ts";
import type { PreparedBox, PreparedWord } from "./types.ts";

const AREA_PRECISION_FROM = 0.3;
const AREA_PRECISION_FROM_F32 = Math.fround(AREA_PRECISION_FROM);

/** A word and a detection that share area or characters. */
export interface Contact {
  /** Shared area / area of the detection, rounded to float32. */
  readonly areaPrecision: number;
  /** Characters of the word whose centres lie in the detection. */
  readonly characters: readonly number[];
}

export interface Matching {
  readonly matches: readonly ClevalMatch[];
  /** For each word, the detections it is matched with, ascending; for each detection, the words. */
  readonly detectionsOf: readonly (readonly number[])[];
  readonly wordsOf: readonly (readonly number[])[];
  readonly ignoredDetections: readonly number[];
  contact(word: number, box: number): Contact | undefined;
}

export function matchCleval(words: readonly PreparedWord[], boxes: readonly PreparedBox[]): Matching {
  const contacts = findContacts(words, boxes);
  const contact = (word: number, box: number): Contact | undefined => contacts[word]?.get(box);
  const isSound = (c: Contact | undefined): c is Contact =>
    c !== undefined && c.areaPrecision >= AREA_PRECISION_FROM_F32 && c.characters.length > 0;

  const touching = boxes.map((): number[] => []);
  contacts.forEach((row, word) => {
    for (const box of row.keys()) touching[box]?.push(word);
  });
  const ignoredDetections = boxes.flatMap((_, box) =>
    isIgnored((touching[box] ?? []).filter((w) => words[w]?.ignore).map((w) => contact(w, box))) ? [box] : [],
  );
  const skipped = new Set(ignoredDetections);
  // Counted over all words and detections, ignored ones included.
  const soundBoxes = contacts.map((row) => [...row].flatMap(([box, c]) => (isSound(c) ? [box] : [])));
  const soundWords = touching.map((list, box) => list.filter((word) => isSound(contact(word, box))));

  const oneToOne: ClevalMatch[] = [];
  const oneToMany: ClevalMatch[] = [];
  const manyToOne: ClevalMatch[] = [];
  words.forEach((word, w) => {
    if (word.ignore) return;
    const sound = soundBoxes[w] ?? [];
    const only = sound[0];
    if (only !== undefined && sound.length === 1 && !skipped.has(only) && soundWords[only]?.length === 1)
      oneToOne.push({ truth: [w], detections: [only], relation: "one-to-one" });
    const pieces = sound.filter((box) => !skipped.has(box));
    if (pieces.length >= 2) oneToMany.push({ truth: [w], detections: pieces, relation: "one-to-many" });
  });
  boxes.forEach((_, box) => {
    if (skipped.has(box)) return;
    const inside = (touching[box] ?? []).filter(
      (w) => words[w]?.ignore === false && (contact(w, box)?.characters.length ?? 0) > 0,
    );
    let covered = 0;
    for (const w of inside) covered += contact(w, box)?.areaPrecision ?? 0;
    if (inside.length >= 2 && covered >= AREA_PRECISION_FROM)
      manyToOne.push({ truth: inside, detections: [box], relation: "many-to-one" });
  });

  const matches = [...oneToOne, ...oneToMany, ...manyToOne];
  const partners = words.map(() => new Set<number>());
  for (const { truth, detections } of matches)
    for (const w of truth) for (const box of detections) partners[w]?.add(box);
  const ascending = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);
  const wordsOf = boxes.map((): number[] => []);
  const detectionsOf = partners.map(ascending);
  detectionsOf.forEach((list, w) => {
    for (const box of list) wordsOf[box]?.push(w);
  });
  return { matches, detectionsOf, wordsOf, ignoredDetections, contact };
}

/** A detection is ignored when one don't-care region covers 0.3 of it, or several with characters inside do together. */
function isIgnored(contacts: readonly (Contact | undefined)[]): boolean {
  let covered = 0;
  for (const c of contacts) {
    if (c === undefined) continue;
    if (c.areaPrecision >= AREA_PRECISION_FROM_F32) return true;
    if (c.characters.length > 0) covered += c.areaPrecision;
  }
  return covered >= AREA_PRECISION_FROM;
}

/** For each word the detections in contact, in ascending order. A don't-care word loses what cared words cover of it. */
function findContacts(words: readonly PreparedWord[], boxes: readonly PreparedBox[]): Map<number, Contact>[] {
  return words.map((word) => {
    const holes = word.ignore
      ? words.flatMap((other) =>
          !other.ignore && overlapArea(other.region, word.region) > 0 ? [other.region] : [],
        )
      : [];
    const reach = reachOf(word);
    const row = new Map<number, Contact>();
    boxes.forEach(({ polygon, region, areaPx2 }, b) => {
      if (reach.left > region.right || reach.right < region.left) return;
      if (reach.top > region.bottom || reach.bottom < region.top) return;
      const characters = charactersInside(word.centres, polygon);
      const shared = overlapArea(word.region, region, holes);
      const areaPrecision = areaPx2 > 0 ? Math.fround(shared / areaPx2) : 0;
      if (areaPrecision > 0 || characters.length > 0) row.set(b, { areaPrecision, characters });
    });
    return row;
  });
}

function charactersInside(centres: ArrayLike<number>, polygon: ArrayLike<number>): number[] {
  const inside: number[] = [];
  for (let i = 0; i < centres.length; i += 2)
    if (contains(polygon, centres[i] as number, centres[i + 1] as number)) inside.push(i / 2);
  return inside;
}

/** Even-odd crossing test; an edge counts from its upper end up to, not including, its lower end, and only strictly to the right. */
function contains(polygon: ArrayLike<number>, x: number, y: number): boolean {
  let isInside = false;
  const count = polygon.length;
  for (let i = 0, j = count - 2; i < count; j = i, i += 2) {
    const yi = polygon[i + 1] as number;
    const yj = polygon[j + 1] as number;
    if (yi <= y === yj <= y) continue;
    const xi = polygon[i] as number;
    const xj = polygon[j] as number;
    if (x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) isInside = !isInside;
  }
  return isInside;
}

/** Box around a word and its character centres, which may lie outside of it. */
function reachOf({ region, centres }: PreparedWord): Pick<Region, "left" | "top" | "right" | "bottom"> {
  let { left, top, right, bottom } = region;
  for (let i = 0; i < centres.length; i += 2) {
    left = Math.min(left, centres[i] as number);
    right = Math.max(right, centres[i] as number);
    top = Math.min(top, centres[i + 1] as number);
    bottom = Math.max(bottom, centres[i + 1] as number);
  }
  return { left, top, right, bottom };
}
