// The pages of the pipeline benchmark: drawn by the product itself on a canvas for Node, the same for the same seed and fonts,
// encoded as JPEG, and the decoder that a loader in Node needs.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Canvas, createCanvas, GlobalFonts, loadImage } from "@napi-rs/canvas";
import type { LoaderTools } from "../../src/batch/index.ts";
import { type DrawCanvas, drawPage, type Page, synthFaces } from "../../src/dataset/index.ts";
import { root } from "../root.ts";

/** Longest side, as photographed receipts of the original project. */
const PAGE_SIZE_PX = 1280;

/** `count` pages with exactly `words` words each, documents and receipts in turn. */
export async function benchPages(words: number, count: number): Promise<Page[]> {
  registerFonts();
  const pages: Page[] = [];
  for (let attempt = 0; pages.length < count; attempt++) {
    if (attempt > 20 * count) throw new Error(`no pages with ${words} words could be drawn`);
    const kind = attempt % 2 === 0 ? "document" : "receipt";
    const id = `bench/${words}/${attempt}`;
    const spec = {
      ...({ id, name: id, split: "train", kind, pageSizePx: PAGE_SIZE_PX } as const),
      ...{ wordCount: Math.ceil(words * 1.15), difficulty: 0.3, seed: id },
    };
    const drawn = drawPage(
      spec,
      (widthPx, heightPx) => createCanvas(widthPx, heightPx) as Canvas & DrawCanvas,
    );
    const readable = drawn.words.filter(({ ignore }) => !ignore);
    if (readable.length < words) continue;
    const bytes = Uint8Array.from(await drawn.canvas.encode("jpeg", 92));
    pages.push({
      id,
      name: id,
      file: { size: bytes.length, type: "image/jpeg", arrayBuffer: async () => bytes.slice().buffer },
      orientation: 1,
      size: drawn.size,
      words: readable.slice(0, words),
      labelSpace: "either",
    });
  }
  return pages;
}

/** How a loader in Node reads and decodes. */
export const nodeTools: LoaderTools = {
  load: async (page) => {
    const bytes = await page.file.arrayBuffer();
    return { ...page, file: { ...page.file, arrayBuffer: async () => bytes } };
  },
  decode: async (page) => {
    const image = await loadImage(Buffer.from(await page.file.arrayBuffer()));
    const canvas = createCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return { rgba: new Uint8ClampedArray(data), size: page.size };
  },
  now: () => performance.now(),
};

function registerFonts(): void {
  for (const { family, weight } of synthFaces) {
    if (GlobalFonts.has(family) && weight === 400) continue;
    const folder = join(root, "node_modules/@fontsource", family.toLowerCase().replaceAll(" ", "-"), "files");
    for (const file of readdirSync(folder).filter((name) => name.endsWith(`-${weight}-normal.woff2`))) {
      if (/-(latin|korean)-\d/.test(file)) GlobalFonts.register(readFileSync(join(folder, file)), family);
    }
  }
}
