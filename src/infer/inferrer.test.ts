import { expect, it, vi } from "vitest";
import { PlaygroundError, polygonIn } from "../core/index.ts";
import type { Page } from "../dataset/index.ts";
import { PADDLE_PREPROCESSING } from "../graph/index.ts";
import { createInferrer } from "./inferrer.ts";
import type { InferSession } from "./session.ts";
import type { ModelContents } from "./types.ts";

const SIZE = 32;
const settings = {
  threshold: 0.5,
  boxThreshold: 0.1,
  unclipRatio: 1,
  mode: "quad",
  maxCandidates: 100,
  minSizePx: 1,
} as const;

const pageOf = (id: string): Page => ({
  id,
  name: id,
  file: { size: 1, type: "", arrayBuffer: async () => new ArrayBuffer(1) },
  orientation: 1,
  size: { widthPx: SIZE, heightPx: SIZE },
  words: [{ polygon: polygonIn("upright", [8, 8, 24, 8, 24, 16, 8, 16]), ignore: false, text: "a" }],
  labelSpace: "either",
});

/** Text of probability 0.8 where the page's word is. */
const map = Float32Array.from({ length: SIZE * SIZE }, (_, i) => {
  const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
  return x >= 8 && x < 24 && y >= 8 && y < 16 ? 0.8 : 0.01;
});

function inferrer(answer: () => Float32Array<ArrayBuffer> = () => map.slice()) {
  const predict = vi.fn(async () => answer());
  const dispose = vi.fn(async () => undefined);
  const session = { threads: 1, createMs: 1, predict, dispose } as unknown as InferSession;
  const made = createInferrer({
    place: async (page) => {
      if (page.id === "broken") throw new PlaygroundError({ code: "bad-file", message: "broken." });
      const placement = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };
      return { image: new Uint8Array(SIZE * SIZE * 4), placement };
    },
    inspect: () => ({ preprocessing: PADDLE_PREPROCESSING }) as ModelContents,
    loadModel: async (name) => ({ name, bytes: new Uint8Array(4) }),
    hash: async () => "hash",
    threads: 1,
    report: () => undefined,
    open: async () => session,
  });
  return { made, predict, dispose };
}

const open = { source: { kind: "comes along", name: "ppocrv3-en" }, wish: "wasm" } as const;

it("reads kept maps with other thresholds without running the model", async () => {
  const { made, predict } = inferrer();
  await made.open(open);
  const first = await made.run({ pages: [pageOf("a"), pageOf("b")], sizePx: SIZE, settings });
  expect(first.pages.map(({ boxes }) => boxes.length)).toEqual([1, 1]);
  expect(first.icdarIou.pooled.hmean).toBe(1);
  const higher = { ...settings, threshold: 0.9 };
  expect(made.readPage("b", higher)?.page.boxes).toEqual([]);
  expect(made.readAll(higher)?.icdarIou.pooled.hmean).toBe(0);
  expect(predict).toHaveBeenCalledTimes(2);
  expect(made.readAll(settings)?.counters).toEqual({ modelRuns: 2, pagesRead: 7 });
});

it("a page that cannot be decoded lowers the coverage and is named; the others are run", async () => {
  const { made } = inferrer();
  await made.open(open);
  const { coverage, failures } = await made.run({
    pages: [pageOf("broken"), pageOf("a")],
    sizePx: SIZE,
    settings,
  });
  expect(coverage).toEqual({ scored: 1, asked: 2 });
  expect(failures).toEqual(["broken."]);
});

it("a written file is as far from the engine as its worst pixel; no number is never a small difference", async () => {
  const compare = async (answer: Float32Array<ArrayBuffer>) => {
    const { made, dispose } = inferrer(() => answer);
    const pages = [{ page: pageOf("a"), probability: map.slice() }];
    const file = new Uint8Array(4);
    const request = { name: "model.onnx", file, preprocessing: PADDLE_PREPROCESSING, sizePx: SIZE, pages };
    const { maxDifference } = await made.compare(request);
    expect(dispose).toHaveBeenCalledOnce();
    return maxDifference;
  };
  const other = map.slice();
  other[5] = 0.51;
  expect(await compare(other)).toBeCloseTo(0.5, 6);
  other[700] = Number.NaN;
  expect(await compare(other)).toBeNaN();
});

it("more maps than can be kept are refused with what to do", async () => {
  const { made } = inferrer();
  await made.open(open);
  const pages = Array.from({ length: 300 }, (_, i) => pageOf(String(i)));
  await expect(made.run({ pages, sizePx: 1280, settings })).rejects.toThrow(/1 GiB is the most/);
});
