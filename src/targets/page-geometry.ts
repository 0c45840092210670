// The part of the targets that does not depend on augmentation: a page's outlines, shrunk and grown once in upright pixels.
// A few KB of typed arrays that can be cloned to another thread and cached; render.ts places and draws them.

import type { Size } from "../core/index.ts";
import type { Word } from "../dataset/index.ts";
import { areaPx2 } from "../geometry/index.ts";
import { clampedOutline, type OffsetOutline, offsetAsDb, offsetAsOriginal } from "./outline.ts";
import { clampsCorners, type TargetParams } from "./params.ts";

/** Paths of all words one after another. Points are x, y pairs; the starts have one entry more than there are items. */
export interface Paths<Points extends Float64Array | Int32Array> {
  readonly xy: Points;
  /** Where path p begins in `xy`. */
  readonly pathStart: Int32Array<ArrayBuffer>;
  /** Which path is the first of word w. */
  readonly wordStart: Int32Array<ArrayBuffer>;
}

export interface PageGeometry {
  readonly variant: TargetParams["variant"];
  readonly wordCount: number;
  /** 1 for don't-care words: they have an outline and nothing else. */
  readonly ignored: Uint8Array<ArrayBuffer>;
  /** D of each word in upright pixels. */
  readonly distancesPx: Float64Array<ArrayBuffer>;
  /** One path a word. */
  readonly outlines: Paths<Float64Array<ArrayBuffer>>;
  readonly shrunk: Paths<Int32Array<ArrayBuffer>>;
  readonly grown: Paths<Int32Array<ArrayBuffer>>;
  /** Bytes of all arrays. */
  readonly sizeBytes: number;
}

const NO_PATHS: readonly Int32Array[] = [];

/** Throws "bad-dataset" when a corner is no number or absurdly far out. */
export function buildPageGeometry(
  words: readonly Pick<Word, "polygon" | "ignore">[],
  size: Size<"upright">,
  params: TargetParams,
): PageGeometry {
  const built = words.map((word) => buildWord(word, size, params));
  const outlines = packFloat(built.map(({ outline }) => outline));
  const shrunk = packInt(built.map((word) => word.shrunk));
  const grown = packInt(built.map((word) => word.grown));
  const ignored = Uint8Array.from(built, (word) => (word.ignored ? 1 : 0));
  const distancesPx = Float64Array.from(built, (word) => word.distancePx);
  const arrays = [outlines, shrunk, grown].flatMap(({ xy, pathStart, wordStart }) => [
    xy,
    pathStart,
    wordStart,
  ]);
  const sizeBytes = [ignored, distancesPx, ...arrays].reduce((sum, array) => sum + array.byteLength, 0);
  return {
    variant: params.variant,
    wordCount: words.length,
    ignored,
    distancesPx,
    outlines,
    shrunk,
    grown,
    sizeBytes,
  };
}

function buildWord(
  word: Pick<Word, "polygon" | "ignore">,
  size: Size<"upright">,
  params: TargetParams,
): OffsetOutline & { readonly ignored: boolean } {
  if (params.variant === "original") return { ...offsetAsOriginal(word.polygon, params), ignored: false };
  const clamps = clampsCorners(params);
  const outline = clamps ? clampedOutline(word.polygon, size.widthPx, size.heightPx) : word.polygon;
  const isSpeck = clamps && areaPx2(outline) < 1;
  const offset = word.ignore || isSpeck ? undefined : offsetAsDb(outline, params);
  if (offset === undefined || offset.shrunk.length === 0) {
    return { outline, distancePx: 0, shrunk: NO_PATHS, grown: NO_PATHS, ignored: true };
  }
  return { ...offset, ignored: false };
}

function packFloat(outlines: readonly Float64Array[]): Paths<Float64Array<ArrayBuffer>> {
  const { pathStart, wordStart, length } = starts(outlines.map((outline) => [outline]));
  const xy = new Float64Array(length);
  outlines.forEach((outline, word) => {
    xy.set(outline, pathStart[word]);
  });
  return { xy, pathStart, wordStart };
}

function packInt(words: readonly (readonly Int32Array[])[]): Paths<Int32Array<ArrayBuffer>> {
  const { pathStart, wordStart, length } = starts(words);
  const xy = new Int32Array(length);
  words.flat().forEach((path, index) => {
    xy.set(path, pathStart[index]);
  });
  return { xy, pathStart, wordStart };
}

function starts(words: readonly (readonly { readonly length: number }[])[]) {
  const lengths = words.flat().map((path) => path.length);
  const pathStart = new Int32Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i++)
    pathStart[i + 1] = (pathStart[i] as number) + (lengths[i] as number);
  const wordStart = new Int32Array(words.length + 1);
  words.forEach((paths, word) => {
    wordStart[word + 1] = (wordStart[word] as number) + paths.length;
  });
  return { pathStart, wordStart, length: pathStart[lengths.length] as number };
}
