// Loads the shipped typefaces into a worker, so that drawn pages never depend on the fonts of the machine.
// `self.fonts.check` answers true for unknown families; the status of each FontFace is what counts.

import doHyeonKorean from "@fontsource/do-hyeon/files/do-hyeon-korean-400-normal.woff2?url";
import doHyeonLatin from "@fontsource/do-hyeon/files/do-hyeon-latin-400-normal.woff2?url";
import nanumGothicKorean from "@fontsource/nanum-gothic/files/nanum-gothic-korean-400-normal.woff2?url";
import nanumGothicLatin from "@fontsource/nanum-gothic/files/nanum-gothic-latin-400-normal.woff2?url";
import pacifico from "@fontsource/pacifico/files/pacifico-latin-400-normal.woff2?url";
import roboto from "@fontsource/roboto/files/roboto-latin-400-normal.woff2?url";
import robotoBold from "@fontsource/roboto/files/roboto-latin-700-normal.woff2?url";
import robotoSlab from "@fontsource/roboto-slab/files/roboto-slab-latin-400-normal.woff2?url";
import robotoSlabBold from "@fontsource/roboto-slab/files/roboto-slab-latin-700-normal.woff2?url";
import { PlaygroundError, toErrorData } from "../src/core/index.ts";
import { type Face, HANGUL_RANGE, synthFaces } from "../src/dataset/index.ts";

const files: Readonly<Record<string, readonly { readonly url: string; readonly range?: string }[]>> = {
  "Roboto 400": [{ url: roboto }],
  "Roboto 700": [{ url: robotoBold }],
  "Roboto Slab 400": [{ url: robotoSlab }],
  "Roboto Slab 700": [{ url: robotoSlabBold }],
  "Pacifico 400": [{ url: pacifico }],
  "Nanum Gothic 400": [{ url: nanumGothicLatin }, { url: nanumGothicKorean, range: HANGUL_RANGE }],
  "Do Hyeon 400": [{ url: doHyeonLatin }, { url: doHyeonKorean, range: HANGUL_RANGE }],
};

/** Loads every face of `synthFaces` into `fonts`. Throws "bad-file" naming the face that did not load. */
export async function loadFonts(fonts: FontFaceSet): Promise<void> {
  await Promise.all(synthFaces.map((face) => loadFace(fonts, face)));
}

async function loadFace(fonts: FontFaceSet, face: Face): Promise<void> {
  const name = `${face.family} ${face.weight}`;
  for (const { url, range } of files[name] ?? []) {
    const descriptors = {
      weight: String(face.weight),
      ...(range === undefined ? {} : { unicodeRange: range }),
    };
    const loaded = new FontFace(face.family, `url(${url})`, descriptors);
    const cause = await loaded.load().then(
      () => "",
      (thrown: unknown) => toErrorData(thrown, "").message,
    );
    if (loaded.status !== "loaded") throw missing(name, cause);
    fonts.add(loaded);
  }
  if (files[name] === undefined) throw missing(name, "no file is listed for it");
}

function missing(name: string, cause: string): PlaygroundError {
  const message = `The typeface ${name} did not load, so no pages can be drawn.`;
  return new PlaygroundError({ code: "bad-file", message, what: name, doing: "loading typefaces", cause });
}
