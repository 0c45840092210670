// A shop sign: few large words on a coloured board, at times along an arc or with a contour.

import { css, mix, type Rgb } from "./canvas.ts";
import { pickFaces } from "./faces.ts";
import { type Box, drawRows, type Row, type RowStyle } from "./rows.ts";
import {
  lengthInSizes,
  type SheetOrder,
  type SheetPainter,
  printStrength,
  rowStrength,
  wrap,
} from "./sheet.ts";

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
  const lines = wrap(words, Math.max(3, Math.sqrt((lengthInSizes(words) * 1.4 * widthPx) / heightPx)));
  const canBend = lines.length <= 3;
  const rows: Row[] = lines.map((line, i) => {
    const isBent = canBend && i === 0 && random.chance(0.05 + 0.6 * difficulty);
    return {
      words: line,
      faces: i === 0 ? faces : small,
      scale: i === 0 ? 1 : random.range(0.8 - 0.35 * difficulty, 0.9),
      align: "center",
      strength: rowStrength(order, printStrength(order)),
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
