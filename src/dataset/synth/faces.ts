// The shipped typefaces that drawn pages use, by script. A font without a glyph falls back silently, so Korean words must
// take a Korean face. The files themselves are loaded by whoever owns the thread; this list is what it has to load.

import type { Random } from "../../core/index.ts";

export type Script = "latin" | "korean";

export interface Face {
  readonly family: string;
  readonly weight: 400 | 700;
  /** Least distance of lines, in sizes, at which their letters do not touch. */
  readonly lineHeight: number;
}

const sans: Face = { family: "Roboto", weight: 400, lineHeight: 1.2 };
const sansBold: Face = { family: "Roboto", weight: 700, lineHeight: 1.2 };
const slab: Face = { family: "Roboto Slab", weight: 400, lineHeight: 1.2 };
const slabBold: Face = { family: "Roboto Slab", weight: 700, lineHeight: 1.2 };
const brush: Face = { family: "Pacifico", weight: 400, lineHeight: 1.75 };
const gothic: Face = { family: "Nanum Gothic", weight: 400, lineHeight: 1.2 };
const poster: Face = { family: "Do Hyeon", weight: 400, lineHeight: 1.2 };

/** Every face that must be loaded before a page is drawn. The last two hold Hangul and Latin. */
export const synthFaces: readonly Face[] = [sans, sansBold, slab, slabBold, brush, gothic, poster];

/** Hangul syllables and compatibility letters: what the Korean files are needed for. */
export const HANGUL_RANGE = "U+3131-318E, U+AC00-D7A3";

export function scriptOf(text: string): Script {
  return /[\u3131-\u318e\uac00-\ud7a3]/.test(text) ? "korean" : "latin";
}

/** One face for each script, so that a line may hold both. */
export type FacePair = Readonly<Record<Script, Face>>;

export type FaceStyle = "body" | "heading" | "display";

const byStyle: Readonly<Record<FaceStyle, Readonly<Record<Script, readonly Face[]>>>> = {
  body: { latin: [sans, slab, gothic], korean: [gothic] },
  heading: { latin: [sansBold, slabBold, poster], korean: [poster, gothic] },
  display: { latin: [sansBold, slabBold, brush, poster], korean: [poster] },
};

export function pickFaces(random: Random, style: FaceStyle): FacePair {
  return { latin: random.pick(byStyle[style].latin), korean: random.pick(byStyle[style].korean) };
}

/** The canvas `font` string. */
export function fontString(face: Face, sizePx: number): string {
  return `${face.weight} ${sizePx}px "${face.family}"`;
}
