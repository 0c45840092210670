// Obeys calls, one after the other: opens a model, runs it on pages, reads its maps again with other thresholds, compares a written
// file with what an engine answered. The worker exposes this; decoding, reading of files and the models' bytes are handed in.

import type { Config } from "../config/index.ts";
import { type Affine, PlaygroundError, toErrorData } from "../core/index.ts";
import type { Page, PageId } from "../dataset/index.ts";
import { type Preprocessing, type PretrainedName, pretrainedModel } from "../graph/index.ts";
import { durationStatistics } from "../trace/index.ts";
import { type DetectedMap, readDetections } from "./detect.ts";
import { chooseProvider } from "./providers.ts";
import { type InferSession, openSession } from "./session.ts";
import type {
  Comparison,
  InferCounters,
  InferProgress,
  ModelContents,
  ModelFacts,
  ModelMap,
  ModelSource,
  OpenedModel,
  OpenRequest,
  PageReading,
  SetReading,
} from "./types.ts";

export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly preprocessing?: Preprocessing;
}

interface InferTools {
  /** The page in the square that networks see, as an evaluation places it: S·S·4 RGBX. */
  readonly place: (
    page: Page,
    sizePx: number,
  ) => Promise<{
    readonly image: Uint8Array<ArrayBuffer>;
    readonly placement: Affine<"upright", "input">;
  }>;
  /** Throws PlaygroundError "bad-file" where the bytes are no model. */
  readonly inspect: (file: ModelFile) => ModelContents;
  /** With its hash checked. */
  readonly loadModel: (name: PretrainedName) => Promise<ModelFile>;
  readonly hash: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>;
  readonly threads: number;
  readonly report: (progress: InferProgress) => void;
  readonly open?: typeof openSession;
}

export interface RunRequest {
  readonly pages: readonly Page[];
  readonly sizePx: number;
  readonly settings: Config["postprocess"];
}

export interface CompareRequest {
  readonly name: string;
  readonly file: Uint8Array<ArrayBuffer>;
  readonly preprocessing: Preprocessing;
  readonly sizePx: number;
  /** With what the engine answered. */
  readonly pages: readonly { readonly page: Page; readonly probability: Float32Array<ArrayBuffer> }[];
}

export interface ScoreRequest extends RunRequest {
  readonly source: ModelSource;
}

export interface Inferrer {
  /** Throws where the file is no model; a model that onnxruntime refuses is described with the reason. */
  open(request: OpenRequest): Promise<OpenedModel>;
  /** The open model on these pages; their maps are kept until the next run. */
  run(request: RunRequest): Promise<SetReading>;
  /** One kept map read with these settings: no model runs. */
  readPage(pageId: PageId, settings: Config["postprocess"]): PageReading | null;
  /** All kept maps; null before a run. */
  readAll(settings: Config["postprocess"]): SetReading | null;
  mapOf(pageId: PageId): ModelMap | null;
  compare(request: CompareRequest): Promise<Comparison>;
  /** Another model on other pages, beside the open one: only its scores stay. */
  score(request: ScoreRequest): Promise<SetReading>;
  /** Ends a run at the end of the page. */
  cancel(): void;
}

/** Maps are kept as 32-bit floats so that thresholds can move; this many bytes of them. */
const MOST_MAP_BYTES = 2 ** 30;

interface Kept {
  readonly maps: readonly DetectedMap[];
  readonly run: Pick<SetReading, "coverage" | "sizePx" | "failures" | "times">;
}

export function createInferrer(tools: InferTools): Inferrer {
  const { open: openWith = openSession, threads } = tools;
  let current: { readonly label: string; readonly session: InferSession } | undefined;
  let kept: Kept | undefined;
  let counters: InferCounters = { modelRuns: 0, pagesRead: 0 };
  let isCancelled = false;
  /** Calls that use the model follow one another. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };

  const predict = async (session: InferSession, image: Uint8Array, sizePx: number) => {
    const start = performance.now();
    const probability = await session.predict(image, sizePx);
    counters = { ...counters, modelRuns: counters.modelRuns + 1 };
    return { probability, ms: performance.now() - start };
  };

  const readAll = (settings: Config["postprocess"]): SetReading | null => {
    if (kept === undefined) return null;
    const read = readDetections(kept.maps, settings);
    counters = { ...counters, pagesRead: counters.pagesRead + kept.maps.length };
    return { ...read, ...kept.run, counters };
  };

  const fileOf = async (source: ModelSource): Promise<ModelFile> =>
    source.kind === "comes along"
      ? tools.loadModel(source.name)
      : { name: source.name, bytes: new Uint8Array(await source.file.arrayBuffer()) };

  const open = async ({ source, wish }: OpenRequest): Promise<OpenedModel> => {
    await current?.session.dispose();
    current = undefined;
    kept = undefined;
    tools.report({ doing: "loading the model", done: 0, total: 0 });
    const file = await fileOf(source);
    const known = source.kind === "comes along" ? pretrainedModel(source.name) : undefined;
    const contents = tools.inspect(file);
    const facts: ModelFacts = {
      ...contents,
      label: known?.label ?? file.name,
      sizeBytes: file.bytes.length,
      sha256: await tools.hash(file.bytes),
      licence: known?.licence ?? "",
      author: known?.author ?? "",
    };
    try {
      const { provider, why } = await chooseProvider(wish);
      tools.report({ doing: `starting onnxruntime on ${provider}`, done: 0, total: 0 });
      const { preprocessing } = contents;
      const session = await openWith(file.bytes, { name: facts.label, preprocessing, threads, provider });
      current = { label: facts.label, session };
      return {
        facts,
        session: { ok: true, provider, why, threads: session.threads, createMs: session.createMs },
      };
    } catch (thrown) {
      return { facts, session: { ok: false, error: toErrorData(thrown, "opening a model") } };
    }
  };

  const run = async (request: RunRequest): Promise<SetReading> => {
    if (current === undefined) throw noModel();
    kept = await mapsOf(current, request);
    const reading = readAll(request.settings);
    if (reading === null) throw noModel();
    return reading;
  };

  const score = async ({ source, ...request }: ScoreRequest): Promise<SetReading> => {
    const file = await fileOf(source);
    const { preprocessing } = tools.inspect(file);
    const session = await openWith(file.bytes, { name: file.name, preprocessing, threads, provider: "wasm" });
    try {
      const { maps, run } = await mapsOf({ label: file.name, session }, request);
      return { ...readDetections(maps, request.settings), ...run, counters };
    } finally {
      await session.dispose();
    }
  };

  const mapsOf = async (
    { session, label }: { readonly label: string; readonly session: InferSession },
    { pages, sizePx }: RunRequest,
  ): Promise<Kept> => {
    isCancelled = false;
    const bytes = pages.length * sizePx * sizePx * 4;
    if (bytes > MOST_MAP_BYTES) throw tooMany(pages.length, sizePx, bytes);
    const maps: DetectedMap[] = [];
    const failures: string[] = [];
    const runMs: number[] = [];
    for (const [done, page] of pages.entries()) {
      tools.report({ doing: `running ${label}`, done, total: pages.length });
      if (isCancelled) throw new PlaygroundError({ code: "cancelled", message: "The run was stopped." });
      let placed: Awaited<ReturnType<InferTools["place"]>>;
      try {
        placed = await tools.place(page, sizePx);
      } catch (thrown) {
        failures.push(toErrorData(thrown, "preparing a page").message);
        continue;
      }
      const { probability, ms } = await predict(session, placed.image, sizePx);
      runMs.push(ms);
      maps.push({ page, sizePx, probability, placement: placed.placement });
    }
    const times = {
      firstMs: runMs[0] ?? Number.NaN,
      medianMs: runMs.length > 1 ? durationStatistics(runMs.slice(1)).medianMs : Number.NaN,
      count: runMs.length,
    };
    const coverage = { scored: maps.length, asked: pages.length };
    return { maps, run: { coverage, sizePx, failures, times } };
  };

  const compare = async (request: CompareRequest): Promise<Comparison> => {
    const { name, file, preprocessing, sizePx, pages } = request;
    const session = await openWith(file, { name, preprocessing, threads, provider: "wasm" });
    let most = 0;
    let sum = 0;
    let pixels = 0;
    try {
      for (const [done, { page, probability: expected }] of pages.entries()) {
        tools.report({ doing: "running the written file", done, total: pages.length });
        const { image } = await tools.place(page, sizePx);
        const { probability } = await predict(session, image, sizePx);
        if (probability.length !== expected.length)
          throw otherSize(name, probability.length, expected.length);
        for (let i = 0; i < expected.length; i++) {
          const difference = Math.abs((probability[i] ?? Number.NaN) - (expected[i] ?? Number.NaN));
          // Keeps NaN once it came: a number that is none must not pass as a small difference.
          most = Math.max(most, difference);
          sum += difference;
        }
        pixels += expected.length;
      }
    } finally {
      await session.dispose();
    }
    const meanDifference = pixels === 0 ? Number.NaN : sum / pixels;
    return { maxDifference: most, meanDifference, pages: pages.length, pixels, sizePx, provider: "wasm" };
  };

  return {
    open: (request) => inTurn(() => open(request)),
    run: (request) => inTurn(() => run(request)),
    compare: (request) => inTurn(() => compare(request)),
    score: (request) => inTurn(() => score(request)),
    readPage: (pageId, settings) => {
      const map = kept?.maps.find(({ page }) => page.id === pageId);
      if (map === undefined) return null;
      const start = performance.now();
      const [page] = readDetections([map], settings).pages;
      counters = { ...counters, pagesRead: counters.pagesRead + 1 };
      return page === undefined ? null : { page, readMs: performance.now() - start, counters };
    },
    readAll,
    mapOf: (pageId) => {
      const map = kept?.maps.find(({ page }) => page.id === pageId);
      if (map === undefined) return null;
      const probability = Uint8Array.from(map.probability, (value) => Math.round(value * 255));
      return { pageId, sizePx: map.sizePx, placement: map.placement, probability };
    },
    cancel: () => {
      isCancelled = true;
    },
  };
}

function noModel(): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: "There is no model to run.",
    doing: "running a model",
    next: "Open one first.",
  });
}

function tooMany(pages: number, sizePx: number, bytes: number): PlaygroundError {
  return new PlaygroundError({
    code: "out-of-memory",
    message: `The maps of ${pages} pages of ${sizePx}×${sizePx} px would need ${(bytes / 2 ** 30).toFixed(1)} GiB; 1 GiB is the most.`,
    doing: "running a model",
    kept: "The maps of the last run.",
    next: "Choose a smaller input size, or fewer pages.",
  });
}

function otherSize(name: string, got: number, expected: number): PlaygroundError {
  return new PlaygroundError({
    code: "bad-file",
    message: `${name} answers with ${got} pixels where the engine answered with ${expected}.`,
    what: name,
    doing: "comparing a written file",
  });
}
