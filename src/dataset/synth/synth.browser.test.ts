import { beforeAll, describe, expect, it } from "vitest";
import { loadFonts } from "../../../workers/fonts.ts";
import type { Config } from "../../config/index.ts";
import { areaPx2, overlapArea, regionOf } from "../../geometry/index.ts";
import type { Word } from "../types.ts";
import type { DrawContext } from "./canvas.ts";
import { drawPage } from "./draw-page.ts";
import { drawSet } from "./draw-set.ts";
import { fontString, scriptOf, synthFaces } from "./faces.ts";
import { type PageSpec, synthPlan } from "./plan.ts";
import { allWords } from "./vocabulary.ts";

const data: Config["data"] = {
  set: "synth-tiny",
  kind: "mixed",
  pageSizePx: 320,
  wordsPerPage: 10,
  difficulty: 0.3,
  seed: 5,
  validationShare: 0.2,
  labelSpace: "auto",
};
const kinds = ["document", "receipt", "sign", "scene"] as const;
const createCanvas = (width: number, height: number) => new OffscreenCanvas(width, height);
const encode = (canvas: OffscreenCanvas) => canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
const tools = { createCanvas, encode, onProgress: () => undefined, isCancelled: () => false };

beforeAll(() => loadFonts(document.fonts));

/** A page of which only the letters of some calls are inked; everything else is drawn as always. */
function drawOnly(spec: PageSpec, isInked: (call: number) => boolean) {
  const calls: string[] = [];
  let call = 0;
  const provider = (width: number, height: number) => {
    const canvas = new OffscreenCanvas(width, height);
    const getContext = canvas.getContext.bind(canvas);
    return Object.assign(canvas, {
      getContext: (kind: "2d", options: { willReadFrequently: boolean }): DrawContext | null => {
        const context = getContext(kind, options);
        if (context === null) return null;
        const { fillText, strokeText } = context;
        // A contour comes before its letter and belongs to the same call.
        context.strokeText = (text, x, y) => {
          if (isInked(call)) strokeText.call(context, text, x, y);
        };
        context.fillText = (text, x, y) => {
          if (isInked(call)) fillText.call(context, text, x, y);
          calls.push(text);
          call++;
        };
        return context;
      },
    });
  };
  const page = drawPage(spec, provider);
  const { widthPx, heightPx } = page.size;
  const context = page.canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no context");
  return { page, calls, pixels: context.getImageData(0, 0, widthPx, heightPx).data };
}

/** Which letter calls made each word: one call for a straight word, one for each letter of a bent one. */
function callsOfWords(words: readonly Word[], calls: readonly string[]): Map<Word, [number, number]> {
  const found = new Map<Word, [number, number]>();
  let at = 0;
  for (const word of words) {
    const text = word.text ?? "";
    const letters = [...text].length;
    for (; at < calls.length; at++) {
      const span = calls[at] === text ? 1 : calls.slice(at, at + letters).join("") === text ? letters : 0;
      if (span === 0) continue;
      found.set(word, [at, at + span]);
      at += span;
      break;
    }
  }
  return found;
}

function isInside(xy: Float64Array, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = xy.length - 2; i < xy.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [xy[i] ?? 0, xy[i + 1] ?? 0, xy[j] ?? 0, xy[j + 1] ?? 0];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Ink of one word: how much lies inside its polygon, and the greatest gap between ink and a side of a 4-point polygon. */
function measure(word: Word, ink: Uint8ClampedArray, blank: Uint8ClampedArray, width: number) {
  const difference = new Float32Array(ink.length / 4);
  let strongest = 0;
  for (let i = 0; i < difference.length; i++) {
    for (let k = 0; k < 3; k++) {
      const channel = Math.abs((ink[4 * i + k] ?? 0) - (blank[4 * i + k] ?? 0));
      difference[i] = Math.max(difference[i] ?? 0, channel);
    }
    strongest = Math.max(strongest, difference[i] ?? 0);
  }
  const xy = word.polygon;
  const sides = Array.from({ length: xy.length / 2 }, () => Number.POSITIVE_INFINITY);
  let all = 0;
  let inside = 0;
  for (let i = 0; i < difference.length; i++) {
    // Half of the full strength is where a blurred edge lies; strokes thinner than a pixel never reach it.
    const strength = (difference[i] ?? 0) / strongest;
    if (strength < 0.25) continue;
    const x = (i % width) + 0.5;
    const y = Math.floor(i / width) + 0.5;
    if (strength >= 0.5) {
      all++;
      if (isInside(xy, x, y)) inside++;
    }
    sides.forEach((least, side) => {
      const [ax, ay] = [xy[2 * side] ?? 0, xy[2 * side + 1] ?? 0];
      const next = (2 * side + 2) % xy.length;
      const [bx, by] = [xy[next] ?? 0, xy[next + 1] ?? 0];
      const distance = Math.abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / Math.hypot(bx - ax, by - ay);
      sides[side] = Math.min(least, distance);
    });
  }
  return { all, inside, gapPx: Math.max(...sides) };
}

describe("typefaces", () => {
  it("draw every word of the lists with their own glyphs", () => {
    const context = new OffscreenCanvas(40, 40).getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("no context");
    const pictureOf = (font: string, letter: string): string => {
      context.clearRect(0, 0, 40, 40);
      context.font = font;
      context.fillText(letter, 4, 30);
      return context.getImageData(0, 0, 40, 40).data.join();
    };
    const letters = new Set(allWords.join(""));
    const missing: string[] = [];
    for (const face of synthFaces) {
      for (const letter of letters) {
        if (scriptOf(letter) === "korean" && !["Nanum Gothic", "Do Hyeon"].includes(face.family)) continue;
        const own = pictureOf(fontString(face, 28), letter);
        if (own === pictureOf(`${face.weight} 28px "no such family"`, letter))
          missing.push(`${face.family} ${letter}`);
      }
    }
    expect(missing).toEqual([]);
  });
});

describe("outlines", () => {
  for (const kind of kinds) {
    for (const difficulty of [0.2, 0.7]) {
      it(`enclose the ink and touch it: ${kind}, difficulty ${difficulty}`, () => {
        const plan = synthPlan({ ...data, kind, difficulty });
        let all = 0;
        let inside = 0;
        let worst = 1;
        const gaps: number[] = [];
        for (const spec of plan.train.slice(0, 4)) {
          const blank = drawOnly(spec, () => false);
          const spans = callsOfWords(blank.page.words, blank.calls);
          expect(spans.size).toBe(blank.page.words.length);
          for (const [word, [from, to]] of [...spans].filter(([each]) => !each.ignore).slice(0, 6)) {
            const drawn = drawOnly(spec, (call) => call >= from && call < to);
            const ink = measure(word, drawn.pixels, blank.pixels, blank.page.size.widthPx);
            expect(ink.all).toBeGreaterThan(8);
            all += ink.all;
            inside += ink.inside;
            worst = Math.min(worst, ink.inside / ink.all);
            if (word.polygon.length === 8) gaps.push(ink.gapPx);
          }
        }
        console.log(
          `${kind} ${difficulty}: ${inside}/${all} inside, worst word ${worst.toFixed(4)}, ` +
            `${gaps.length} straight words, greatest gap ${Math.max(...gaps).toFixed(2)} px`,
        );
        expect(inside / all).toBeGreaterThanOrEqual(0.99);
        expect(worst).toBeGreaterThanOrEqual(0.97);
        expect(Math.max(...gaps)).toBeLessThan(3);
      });
    }
  }

  it("bend with the line and stay in the picture", () => {
    const plan = synthPlan({ ...data, kind: "sign", difficulty: 0.8 });
    const pages = plan.train.map((spec) => drawPage(spec, createCanvas));
    expect(pages.some((page) => page.words.some((word) => word.polygon.length > 8))).toBe(true);
    for (const { size, words } of pages) {
      for (const { polygon } of words) {
        polygon.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(-1e-6);
          expect(value).toBeLessThanOrEqual((i % 2 === 0 ? size.widthPx : size.heightPx) + 1e-6);
        });
      }
    }
  });
});

describe("outlines of neighbours", () => {
  it("do not cover each other, even on hard and dense pages", () => {
    const covered: string[] = [];
    for (const kind of kinds) {
      const plan = synthPlan({ ...data, kind, pageSizePx: 480, wordsPerPage: 40, difficulty: 0.9 });
      for (const spec of plan.train.slice(0, 8)) {
        const readable = drawPage(spec, createCanvas).words.filter((word) => !word.ignore);
        readable.forEach((word, i) => {
          for (const other of readable.slice(i + 1)) {
            const least = Math.min(areaPx2(word.polygon), areaPx2(other.polygon));
            const share = overlapArea(regionOf(word.polygon), regionOf(other.polygon)) / least;
            if (share > 0.1)
              covered.push(`${spec.id} ${kind}: ${word.text}, ${other.text} ${share.toFixed(2)}`);
          }
        });
      }
    }
    expect(covered).toEqual([]);
  });
});

describe("dials", () => {
  const shareIgnored = (difficulty: number): number => {
    const words = kinds.flatMap((kind) =>
      synthPlan({ ...data, kind, difficulty, wordsPerPage: 24 })
        .train.slice(0, 8)
        .flatMap((spec) => drawPage(spec, createCanvas).words),
    );
    return words.filter((word) => word.ignore).length / words.length;
  };

  it("difficulty: unreadable words are rare on easy pages and common on hard ones", () => {
    const [easy, hard] = [shareIgnored(0.1), shareIgnored(1)];
    console.log(`ignored: ${easy.toFixed(3)} at 0.1, ${hard.toFixed(3)} at 1`);
    expect(easy).toBeLessThan(0.05);
    expect(hard).toBeGreaterThan(0.12);
    expect(hard).toBeLessThan(0.6);
  });

  it("words and size: exactly as planned where nothing is cut", () => {
    for (const kind of kinds) {
      for (const wordsPerPage of [1, 2, 7, 40]) {
        for (const spec of synthPlan({ ...data, kind, wordsPerPage, difficulty: 0 }).train.slice(0, 5)) {
          const { size, words } = drawPage(spec, createCanvas);
          expect(words).toHaveLength(spec.wordCount);
          expect(Math.max(size.widthPx, size.heightPx)).toBe(data.pageSizePx);
        }
      }
    }
  });
});

describe("drawSet", () => {
  const small = { ...data, pageSizePx: 160, wordsPerPage: 6 };

  it("gives the same bytes for the same seed and others for another, with validation unchanged", async () => {
    const [first, again, other] = [
      await drawSet(small, tools),
      await drawSet(small, tools),
      await drawSet({ ...small, seed: 6 }, tools),
    ];
    expect(again.hash).toBe(first.hash);
    expect(other.hash).not.toBe(first.hash);
    const bytesOf = async (pages: typeof first.train) =>
      Promise.all(pages.map(async (page) => new Uint8Array(await page.file.arrayBuffer()).join()));
    const train = await bytesOf(first.train);
    const validation = await bytesOf(first.validation);
    expect(await bytesOf(again.train)).toEqual(train);
    expect(new Set([...train, ...validation]).size).toBe(train.length + validation.length);
    expect(await bytesOf(other.validation)).toEqual(validation);
    expect((await bytesOf(other.train)).filter((bytes) => train.includes(bytes))).toEqual([]);
  });

  it("counts its pages and stops when asked to", async () => {
    const seen: number[] = [];
    await drawSet(small, { ...tools, onProgress: (done, total) => seen.push(done / total) });
    expect(seen).toHaveLength(24);
    expect(seen.at(-1)).toBe(1);
    const stopped = drawSet(small, { ...tools, isCancelled: () => true });
    await expect(stopped).rejects.toMatchObject({ data: { code: "cancelled" } });
  });
});
