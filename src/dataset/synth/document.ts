// A printed sheet: a heading, lines of text, at times a small footer.

import { mix, type Rgb } from "./canvas.ts";
import { pickFaces } from "./faces.ts";
import { drawRows, type Row } from "./rows.ts";
import {
  lengthInSizes,
  paintPaper,
  type SheetPainter,
  straight,
  printStrength,
  rowStrength,
  wrap,
} from "./sheet.ts";

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
  const lineSizes = Math.max(6, Math.sqrt((lengthInSizes(words) * 1.5 * box.width) / box.height));
  const body = pickFaces(random, "body");
  const strength = printStrength(order);
  const rows: Row[] = wrap(words, lineSizes).map((line) => ({
    ...straight,
    words: line,
    faces: body,
    scale: 1,
    align: "left",
    strength: rowStrength(order, strength),
  }));
  if (hasHeading) {
    const heading = Array.from({ length: headingCount }, () => speaker.word("sign"));
    const scale = random.range(1.2, 1.6);
    const align = random.pick(["left", "center"] as const);
    const faces = pickFaces(random, "heading");
    const lines = wrap(heading, lineSizes / scale);
    const rule = random.chance(0.4) ? "line" : "none";
    rows.unshift(
      ...lines.map((line, i): Row => {
        const isUnderlined = i === lines.length - 1;
        return { words: line, faces, scale, align, strength: 1, bend: 0, rule: isUnderlined ? rule : "none" };
      }),
    );
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
