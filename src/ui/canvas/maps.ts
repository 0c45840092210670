// A page's map bytes as a picture. One canvas for each kind of map, written anew for each page that is painted: making canvases
// costs more than colouring them.

import type { PageFrame } from "../../protocol/index.ts";
import { probabilityPalette, thresholdPalette } from "./palettes.ts";

export type MapKind = "probability" | "threshold";

interface Easel {
  readonly canvas: OffscreenCanvas;
  readonly context: OffscreenCanvasRenderingContext2D;
  readonly image: ImageData;
  readonly words: Uint32Array;
  /** What is on it. */
  frame: PageFrame | undefined;
}

const easels = new Map<MapKind, Easel>();

/** The map in its colours, in map pixels, until the next call; undefined when the frame has none of that kind. */
export function mapPicture(frame: PageFrame, kind: MapKind): OffscreenCanvas | undefined {
  const bytes = kind === "probability" ? frame.probability : frame.threshold;
  if (bytes === undefined) return undefined;
  const easel = easelOf(kind, frame.sizePx);
  if (easel === undefined) return undefined;
  if (easel.frame !== frame) {
    const colors = kind === "probability" ? probabilityPalette : thresholdPalette;
    const { words } = easel;
    for (let i = 0; i < words.length; i++) words[i] = colors[bytes[i] ?? 0] ?? 0;
    easel.context.putImageData(easel.image, 0, 0);
    easel.frame = frame;
  }
  return easel.canvas;
}

function easelOf(kind: MapKind, sizePx: number): Easel | undefined {
  const known = easels.get(kind);
  if (known?.canvas.width === sizePx) return known;
  const canvas = new OffscreenCanvas(sizePx, sizePx);
  // Written by the processor each time, so it stays with the processor.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return undefined;
  const image = context.createImageData(sizePx, sizePx);
  const easel = { canvas, context, image, words: new Uint32Array(image.data.buffer), frame: undefined };
  easels.set(kind, easel);
  return easel;
}
