// One page → one sample: load, decode, place and resample, draw the targets. What is random follows from the request alone,
// so it makes no difference which loader does it. How a picture is decoded and targets are drawn is handed in.

import {
  type Augmentation,
  augmentationOf,
  evaluationPlacement,
  fixedForEvaluation,
  fixedForTraining,
} from "../augment/index.ts";
import { PlaygroundError, toErrorData } from "../core/index.ts";
import type { Page, Pixels } from "../dataset/index.ts";
import { hashBytes } from "../targets/index.ts";
import type { Hashed, LoaderCaches, Wanted } from "./caches.ts";
import type { LoaderConfig } from "./loader.ts";
import { resample } from "./resample.ts";
import type { Sample, SampleRequest, SampleTiming } from "./types.ts";

export interface SampleTools {
  /** The page with its encoded picture in memory. */
  readonly load: (page: Page) => Promise<Page>;
  /** Upright pixels. */
  readonly decode: (page: Page) => Promise<Pixels>;
  /** What is kept of pages, and what draws their targets. */
  readonly caches: LoaderCaches;
  /** Milliseconds. */
  readonly now: () => number;
}

const STAGES = {
  load: "loading",
  decode: "decoding",
  augment: "placing",
  targets: "drawing the targets of",
} as const;

/** Rejects with a PlaygroundError that names the stage ("decoding page …") and the page's id. */
export async function prepareSample(
  request: SampleRequest,
  page: Page,
  config: Pick<LoaderConfig, "model" | "augment" | "train">,
  tools: SampleTools,
): Promise<Sample> {
  const timing = { startMs: tools.now(), loadMs: 0, decodeMs: 0, augmentMs: 0, targetsMs: 0 };
  const stage = async <T>(name: keyof typeof STAGES, work: () => T | Promise<T>): Promise<T> => {
    const start = tools.now();
    try {
      return await work();
    } catch (thrown) {
      const data = toErrorData(thrown, `${STAGES[name]} page "${page.name}"`);
      throw new PlaygroundError({ ...data, what: page.id });
    } finally {
      timing[`${name}Ms`] += tools.now() - start;
    }
  };
  const sizePx = config.model.inputSizePx;
  const isTraining = request.split === "train";

  const { caches } = tools;
  const { placement, color, fixed } = await stage("augment", () => placed(request, page, config));
  const wanted: Wanted = { page, request, placement, fixed };
  const start = tools.now();

  let loading: Promise<Page> | undefined;
  /** Read once, whoever asks first: a key that needs the content, or the decoder. */
  const load = (): Promise<Page> => {
    loading ??= stage("load", () => tools.load(page));
    return loading;
  };
  const decode = async (): Promise<Pixels> => {
    const loaded = await load();
    return stage("decode", async () => asListed(await tools.decode(loaded), page));
  };

  const hashed = async ({ file }: Page): Promise<Hashed> => {
    const startedMs = tools.now();
    return { startedMs, content: hashBytes(new Uint8Array(await file.arrayBuffer())) };
  };
  let hashMs = 0;
  const hash = async (): Promise<Hashed> => {
    const loaded = await load();
    const made = await stage("load", () => hashed(loaded));
    hashMs = tools.now() - made.startedMs;
    return made;
  };

  const finished = await caches.sample(wanted, hash);
  if (finished !== undefined) {
    // Looking up and copying is all the loading there was.
    timing.loadMs = tools.now() - start;
    return { request, ...finished, placement, timing: timing satisfies SampleTiming };
  }
  // What was read for the key is part of the build, as a build without a cache reads it too; the key itself is not.
  const readMs = timing.loadMs - hashMs;
  const missedMs = tools.now();
  const pixels = await caches.pixels(wanted, hash, decode);
  const image = await stage("augment", () => resample(pixels, placement, sizePx, color));
  const maps = isTraining
    ? await stage("targets", async () => caches.targets(wanted, async () => hashed(await load())))
    : { thresholds: new Uint8Array(0), flags: new Uint8Array(0) };
  caches.keepSample(wanted, { image, ...maps }, readMs + tools.now() - missedMs);
  return { request, image, ...maps, placement, timing: timing satisfies SampleTiming };
}

/** Where the page goes in the input square, and whether that is the same every time. */
function placed(
  { split, epoch }: SampleRequest,
  page: Page,
  { augment, model, train }: Pick<LoaderConfig, "model" | "augment" | "train">,
): Augmentation & Pick<Wanted, "fixed"> {
  if (split === "validation") {
    const placement = evaluationPlacement(page.size, model.inputSizePx);
    return { placement, color: null, fixed: fixedForEvaluation(placement) };
  }
  const augmentation = augmentationOf(page, augment, model.inputSizePx, train.seed, epoch);
  return { ...augmentation, fixed: fixedForTraining(augmentation, augment) };
}

/** Words lie in the size that the importer saw; a decoder that disagrees (a lost EXIF tag, say) would shift them all. */
function asListed(pixels: Pixels, page: Page): Pixels {
  const { widthPx, heightPx } = pixels.size;
  const isListed = widthPx === page.size.widthPx && heightPx === page.size.heightPx;
  if (isListed && pixels.rgba.length === widthPx * heightPx * 4) return pixels;
  throw new PlaygroundError({
    code: "bad-file",
    message:
      `Page "${page.name}" was decoded as ${widthPx}×${heightPx} px (${pixels.rgba.length} bytes), ` +
      `but is listed as ${page.size.widthPx}×${page.size.heightPx} px.`,
    next: "Import the page again.",
  });
}
