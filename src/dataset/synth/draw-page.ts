// Draws one page: a backdrop, one or more flat surfaces laid into it in perspective, then light, blur and noise. Returns the
// canvas and the true outline of every word. Encoding the picture is the caller's.

import { PlaygroundError, type Random, randomFrom, type Size } from "../../core/index.ts";
import type { Word } from "../types.ts";
import { paintShadow, paintStreet, paintTable, paintWall } from "./backdrop.ts";
import type { CanvasProvider, DrawCanvas, DrawContext, PixelBlock } from "./canvas.ts";
import { paintDocument } from "./document.ts";
import { contrastUnder, type FlatWord } from "./lettering.ts";
import { seeWord } from "./legibility.ts";
import { blur, expose, gainAt, makeLight, placeSurface } from "./photograph.ts";
import { type Placement, placementsFor } from "./placement.ts";
import type { PageSpec } from "./plan.ts";
import { paintReceipt } from "./receipt.ts";
import type { SheetPainter } from "./sheet.ts";
import { paintSign } from "./sign.ts";
import { type Speaker, speaker } from "./vocabulary.ts";
import { makeWarp, projectOutline, type Warp } from "./warp.ts";

export interface DrawnPage<C extends DrawCanvas> {
  readonly canvas: C;
  readonly size: Size<"upright">;
  readonly words: readonly Word[];
}

const painters: Readonly<Record<PageSpec["kind"], SheetPainter>> = {
  document: paintDocument,
  receipt: paintReceipt,
  sign: paintSign,
  scene: paintSign,
};

const backdrops = { document: paintTable, receipt: paintTable, sign: paintWall, scene: paintStreet } as const;

/** Height over width of the picture, with few words and with many: a short receipt makes a short picture. */
const aspects = {
  document: [1.1, 1.32],
  receipt: [1.05, 1.5],
  sign: [0.72, 0.72],
  scene: [0.75, 0.75],
} as const;
const MANY_WORDS = 32;

/** A curve may leave its polygon by this much. */
const BEND_TOLERANCE_PX = 0.3;

/** The faces of `synthFaces` must be loaded. Throws "unsupported" where the provider's canvas has no 2D context. */
export function drawPage<C extends DrawCanvas>(
  spec: PageSpec,
  createCanvas: CanvasProvider<C>,
): DrawnPage<C> {
  const random = randomFrom("synth", spec.seed, spec.kind);
  const size = sizeOf(spec, random);
  const { widthPx, heightPx } = size;
  const canvas = createCanvas(widthPx, heightPx);
  const context = contextOf(canvas);
  backdrops[spec.kind]({ context, widthPx, heightPx, random });
  const placements = placementsFor(spec, widthPx, heightPx, random);
  const depthPx = Math.max(widthPx, heightPx) * 0.012;
  for (const placement of placements) paintShadow(context, placement.quad, depthPx);

  const picture = context.getImageData(0, 0, widthPx, heightPx);
  const difficulty = spec.difficulty;
  const light = makeLight(random, widthPx, heightPx, difficulty);
  const blurPx = random.range(0, 1.5 * difficulty) * Math.min(1.2, Math.max(widthPx, heightPx) / 480);
  const noiseSigma = random.range(1, 2 + 16 * difficulty);
  const voice = speaker(random, random.pick([0, 0, 0.15, 0.5, 0.85]));
  const words: Word[] = [];
  for (const placement of placements) {
    const warp = makeWarp(placement.quad, placement.widthPx, placement.heightPx, placement.roll);
    const surface = paintSurface(spec, placement, random, voice, createCanvas);
    placeSurface(picture, surface.pixels, warp, placement.quad);
    for (const word of surface.words) {
      const seen = photographed(word, warp, (x, y) => gainAt(light, x, y), {
        widthPx,
        heightPx,
        blurPx,
        noiseSigma,
      });
      if (seen !== null) words.push(seen);
    }
  }
  blur(picture, blurPx);
  expose(picture, light, noiseSigma, random);
  context.putImageData(picture, 0, 0);
  return { canvas, size, words };
}

function sizeOf(spec: PageSpec, random: Random): Size<"upright"> {
  const [few, many] = aspects[spec.kind];
  const fullness = Math.min(1, spec.wordCount / MANY_WORDS);
  const aspect = (few + (many - few) * fullness) * random.range(0.94, 1.08);
  const shorter = Math.max(32, Math.round(spec.pageSizePx * (aspect > 1 ? 1 / aspect : aspect)));
  return aspect > 1
    ? { widthPx: shorter, heightPx: spec.pageSizePx }
    : { widthPx: spec.pageSizePx, heightPx: shorter };
}

function paintSurface(
  spec: PageSpec,
  placement: Placement,
  random: Random,
  voice: Speaker,
  createCanvas: CanvasProvider<DrawCanvas>,
): { readonly pixels: PixelBlock; readonly words: readonly FlatWord[] } {
  const { widthPx, heightPx, wordCount } = placement;
  const context = contextOf(createCanvas(widthPx, heightPx));
  context.textRendering = "geometricPrecision";
  const words = painters[spec.kind]({
    context,
    widthPx,
    heightPx,
    wordCount,
    difficulty: spec.difficulty,
    random,
    speaker: voice,
  });
  return { pixels: context.getImageData(0, 0, widthPx, heightPx), words };
}

function photographed(
  word: FlatWord,
  warp: Warp,
  gain: (x: number, y: number) => number,
  viewing: Parameters<typeof seeWord>[3],
): Word | null {
  const outline = projectOutline(warp, word.outline, BEND_TOLERANCE_PX);
  let x = 0;
  let y = 0;
  for (let i = 0; i < outline.length; i += 2) {
    x += (outline[i] ?? 0) / (outline.length / 2);
    y += (outline[i + 1] ?? 0) / (outline.length / 2);
  }
  return seeWord(word.text, outline, contrastUnder(word, gain(x, y)), viewing);
}

function contextOf(canvas: DrawCanvas): DrawContext {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) {
    throw new PlaygroundError({
      code: "unsupported",
      message: "This browser gave no 2D canvas to draw the built-in pages on.",
      doing: "drawing the built-in pages",
      next: "Close other tabs and try again, or bring your own pages.",
    });
  }
  return context;
}
