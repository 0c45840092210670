// Brings the words of a label file into the upright pixels of its picture, and decides what can be trusted: a word whose
// edges cross or that lies wholly outside is kept as don't-care, so that it is neither rewarded nor punished.

import { type Polygon, polygonIn, type Size } from "../core/index.ts";
import type { PictureFacts } from "./images/facts.ts";
import type { LabelledWord, PictureLabels } from "./importers/types.ts";
import { decideLabelSpace, type LabelSpaceAnswer } from "./label-space.ts";
import { orientPolygon, uprightSize } from "./orientation.ts";
import type { Word } from "./types.ts";

/** A point this far outside is rounding, not a mistake. */
const TOLERANCE_PX = 1.5;
/** Places listed in one sentence. */
const MAX_PLACES = 8;

export interface PlacedWords {
  readonly words: readonly Word[];
  readonly space: LabelSpaceAnswer;
  readonly warnings: readonly string[];
}

export function placeWords(
  labels: PictureLabels,
  picture: PictureFacts,
  asked: "auto" | "upright" | "stored",
): PlacedWords {
  const { storedSize, orientation } = picture;
  const size = uprightSize(storedSize, orientation);
  const space = decideLabelSpace({ picture, asked, declaredSize: labels.declaredSize, words: labels.words });
  const polygons = labels.words.map(({ xy }) =>
    space.space === "stored"
      ? orientPolygon(polygonIn("stored", xy), orientation, storedSize)
      : polygonIn("upright", xy),
  );
  const warnings = [
    ...declaredSizeWarning(labels, picture),
    ...geometryWarnings(labels.words, polygons, size),
  ];
  const words = labels.words.map((word, i) => {
    const polygon = polygons[i] as Polygon<"upright">;
    const isTrusted = !word.crossesItself && overlap(polygon, size) !== "none";
    return { polygon, ignore: word.ignore || !isTrusted, text: word.text };
  });
  return { words, space, warnings };
}

/** What can be said about words whose picture is not at hand. */
export function warningsWithoutPicture(labels: PictureLabels): string[] {
  const { widthPx = Number.POSITIVE_INFINITY, heightPx = Number.POSITIVE_INFINITY } =
    labels.declaredSize ?? {};
  const polygons = labels.words.map(({ xy }) => polygonIn("upright", xy));
  return geometryWarnings(labels.words, polygons, { widthPx, heightPx });
}

function geometryWarnings(
  words: readonly LabelledWord[],
  polygons: readonly Polygon<"upright">[],
  size: Size<"upright">,
): string[] {
  const outside: string[] = [];
  const partly: string[] = [];
  const crossing: string[] = [];
  for (const [i, word] of words.entries()) {
    const inside = overlap(polygons[i] as Polygon<"upright">, size);
    if (inside === "none") outside.push(word.where);
    if (inside === "part") partly.push(word.where);
    if (word.crossesItself) crossing.push(word.where);
  }
  const picture = Number.isFinite(size.widthPx)
    ? `the ${size.widthPx} × ${size.heightPx} picture`
    : "any picture";
  return [
    ...listed(partly, `partly outside ${picture}`),
    ...listed(outside, `wholly outside ${picture}, kept as don't-care`),
    ...listed(crossing, "across themselves (edges cross), kept as don't-care"),
  ];
}

function declaredSizeWarning(labels: PictureLabels, { storedSize, orientation }: PictureFacts): string[] {
  const declared = labels.declaredSize;
  if (declared === null) return [];
  const upright = uprightSize(storedSize, orientation);
  const matches = [storedSize, upright].some(
    (size) => size.widthPx === declared.widthPx && size.heightPx === declared.heightPx,
  );
  if (matches) return [];
  const sizes = `${declared.widthPx} × ${declared.heightPx}, the picture has ${upright.widthPx} × ${upright.heightPx}`;
  return [`the labels were made for ${sizes}; the points are taken as they are`];
}

function listed(places: readonly string[], what: string): string[] {
  if (places.length === 0) return [];
  const more = places.length > MAX_PLACES ? ` and ${places.length - MAX_PLACES} more` : "";
  const words = places.length === 1 ? "1 word lies" : `${places.length} words lie`;
  return [`${words} ${what}: ${places.slice(0, MAX_PLACES).join(", ")}${more}`];
}

/** By bounding box. */
function overlap(polygon: Polygon<"upright">, size: Size<"upright">): "all" | "part" | "none" {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < polygon.length; i += 2) {
    const x = polygon[i] as number;
    const y = polygon[i + 1] as number;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (right <= 0 || bottom <= 0 || left >= size.widthPx || top >= size.heightPx) return "none";
  const fits =
    left >= -TOLERANCE_PX &&
    top >= -TOLERANCE_PX &&
    right <= size.widthPx + TOLERANCE_PX &&
    bottom <= size.heightPx + TOLERANCE_PX;
  return fits ? "all" : "part";
}
