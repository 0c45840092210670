// Pages from the person's disk for commands that run in Node: the same importers and the same placement as in the browser,
// pictures decoded by a canvas for Node.

import { basename } from "node:path";
import { loadImage, createCanvas } from "@napi-rs/canvas";
import { evaluationPlacement } from "../../src/augment/index.ts";
import { resample } from "../../src/batch/index.ts";
import type { Affine } from "../../src/core/index.ts";
import { type Dataset, importDataset, type Page, type Pixels } from "../../src/dataset/index.ts";
import { diskFile } from "../disk-file.ts";
import { collectFiles } from "../train/files.ts";

/** Every page of a folder or label file, in the order of their paths. */
export async function readPages(
  data: string,
  images: string | undefined,
): Promise<{ readonly pages: readonly Page[]; readonly dataset: Dataset }> {
  const files = collectFiles(data, images).map(({ path, fullPath }) => ({ path, file: diskFile(fullPath) }));
  const options = { name: basename(data), labelSpace: "auto", validationShare: 0, seed: 1 } as const;
  const dataset = await importDataset({ files, ...options });
  return { pages: [...dataset.train, ...dataset.validation], dataset };
}

export interface PlacedPage {
  /** S·S·4 RGBX. */
  readonly image: Uint8Array<ArrayBuffer>;
  readonly placement: Affine<"upright", "input">;
}

/** The page in the square that networks see, as an evaluation places it. */
export async function placePage(page: Page, sizePx: number): Promise<PlacedPage> {
  const placement = evaluationPlacement(page.size, sizePx);
  return { placement, image: resample(await decodePage(page), placement, sizePx) };
}

/** Upright pixels on white paper. */
async function decodePage(page: Page): Promise<Pixels> {
  const { widthPx, heightPx } = page.size;
  const image = await loadImage(new Uint8Array(await page.file.arrayBuffer()));
  const canvas = createCanvas(widthPx, heightPx);
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, widthPx, heightPx);
  context.setTransform(...TURNS[page.orientation](widthPx, heightPx));
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, widthPx, heightPx);
  return { rgba: new Uint8ClampedArray(data), size: page.size };
}

type Turn = (widthPx: number, heightPx: number) => [number, number, number, number, number, number];

/** EXIF orientation → the canvas transform that sets the stored picture upright. */
const TURNS: Readonly<Record<Page["orientation"], Turn>> = {
  1: () => [1, 0, 0, 1, 0, 0],
  2: (w) => [-1, 0, 0, 1, w, 0],
  3: (w, h) => [-1, 0, 0, -1, w, h],
  4: (_, h) => [1, 0, 0, -1, 0, h],
  5: () => [0, 1, 1, 0, 0, 0],
  6: (w) => [0, 1, -1, 0, w, 0],
  7: (w, h) => [0, -1, -1, 0, w, h],
  8: (_, h) => [0, -1, 1, 0, 0, h],
};
