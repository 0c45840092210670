// A page's map bytes as a picture, made once for each frame that arrives and forgotten with it.

import type { PageFrame } from "../../protocol/index.ts";
import { probabilityPalette, thresholdPalette } from "./palettes.ts";

export type MapKind = "probability" | "threshold";

const pictures: Readonly<Record<MapKind, WeakMap<PageFrame, OffscreenCanvas>>> = {
  probability: new WeakMap(),
  threshold: new WeakMap(),
};

/** The map in its colours, in map pixels; undefined when the frame has none of that kind. */
export function mapPicture(frame: PageFrame, kind: MapKind): OffscreenCanvas | undefined {
  const known = pictures[kind].get(frame);
  if (known !== undefined) return known;
  const bytes = kind === "probability" ? frame.probability : frame.threshold;
  if (bytes === undefined) return undefined;
  const canvas = new OffscreenCanvas(frame.sizePx, frame.sizePx);
  const context = canvas.getContext("2d");
  if (context === null) return undefined;
  const image = context.createImageData(frame.sizePx, frame.sizePx);
  const words = new Uint32Array(image.data.buffer);
  const colors = kind === "probability" ? probabilityPalette : thresholdPalette;
  for (let i = 0; i < words.length; i++) words[i] = colors[bytes[i] ?? 0] ?? 0;
  context.putImageData(image, 0, 0);
  pictures[kind].set(frame, canvas);
  return canvas;
}
