// A set that shows a change of box convention: pages of lines of two to four words, labelled word by word, so that a detector which
// was taught lines is wrong on nearly every box until it has learnt words.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCanvas } from "@napi-rs/canvas";
import { randomFrom } from "../../src/core/index.ts";
import { loadFonts } from "../train/node/pages.ts";

const WORDS =
  "river stone paper light house garden winter market copper silver morning little window summer travel letter number station bridge harbour".split(
    " ",
  );
const FACES = ["Roboto", "Roboto Slab", "Nanum Gothic"];

/** Writes `page-000.png` and `page-000.txt` (ICDAR) and so on. */
export function writeLinePages(
  folder: string,
  { pages, sizePx, seed }: { readonly pages: number; readonly sizePx: number; readonly seed: number },
): void {
  loadFonts();
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < pages; index++) {
    const name = join(folder, `page-${String(index).padStart(3, "0")}`);
    const { png, labels } = drawPage(sizePx, seed * 1000 + index);
    writeFileSync(`${name}.png`, png);
    writeFileSync(`${name}.txt`, `${labels.join("\n")}\n`);
  }
}

function drawPage(sizePx: number, seed: number): { readonly png: Buffer; readonly labels: string[] } {
  const random = randomFrom(seed, "line pages");
  const canvas = createCanvas(sizePx, sizePx);
  const context = canvas.getContext("2d");
  const paper = 215 + random.int(40);
  const ink = 20 + random.int(60);
  context.fillStyle = `rgb(${paper}, ${paper - random.int(12)}, ${paper - random.int(25)})`;
  context.fillRect(0, 0, sizePx, sizePx);
  context.fillStyle = `rgb(${ink}, ${ink}, ${ink})`;
  context.textBaseline = "alphabetic";
  const labels: string[] = [];
  let top = 12 + random.int(16);
  for (;;) {
    const heightPx = 15 + random.int(10);
    if (top + heightPx * 1.3 > sizePx - 8) break;
    context.font = `${heightPx}px "${FACES[random.int(FACES.length)]}"`;
    let left = 10 + random.int(24);
    const words = 2 + random.int(3);
    for (let word = 0; word < words; word++) {
      const text = WORDS[random.int(WORDS.length)] ?? "";
      const { width, actualBoundingBoxAscent, actualBoundingBoxDescent } = context.measureText(text);
      if (left + width > sizePx - 8) break;
      const base = top + heightPx;
      context.fillText(text, left, base);
      const [x0, x1] = [Math.round(left), Math.round(left + width)];
      const [y0, y1] = [
        Math.round(base - actualBoundingBoxAscent),
        Math.round(base + actualBoundingBoxDescent),
      ];
      labels.push(`${x0},${y0},${x1},${y0},${x1},${y1},${x0},${y1},${text}`);
      left += width + heightPx * (0.3 + random.range(0, 0.2));
    }
    top += Math.round(heightPx * (1.5 + random.range(0, 0.6)));
  }
  return { png: canvas.toBuffer("image/png"), labels };
}

// `npx tsx cli/models/line-pages.ts FOLDER [PAGES [SIZE [SEED]]]`
if (process.argv[1] === import.meta.filename) {
  const [folder, pages = 200, sizePx = 256, seed = 5] = process.argv.slice(2);
  if (folder === undefined) throw new Error("Name the folder that the pages are written to.");
  writeLinePages(folder, { pages: Number(pages), sizePx: Number(sizePx), seed: Number(seed) });
}
