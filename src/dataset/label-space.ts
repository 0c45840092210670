// Tells whether a label file's numbers are pixels of the stored picture or of the upright one (EXIF orientation applied).
// Evidence, strongest first: points that fit only one frame · the size that the label file declares · the order of the
// corners (words are labelled clockwise from the top left of the text). Without evidence: upright, as viewers show it.

import { type Size, polygonIn } from "../core/index.ts";
import type { PictureFacts } from "./images/facts.ts";
import { orientPolygon, swapsSides, uprightSize } from "./orientation.ts";
import type { LabelSpace } from "./types.ts";

/** A point may lie this far outside its frame: annotators round and overshoot. */
const TOLERANCE_PX = 1.5;
/** The corner order decides when at least this many four-point words … */
const MIN_VOTES = 3;
/** … and this share of them agree. */
const MIN_AGREEMENT = 0.9;

export interface LabelSpaceQuestion {
  readonly picture: PictureFacts;
  readonly declaredSize: { readonly widthPx: number; readonly heightPx: number } | null;
  /** In the label file's numbers. */
  readonly words: readonly { readonly xy: Float64Array<ArrayBuffer> }[];
  /** "auto", or what the person says. */
  readonly asked: "auto" | "upright" | "stored";
}

export interface LabelSpaceAnswer {
  readonly space: LabelSpace;
  /** How it was decided; null where there was nothing to decide. */
  readonly because: string | null;
  /** The evidence is missing or contradicts itself: the person should look. */
  readonly isDoubtful: boolean;
}

export function decideLabelSpace(question: LabelSpaceQuestion): LabelSpaceAnswer {
  const { picture, asked, declaredSize, words } = question;
  if (picture.orientation === 1) return { space: "either", because: null, isDoubtful: false };
  if (asked !== "auto") return sure(asked, "as the setting data.labelSpace says");
  const upright = uprightSize(picture.storedSize, picture.orientation);
  const sidesDiffer = swapsSides(picture.orientation) && upright.widthPx !== upright.heightPx;
  const declared = sidesDiffer && declaredSize !== null ? declaredFrame(declaredSize, upright) : undefined;
  const fitting = sidesDiffer ? fittingFrame(words, picture.storedSize, upright) : undefined;
  if (fitting !== undefined && declared !== undefined && fitting !== declared)
    return {
      space: fitting,
      because: `the points fit only the ${fitting} picture, although the declared size is the ${declared} one`,
      isDoubtful: true,
    };
  if (fitting !== undefined) return sure(fitting, `the points fit only the ${fitting} picture`);
  if (declared !== undefined) return sure(declared, `the declared size is that of the ${declared} picture`);
  const order = cornerOrder(words, picture);
  if (order !== undefined)
    return sure(order, `the words run clockwise from their top left only when read as ${order}`);
  if (words.length === 0) return sure("upright", "there are no words to place");
  return {
    space: "upright",
    because: `EXIF orientation ${picture.orientation} and nothing in the labels tells their space: taken as upright; if boxes sit in the wrong places, set data.labelSpace to stored`,
    isDoubtful: true,
  };
}

type Frame = "upright" | "stored";

function sure(space: Frame, because: string): LabelSpaceAnswer {
  return { space, because: `labels are in ${space} pixels: ${because}`, isDoubtful: false };
}

/** Only asked where the two frames have different sides. */
function declaredFrame(
  declared: { readonly widthPx: number; readonly heightPx: number },
  upright: Size<"upright">,
): Frame | undefined {
  if (declared.widthPx === upright.widthPx && declared.heightPx === upright.heightPx) return "upright";
  if (declared.widthPx === upright.heightPx && declared.heightPx === upright.widthPx) return "stored";
  return undefined;
}

/** The frame into which every word fits, when some word does not fit into the other. */
function fittingFrame(
  words: LabelSpaceQuestion["words"],
  stored: Size<"stored">,
  upright: Size<"upright">,
): Frame | undefined {
  const fits = (size: { widthPx: number; heightPx: number }): boolean =>
    words.every(({ xy }) =>
      xy.every(
        (value, i) =>
          value >= -TOLERANCE_PX && value <= (i % 2 === 0 ? size.widthPx : size.heightPx) + TOLERANCE_PX,
      ),
    );
  const fitsUpright = fits(upright);
  if (fitsUpright === fits(stored)) return undefined;
  return fitsUpright ? "upright" : "stored";
}

/** The reading under which the four-point words run clockwise and start with an edge that leads to the right. */
function cornerOrder(words: LabelSpaceQuestion["words"], picture: PictureFacts): Frame | undefined {
  const quads = words.filter(({ xy }) => xy.length === 8);
  if (quads.length < MIN_VOTES) return undefined;
  const needed = MIN_AGREEMENT * quads.length;
  const asUpright = quads.filter(({ xy }) => startsTopLeft(xy)).length;
  const asStored = quads.filter(({ xy }) =>
    startsTopLeft(orientPolygon(polygonIn("stored", xy), picture.orientation, picture.storedSize)),
  ).length;
  if (asUpright >= needed === asStored >= needed) return undefined;
  return asUpright >= needed ? "upright" : "stored";
}

function startsTopLeft(xy: Float64Array): boolean {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] = xy;
  const isClockwise = (x2 - x0) * (y3 - y1) - (x3 - x1) * (y2 - y0) > 0;
  return isClockwise && x1 - x0 > Math.abs(y1 - y0);
}
