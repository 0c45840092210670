// Paints one page: picture, map, words and boxes, in this order, scaled to the canvas. Colours and line styles follow what
// became of a word or box (Okabe & Ito's colours, always doubled by a line style); a light halo keeps lines visible on any page.

import type { Affine, Polygon } from "../../core/index.ts";
import type {
  DetectionOutcome,
  Page,
  PageEvaluation,
  PageFrame,
  TruthOutcome,
} from "../../protocol/index.ts";
import type { Overlays } from "../../store/index.ts";
import { mapPicture } from "./maps.ts";

export interface PagePainting {
  readonly page: Page;
  readonly picture: ImageBitmap | null;
  readonly frame: PageFrame | undefined;
  readonly evaluation: PageEvaluation | undefined;
  readonly overlays: Overlays;
  /** Opacity of the map, 0..1. */
  readonly mapOpacity: number;
  /** Device pixels of one line. */
  readonly linePx: number;
  /** Index of the word or box to point out: "word 3", "box 0". */
  readonly marked: string | null;
}

export interface LineStyle {
  readonly color: string;
  /** In line widths. */
  readonly dash: readonly number[];
}

const TRUTH_STYLE: LineStyle = { color: "#0072b2", dash: [] };
const IGNORED: LineStyle = { color: "#8a939a", dash: [1, 2] };

const WORD_STYLES: Readonly<Record<TruthOutcome, LineStyle>> = {
  matched: { color: "#009e73", dash: [] },
  missed: { color: "#e69f00", dash: [4, 2.5] },
  merged: { color: "#cc79a7", dash: [5, 2, 1, 2] },
  split: { color: "#cc79a7", dash: [5, 2, 1, 2] },
  ignored: IGNORED,
};

const BOX_STYLES: Readonly<Record<DetectionOutcome, LineStyle>> = {
  matched: { color: "#009e73", dash: [] },
  false: { color: "#d55e00", dash: [1.5, 1.5] },
  merged: { color: "#cc79a7", dash: [5, 2, 1, 2] },
  split: { color: "#cc79a7", dash: [5, 2, 1, 2] },
  ignored: IGNORED,
};

/** Paints over the whole canvas; the page fills it, keeping its shape. */
export function paintPage(context: CanvasRenderingContext2D, painting: PagePainting): void {
  const { canvas } = context;
  const { page, picture } = painting;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  const { widthPx, heightPx } = page.size;
  const scale = Math.min(canvas.width / widthPx, canvas.height / heightPx);
  const left = (canvas.width - widthPx * scale) / 2;
  const top = (canvas.height - heightPx * scale) / 2;
  context.setTransform(scale, 0, 0, scale, left, top);
  context.imageSmoothingQuality = "medium";
  // A bitmap that the cache has closed meanwhile has no width.
  if (picture !== null && picture.width > 0) context.drawImage(picture, 0, 0, widthPx, heightPx);
  paintMap(context, painting);
  const lineWidth = painting.linePx / scale;
  if (painting.overlays.truth) paintTruth(context, painting, lineWidth);
  if (painting.overlays.boxes) paintOutcomes(context, painting, lineWidth);
  context.setTransform(1, 0, 0, 1, 0, 0);
}

function paintMap(
  context: CanvasRenderingContext2D,
  { page, frame, overlays, mapOpacity }: PagePainting,
): void {
  const kind = overlays.threshold ? "threshold" : overlays.probability ? "probability" : null;
  const map = kind === null || frame === undefined ? undefined : mapPicture(frame, kind);
  if (map === undefined || frame === undefined) return;
  const back = inverse(frame.placement);
  context.save();
  context.beginPath();
  context.rect(0, 0, page.size.widthPx, page.size.heightPx);
  context.clip();
  context.globalAlpha = mapOpacity;
  context.transform(back.a, back.b, back.c, back.d, back.e, back.f);
  context.drawImage(map, 0, 0);
  context.restore();
}

function paintTruth(
  context: CanvasRenderingContext2D,
  { page, overlays, evaluation }: PagePainting,
  width: number,
): void {
  // Under boxes the truth steps back to a thin line, so that one word is not drawn as four.
  const isBehind = overlays.boxes && evaluation !== undefined;
  for (const word of page.words) {
    if (word.ignore) hatch(context, word.polygon, width);
    const style = word.ignore ? IGNORED : TRUTH_STYLE;
    if (isBehind) line(context, word.polygon, style, width);
    else stroke(context, word.polygon, style, width, false);
  }
}

/** Boxes by what became of them, and the words that no box found. */
function paintOutcomes(
  context: CanvasRenderingContext2D,
  { page, evaluation, marked }: PagePainting,
  width: number,
): void {
  if (evaluation === undefined) return;
  for (const [i, word] of page.words.entries()) {
    const outcome = evaluation.words[i];
    const isMarked = marked === `word ${i}`;
    if (outcome === undefined) continue;
    if (outcome !== "matched" && outcome !== "ignored")
      stroke(context, word.polygon, WORD_STYLES[outcome], width, isMarked);
    else if (isMarked) stroke(context, word.polygon, WORD_STYLES[outcome], width, true);
  }
  for (const [i, box] of evaluation.boxes.entries()) {
    stroke(context, box.polygon, BOX_STYLES[box.outcome], width, marked === `box ${i}`);
  }
}

function stroke(
  context: CanvasRenderingContext2D,
  polygon: Polygon<"upright">,
  style: LineStyle,
  width: number,
  isMarked: boolean,
): void {
  trace(context, polygon);
  context.setLineDash([]);
  context.lineWidth = width * (isMarked ? 5 : 2.2);
  context.strokeStyle = isMarked ? "#ffffff" : "rgba(255, 255, 255, 0.65)";
  context.stroke();
  line(context, polygon, style, width * (isMarked ? 2.5 : 1.4));
}

function line(
  context: CanvasRenderingContext2D,
  polygon: Polygon<"upright">,
  style: LineStyle,
  width: number,
): void {
  trace(context, polygon);
  context.setLineDash(style.dash.map((part) => part * width));
  context.lineWidth = width;
  context.strokeStyle = style.color;
  context.stroke();
  context.setLineDash([]);
}

/** Don't-care words: a thin grey hatch, so that grey is not the only sign. */
function hatch(context: CanvasRenderingContext2D, polygon: Polygon<"upright">, width: number): void {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < polygon.length; i += 2) {
    left = Math.min(left, polygon[i] ?? left);
    right = Math.max(right, polygon[i] ?? right);
    top = Math.min(top, polygon[i + 1] ?? top);
    bottom = Math.max(bottom, polygon[i + 1] ?? bottom);
  }
  context.save();
  trace(context, polygon);
  context.clip();
  context.beginPath();
  const height = bottom - top;
  for (let x = left - height; x < right; x += width * 4) {
    context.moveTo(x, bottom);
    context.lineTo(x + height, top);
  }
  context.lineWidth = width * 0.8;
  context.strokeStyle = IGNORED.color;
  context.stroke();
  context.restore();
}

function trace(context: CanvasRenderingContext2D, polygon: Polygon<"upright">): void {
  context.beginPath();
  for (let i = 0; i < polygon.length; i += 2) context.lineTo(polygon[i] ?? 0, polygon[i + 1] ?? 0);
  context.closePath();
}

function inverse(m: Affine<"upright", "input">): Affine<"input", "upright"> {
  const det = m.a * m.d - m.b * m.c;
  return {
    a: m.d / det,
    b: -m.b / det,
    c: -m.c / det,
    d: m.a / det,
    e: (m.c * m.f - m.d * m.e) / det,
    f: (m.b * m.e - m.a * m.f) / det,
  };
}
