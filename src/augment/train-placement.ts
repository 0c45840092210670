// The random placement of a training page: mirrored, turned and scaled about its middle, then a window of it chosen.
// One similarity from upright to input pixels, so targets follow exactly and the way back is its inverse.
// Recipe: horizontal flip, rotation, scale, random crop that keeps text in view (DB); the choice of the window is our own.

import type { Config } from "../config/index.ts";
import { type Affine, type Polygon, polygonIn, type Random, type Size } from "../core/index.ts";
import { applyTo, applyToPoint, similarity } from "../geometry/index.ts";
import { evaluationPlacement, letterboxScale } from "./letterbox.ts";

export interface PageToPlace {
  readonly size: Size<"upright">;
  /** Words that a crop should keep in view; ignored ones are left out by the caller. */
  readonly words: readonly Polygon<"upright">[];
}

/** Draws all its random numbers whatever the settings are, so that one setting does not reshuffle the others. */
export function trainPlacement(
  page: PageToPlace,
  settings: Config["augment"],
  inputSizePx: number,
  random: Random,
): Affine<"upright", "input"> {
  const flip = random.chance(settings.flip);
  const rotateRad = (random.range(-settings.rotateDeg, settings.rotateDeg) * Math.PI) / 180;
  // Uniform in the logarithm: halving is as likely as doubling.
  const enlarge = Math.exp(random.range(Math.log(settings.scaleMin), Math.log(settings.scaleMax)));
  const [anchor, alongX, alongY] = [random.next(), random.next(), random.next()];

  const scale = letterboxScale(page.size, inputSizePx) * enlarge;
  const from = [page.size.widthPx / 2, page.size.heightPx / 2] as const;
  const whole = evaluationPlacement(page.size, inputSizePx);
  const middle = applyToPoint(whole, from[0], from[1]);
  const centred = similarity<"upright", "input">({ scale, rotateRad, flip, from, to: middle });
  if (!settings.crop) return centred;

  const pageBox = boxOf(applyTo(centred, corners(page.size)));
  const word = page.words[Math.floor(anchor * page.words.length)];
  const wordBox = word === undefined ? pageBox : boxOf(applyTo(centred, word));
  const shiftX = shift(pageBox.x, wordBox.x, inputSizePx, alongX);
  const shiftY = shift(pageBox.y, wordBox.y, inputSizePx, alongY);
  return similarity({ scale, rotateRad, flip, from, to: [middle[0] + shiftX, middle[1] + shiftY] });
}

interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Shift along one axis, `along` 0..1 from its least to its greatest: no more black than needed, and the word in view.
 * A word that is longer than the window fills it.
 */
function shift(page: Interval, word: Interval, sizePx: number, along: number): number {
  const [pageLeast, pageMost] = ordered(-page.low, sizePx - page.high);
  const [wordLeast, wordMost] = ordered(-word.low, sizePx - word.high);
  const least = Math.max(pageLeast, wordLeast);
  const most = Math.min(pageMost, wordMost);
  // Only a word that leaves the page cannot have both: then the word counts.
  return least <= most ? least + (most - least) * along : wordLeast + (wordMost - wordLeast) * along;
}

function ordered(a: number, b: number): [number, number] {
  return a < b ? [a, b] : [b, a];
}

function corners({ widthPx, heightPx }: Size<"upright">): Polygon<"upright"> {
  return polygonIn("upright", [0, 0, widthPx, 0, widthPx, heightPx, 0, heightPx]);
}

function boxOf(polygon: Polygon<"input">): { readonly x: Interval; readonly y: Interval } {
  const xs = polygon.filter((_, i) => i % 2 === 0);
  const ys = polygon.filter((_, i) => i % 2 === 1);
  return { x: { low: min(xs), high: max(xs) }, y: { low: min(ys), high: max(ys) } };
}

function min(values: Float64Array): number {
  return values.reduce((a, b) => Math.min(a, b));
}

function max(values: Float64Array): number {
  return values.reduce((a, b) => Math.max(a, b));
}
