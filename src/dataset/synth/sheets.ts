// The flat things that carry words: a printed sheet, a till receipt, a shop sign. Each takes a blank canvas, paints its
// ground, sets exactly the words it was asked for and returns their outlines. Perspective, light and noise come later.

import type { Random } from "../../core/index.ts";
import { css, type DrawContext, mix, type Rgb } from "./canvas.ts";
import { pickFaces } from "./faces.ts";
import type { FlatWord } from "./lettering.ts";
import { type Box, drawRows, type Row, type RowStyle } from "./rows.ts";
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

/** Faint print is part of what makes a page hard. */
function strengthOf(order: SheetOrder): number {
  const { random, difficulty } = order;
  if (random.chance(0.12 * difficulty)) return random.range(0.04, 0.2);
  return 1 - random.range(0, 0.5 * difficulty);
}

const straight = { bend: 0, rule: "none" } as const;

export const paintDocument: SheetPainter = (order) => {
  const { context, widthPx, heightPx, random, speaker, difficulty } = order;
  const ground = mix(
    [255, 255, 252],
    random.pick<Rgb>([
      [236, 228, 205],
      [228, 232, 238],
      [244, 240, 232],
    ]),
    random.next(),
  );
  paintPaper(order, ground);
  const hasHeading = order.wordCount >= 4;
  const headingCount = hasHeading ? 1 + random.int(2) : 0;
  const words = Array.from({ length: order.wordCount - headingCount }, () =>
    random.chance(0.08) ? random.pick([speaker.date, speaker.code, speaker.price])() : speaker.word("text"),
  );
  const inset = Math.min(widthPx, heightPx) * random.range(0.06, 0.11);
  const box = { x: inset, y: inset, width: widthPx - 2 * inset, height: heightPx - 2 * inset };
  const lettersInAll = words.reduce((sum, word) => sum + word.length * 0.55 + SPACE_LETTERS, 0);
  const lineLetters = Math.max(6, Math.sqrt((lettersInAll * 1.5 * box.width) / box.height));
  const body = pickFaces(random, "body");
  const strength = strengthOf(order);
  const rows: Row[] = wrap(words, lineLetters).map((line) => ({
    ...straight,
    words: line,
    faces: body,
    scale: 1,
    align: "left",
    strength,
  }));
  if (hasHeading) {
    const heading = Array.from({ length: headingCount }, () => speaker.word("sign"));
    rows.unshift({
      words: heading,
      faces: pickFaces(random, "heading"),
      scale: random.range(1.25, 1.7),
      align: random.pick(["left", "center"]),
      strength: 1,
      bend: 0,
      rule: random.chance(0.4) ? "line" : "none",
    });
  }
  const last = rows.at(-1);
  if (last !== undefined && rows.length > 3 && random.chance(0.7 * difficulty)) {
    rows[rows.length - 1] = { ...last, scale: random.range(0.45, 0.7), align: "center" };
  }
  return drawRows(context, rows, box, {
    ink: random.pick<Rgb>([
      [24, 24, 28],
      [30, 34, 60],
      [52, 40, 34],
    ]),
    ground,
    contour: null,
    leading: random.range(1.35, 1.75 - 0.3 * difficulty),
    maxSizePx: Math.max(widthPx, heightPx) * 0.13,
  });
};

const SPACE_LETTERS = 0.35;

export const paintReceipt: SheetPainter = (order) => {
  const { context, widthPx, heightPx, random, speaker } = order;
  const ground: Rgb = random.pick<Rgb>([
    [250, 249, 246],
    [243, 241, 233],
    [246, 247, 250],
  ]);
  paintPaper(order, ground);
  const body = pickFaces(random, "body");
  const strength = strengthOf(order);
  const row = (words: readonly string[], extra: Partial<Row>): Row => ({
    ...straight,
    words,
    faces: body,
    scale: 1,
    align: "left",
    strength,
    ...extra,
  });
  let left = order.wordCount;
  const take = (count: number): number => {
    const taken = Math.min(count, left);
    left -= taken;
    return taken;
  };
  const say = (count: number, speak: () => string): string[] => Array.from({ length: take(count) }, speak);
  const header = say(1 + random.int(2), () => speaker.word("sign"));
  const dated = order.wordCount >= 6 ? [...say(1, speaker.date), ...say(1, speaker.time)] : [];
  const hasTotal = left >= 3 && take(2) === 2;
  const rows: Row[] = [
    row(header, { faces: pickFaces(random, "heading"), scale: 1.5, align: "center", strength: 1 }),
  ];
  if (dated.length > 0) rows.push(row(dated, { align: "spread", scale: 0.85, rule: "dashes" }));
  while (left > 0) {
    const goods = say(left > 2 && random.chance(0.35) ? 2 : 1, () => speaker.word("goods"));
    rows.push(row([...goods, ...say(1, speaker.price)], { align: "spread" }));
  }
  const lastItem = rows.at(-1);
  if (lastItem !== undefined) rows[rows.length - 1] = { ...lastItem, rule: "dashes" };
  if (hasTotal) {
    const amount = [random.pick(["TOTAL", "SUM", "합계"]), speaker.price()];
    rows.push(row(amount, { faces: pickFaces(random, "heading"), scale: 1.2, align: "spread" }));
  }
  const inset = widthPx * 0.08;
  const barcodePx = random.chance(0.5) ? heightPx * 0.08 : 0;
  if (barcodePx > 0) paintBarcode(order, inset, heightPx - inset - barcodePx, barcodePx);
  const box = { x: inset, y: inset, width: widthPx - 2 * inset, height: heightPx - 2.4 * inset - barcodePx };
  return drawRows(context, rows, box, {
    ink: random.pick<Rgb>([
      [44, 44, 50],
      [62, 60, 72],
      [30, 30, 30],
    ]),
    ground,
    contour: null,
    leading: random.range(1.3, 1.7),
    maxSizePx: widthPx * 0.16,
  });
};

const boards: readonly (readonly [ground: Rgb, ink: Rgb])[] = [
  [
    [178, 34, 38],
    [255, 250, 240],
  ],
  [
    [24, 62, 120],
    [255, 255, 255],
  ],
  [
    [20, 92, 66],
    [250, 240, 190],
  ],
  [
    [250, 206, 60],
    [40, 30, 20],
  ],
  [
    [245, 245, 240],
    [170, 30, 50],
  ],
  [
    [40, 40, 44],
    [255, 214, 120],
  ],
  [
    [236, 120, 40],
    [255, 255, 250],
  ],
  [
    [90, 58, 110],
    [250, 236, 250],
  ],
  [
    [235, 225, 205],
    [60, 90, 60],
  ],
  [
    [110, 200, 210],
    [20, 40, 70],
  ],
];

export const paintSign: SheetPainter = (order) => {
  const { context, widthPx, heightPx, random, speaker, difficulty } = order;
  const [ground, ink] = random.pick(boards);
  paintBoard(order, ground, ink);
  const faces = pickFaces(random, "display");
  const small = pickFaces(random, "heading");
  const words = Array.from({ length: order.wordCount }, (_, i) =>
    i > 0 && random.chance(0.15)
      ? random.pick([speaker.phone, speaker.price, speaker.time])()
      : speaker.word("sign"),
  );
  const lines = wrap(words, Math.max(4, 3.2 * Math.sqrt((order.wordCount * widthPx) / heightPx)));
  const canBend = lines.length <= 3;
  const rows: Row[] = lines.map((line, i) => {
    const isBent = canBend && i === 0 && random.chance(0.05 + 0.6 * difficulty);
    return {
      words: line,
      faces: i === 0 ? faces : small,
      scale: i === 0 ? 1 : random.range(0.8 - 0.45 * difficulty, 0.9),
      align: "center",
      strength: strengthOf(order),
      bend: isBent ? random.range(0.5, 1.3) * (random.chance(0.75) ? 1 : -1) : 0,
      rule: "none",
    };
  });
  const hasContour = random.chance(0.15 + 0.15 * difficulty);
  const style: RowStyle = {
    ink,
    ground,
    contour: hasContour ? mix(ink, ground, 0.5) : null,
    leading: random.range(1.25, 1.5),
    maxSizePx: heightPx * 0.62,
  };
  const inset = Math.min(widthPx, heightPx) * 0.12;
  const box = { x: inset, y: inset * 0.8, width: widthPx - 2 * inset, height: heightPx - 1.6 * inset };
  return drawRows(context, rows, box, style);
};

/** Breaks words into lines of about so many letters. */
function wrap(words: readonly string[], lineLetters: number): string[][] {
  const lines: string[][] = [];
  let letters = Number.POSITIVE_INFINITY;
  for (const word of words) {
    const need = word.length * 0.55 + SPACE_LETTERS;
    if (letters + need > lineLetters) {
      lines.push([]);
      letters = 0;
    }
    lines.at(-1)?.push(word);
    letters += need;
  }
  return lines;
}

function paintPaper(order: SheetOrder, ground: Rgb): void {
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

function paintBarcode(order: SheetOrder, x: number, y: number, heightPx: number): void {
  const { context, widthPx, random } = order;
  context.fillStyle = css([50, 50, 54]);
  const unit = Math.max(1, widthPx / 130);
  for (let at = x + widthPx * 0.1; at < widthPx * 0.82; ) {
    const bar = unit * (1 + random.int(3));
    context.fillRect(at, y, bar, heightPx);
    at += bar + unit * (1 + random.int(3));
  }
}

function paintBoard(order: SheetOrder, ground: Rgb, ink: Rgb): void {
  const { context, widthPx, heightPx, random } = order;
  context.fillStyle = css(ground);
  context.fillRect(0, 0, widthPx, heightPx);
  const sheen = context.createLinearGradient(0, 0, widthPx * 0.3, heightPx);
  sheen.addColorStop(0, css([255, 255, 255], 0.14));
  sheen.addColorStop(0.5, css([255, 255, 255], 0));
  sheen.addColorStop(1, css([0, 0, 0], 0.12));
  context.fillStyle = sheen;
  context.fillRect(0, 0, widthPx, heightPx);
  const frame: Box = { x: 0, y: 0, width: widthPx, height: heightPx };
  const insetPx = Math.min(widthPx, heightPx) * 0.035;
  context.strokeStyle = css(mix(ground, ink, random.range(0.3, 1)));
  context.lineWidth = Math.max(1, insetPx * 0.7);
  context.strokeRect(
    frame.x + insetPx,
    frame.y + insetPx,
    frame.width - 2 * insetPx,
    frame.height - 2 * insetPx,
  );
}
