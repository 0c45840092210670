// The pages of a run in Node: built-in ones drawn on the canvas library, own ones imported from disk.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Canvas, createCanvas, GlobalFonts } from "@napi-rs/canvas";
import type { Config } from "../../../src/config/index.ts";
import { PlaygroundError } from "../../../src/core/index.ts";
import {
  type Dataset,
  type DrawCanvas,
  drawSet,
  importDataset,
  synthFaces,
} from "../../../src/dataset/index.ts";
import { diskFile } from "../../disk-file.ts";
import type { LocalFile } from "../files.ts";
import { decodePage } from "./decode.ts";

/** Of packages named @fontsource/…; a character is taken from the first file of its family that has it. */
const FONT_FILES: Readonly<Record<string, readonly string[]>> = {
  "Roboto 400": ["roboto/files/roboto-latin-400-normal"],
  "Roboto 700": ["roboto/files/roboto-latin-700-normal"],
  "Roboto Slab 400": ["roboto-slab/files/roboto-slab-latin-400-normal"],
  "Roboto Slab 700": ["roboto-slab/files/roboto-slab-latin-700-normal"],
  "Pacifico 400": ["pacifico/files/pacifico-latin-400-normal"],
  "Nanum Gothic 400": [
    "nanum-gothic/files/nanum-gothic-latin-400-normal",
    "nanum-gothic/files/nanum-gothic-korean-400-normal",
  ],
  "Do Hyeon 400": ["do-hyeon/files/do-hyeon-latin-400-normal", "do-hyeon/files/do-hyeon-korean-400-normal"],
};

/** Draws the built-in set. Rejects with "cancelled" when `isCancelled` says so between two pages. */
export function drawPages(data: Config["data"], isCancelled: () => boolean): Promise<Dataset> {
  loadFonts();
  return drawSet(data, {
    createCanvas: drawingCanvas,
    encode: async (canvas) =>
      new Blob([Uint8Array.from(await canvas.encode("jpeg", 92))], { type: "image/jpeg" }),
    onProgress: () => undefined,
    isCancelled,
  });
}

/** Imports own pages; each picture is decoded once, so that a broken one is named before the work begins. */
export function importPages(
  files: readonly LocalFile[],
  name: string,
  data: Pick<Config["data"], "labelSpace" | "validationShare" | "seed">,
): Promise<Dataset> {
  return importDataset({
    files: files.map(({ path, fullPath }) => ({ path, file: diskFile(fullPath) })),
    name,
    labelSpace: data.labelSpace,
    validationShare: data.validationShare,
    seed: data.seed,
    decode: decodePage,
  });
}

let areFontsLoaded = false;

/** Registers every face of `synthFaces`. Throws "bad-file" naming the face that does not load. */
export function loadFonts(): void {
  if (areFontsLoaded) return;
  const require = createRequire(import.meta.url);
  for (const { family, weight } of synthFaces) {
    const name = `${family} ${weight}`;
    const files = FONT_FILES[name] ?? [];
    const isLoaded = files.map(
      (file) =>
        GlobalFonts.register(readFileSync(require.resolve(`@fontsource/${file}.woff2`)), family) !== null,
    );
    if (files.length > 0 && !isLoaded.includes(false)) continue;
    throw new PlaygroundError({
      code: "bad-file",
      message: `The typeface ${name} did not load, so no pages can be drawn.`,
      what: name,
      doing: "loading typefaces",
    });
  }
  areFontsLoaded = true;
}

/** The library's canvas as the drawing room knows one: its `putImageData` is only given what its `getImageData` gave. */
export type DrawingCanvas = DrawCanvas & Pick<Canvas, "encode">;

/** Letters do not follow the language of the machine. */
export function drawingCanvas(widthPx: number, heightPx: number): DrawingCanvas {
  const canvas = createCanvas(widthPx, heightPx);
  canvas.getContext("2d").lang = "en";
  return canvas as unknown as DrawingCanvas;
}
