// What every flat thing that carries words shares: the order it is painted by, the strength of its print, blank paper and
// the breaking of words into lines. The kinds themselves are beside this file.

import type { Random } from "../../core/index.ts";
import { css, type DrawContext, type Rgb } from "./canvas.ts";
import { scriptOf } from "./faces.ts";
import type { FlatWord } from "./lettering.ts";
import type { Speaker } from "./vocabulary.ts";

export interface SheetOrder {
  readonly context: DrawContext;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly wordCount: number;
  readonly difficulty: number;
  readonly random: Random;
  readonly speaker: Speaker;
}

export type SheetPainter = (order: SheetOrder) => FlatWord[];

/** Strength of the print of a whole sheet. */
export function printStrength(order: SheetOrder): number {
  return 1 - order.random.range(0, 0.4 * order.difficulty);
}

/** Strength of one row: as the sheet's, but a few rows of a hard page have all but faded. */
export function rowStrength(order: SheetOrder, sheetStrength: number): number {
  const { random, difficulty } = order;
  return random.chance(0.1 * difficulty) ? random.range(0.04, 0.2) : sheetStrength;
}

export const straight = { bend: 0, rule: "none" } as const;

/** Width of a space, in sizes. */
const SPACE = 0.35;
/** Mean width of a letter, in sizes; Hangul is nearly square. */
const lengthOf = (word: string): number => (scriptOf(word) === "korean" ? 0.9 : 0.55) * word.length + SPACE;

/** Length of a text in sizes of its letters, estimated. */
export function lengthInSizes(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + lengthOf(word), 0);
}

/** Breaks words into lines of about so many sizes of a letter. */
export function wrap(words: readonly string[], lineSizes: number): string[][] {
  const lines: string[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const word of words) {
    const need = lengthOf(word);
    if (used + need > lineSizes) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(word);
    used += need;
  }
  return lines;
}

/** A sheet with its folds. */
export function paintPaper(order: SheetOrder, ground: Rgb): void {
  const { context, widthPx, heightPx, random, difficulty } = order;
  context.fillStyle = css(ground);
  context.fillRect(0, 0, widthPx, heightPx);
  const creases = random.int(1 + Math.round(3 * difficulty));
  for (let i = 0; i < creases; i++) {
    const y = random.range(0.1, 0.9) * heightPx;
    const fold = context.createLinearGradient(0, y - heightPx * 0.05, 0, y + heightPx * 0.05);
    fold.addColorStop(0, css([0, 0, 0], 0));
    fold.addColorStop(0.5, css([40, 30, 20], 0.12));
    fold.addColorStop(0.52, css([255, 255, 255], 0.2));
    fold.addColorStop(1, css([255, 255, 255], 0));
    context.fillStyle = fold;
    context.fillRect(0, y - heightPx * 0.05, widthPx, heightPx * 0.1);
  }
}
