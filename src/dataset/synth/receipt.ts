// A till receipt: the shop, date and time, goods with prices, a total, at times a barcode, which is no text.

import { css, type Rgb } from "./canvas.ts";
import { pickFaces } from "./faces.ts";
import { drawRows, type Row } from "./rows.ts";
import {
  paintPaper,
  type SheetOrder,
  type SheetPainter,
  straight,
  printStrength,
  rowStrength,
  wrap,
} from "./sheet.ts";

export const paintReceipt: SheetPainter = (order) => {
  const { context, widthPx, heightPx, random, speaker } = order;
  const ground: Rgb = random.pick<Rgb>([
    [250, 249, 246],
    [243, 241, 233],
    [246, 247, 250],
  ]);
  paintPaper(order, ground);
  const body = pickFaces(random, "body");
  const strength = printStrength(order);
  const row = (words: readonly string[], extra: Partial<Row>): Row => ({
    ...straight,
    words,
    faces: body,
    scale: 1,
    align: "left",
    strength: rowStrength(order, strength),
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
  const heading = pickFaces(random, "heading");
  const rows: Row[] = [
    ...wrap(header, 6).map((line) => row(line, { faces: heading, scale: 1.4, align: "center", strength: 1 })),
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
    rows.push(row(amount, { faces: heading, scale: 1.2, align: "spread" }));
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
