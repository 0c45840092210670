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
import { buildPageGeometry, hashBytes, type MadeMs, renderTargets } from "../targets/index.ts";
import type { Hashed, LoaderCaches, Wanted } from "./caches.ts";
import type { LoaderConfig } from "./loader.ts";
import { resample } from "./resample.ts";
import type { Sample, SampleBytes, SampleRequest, SampleTiming } from "./types.ts";

export interface SampleTools {
  /** The page with its encoded picture at hand: in memory, unless `decode` reads it itself. */
  readonly load: (page: Page) => Promise<Page>;
  /** Upright pixels, in `into` if the decoder can and it has their length. */
  readonly decode: (page: Page, into?: Pixels["rgba"]) => Promise<Pixels>;
  /** Pixels that nobody keeps: the next picture is decoded into them. */
  readonly scratch: { rgba?: Pixels["rgba"] };
  /** What is kept of pages, and what draws their targets. */
  readonly caches: LoaderCaches;
  /** Milliseconds. */
  readonly now: () => number;
  /** Told how long the stages took that were done for a sample. */
  readonly made?: (split: SampleRequest["split"], made: MadeMs) => void;
}

const STAGES = {
  load: "loading",
  decode: "decoding",
  augment: "placing",
  targets: "drawing the targets of",
} as const;

type Stage = <T>(name: keyof typeof STAGES, work: () => T | Promise<T>) => Promise<T>;
type Settings = Pick<LoaderConfig, "model" | "targets" | "augment" | "train">;

/** One sample on its way. */
interface Job extends Augmentation {
  readonly request: SampleRequest;
  readonly page: Page;
  readonly config: Settings;
  readonly tools: SampleTools;
  readonly stage: Stage;
  readonly timing: { -readonly [name in keyof Omit<SampleTiming, "place" | "storageMs">]: number };
  readonly made: MadeMs;
  readonly spent: SampleBytes | undefined;
}

/** Written into `spent` where that has the length. Rejects with a PlaygroundError that names the stage ("decoding page …") and the page's id. */
export async function prepareSample(
  request: SampleRequest,
  page: Page,
  config: Settings,
  tools: SampleTools,
  spent?: SampleBytes,
): Promise<Sample> {
  const timing = { startMs: tools.now(), loadMs: 0, decodeMs: 0, augmentMs: 0, targetsMs: 0 };
  const stage: Stage = async (name, work) => {
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
  const { placement, color } = await stage("augment", () => placed(request, page, config));
  const made: MadeMs = {};
  const job: Job = { request, page, config, tools, stage, timing, made, spent, placement, color };
  const finished = await (tools.caches.isOn ? withCaches(job) : afresh(job));
  tools.made?.(request.split, made);
  return { request, ...finished, placement, timing };
}

/** With every cache off, nothing is made for their sake. */
async function afresh({
  request,
  page,
  config,
  tools,
  stage,
  timing,
  made,
  spent,
  placement,
  color,
}: Job): Promise<SampleBytes> {
  const { model, targets } = config;
  const loaded = await stage("load", () => tools.load(page));
  const pixels = await stage("decode", () => decodeForNow(loaded, tools));
  const image = await stage("augment", () =>
    resample(pixels, placement, model.inputSizePx, color, spent?.image),
  );
  made.read = timing.loadMs + timing.decodeMs;
  made.place = timing.augmentMs;
  if (request.split === "validation") return { image, ...noMaps() };
  const maps = await stage("targets", () => {
    const began = tools.now();
    const geometry = buildPageGeometry(page.words, page.size, targets);
    made.outline = tools.now() - began;
    return renderTargets(geometry, placement, model.inputSizePx, targets, spent);
  });
  made.draw = timing.targetsMs - (made.outline ?? 0);
  return { image, ...maps };
}

async function withCaches(job: Job): Promise<SampleBytes> {
  const { request, page, config, tools, stage, timing, made, spent, placement, color } = job;
  const { caches, now } = tools;
  const wanted: Wanted = { page, request, placement, fixed: fixedOf(job), made, spent };
  const start = now();

  let loading: Promise<Page> | undefined;
  /** Read once, whoever asks first: a key that needs the content, or the decoder. */
  const load = (): Promise<Page> => {
    loading ??= stage("load", () => tools.load(page));
    return loading;
  };
  const decode = async (isKept: boolean): Promise<Pixels> => {
    const loaded = await load();
    return stage("decode", async () =>
      isKept ? asListed(await tools.decode(loaded), page) : decodeForNow(loaded, tools),
    );
  };
  const hashed = async ({ file }: Page): Promise<Hashed> => {
    const startedMs = now();
    return { startedMs, content: hashBytes(new Uint8Array(await file.arrayBuffer())) };
  };
  let hashMs = 0;
  const hash = async (): Promise<Hashed> => {
    const loaded = await load();
    const made = await stage("load", () => hashed(loaded));
    hashMs = now() - made.startedMs;
    return made;
  };

  const finished = await caches.sample(wanted, hash);
  if (finished !== undefined) {
    // Looking up and copying is all the loading there was.
    timing.loadMs = now() - start;
    return finished;
  }
  // What was read for the key is part of the build, as a build without a cache reads it too; the key itself is not.
  const readMs = timing.loadMs - hashMs;
  const missedMs = now();
  const pixels = await caches.pixels(wanted, hash, decode);
  const image = await stage("augment", () =>
    resample(pixels, placement, config.model.inputSizePx, color, spent?.image),
  );
  const maps =
    request.split === "validation"
      ? noMaps()
      : await stage("targets", async () => caches.targets(wanted, async () => hashed(await load())));
  // A page that was not decoded was kept; then at most the key was read for it.
  if (timing.decodeMs > 0) made.read = timing.loadMs + timing.decodeMs - hashMs;
  made.place = timing.augmentMs;
  const sample = { image, ...maps };
  caches.keepSample(wanted, sample, readMs + now() - missedMs);
  return sample;
}

function placed(
  { split, epoch }: SampleRequest,
  page: Page,
  { augment, model, train }: Settings,
): Augmentation {
  if (split === "validation")
    return { placement: evaluationPlacement(page.size, model.inputSizePx), color: null };
  return augmentationOf(page, augment, model.inputSizePx, train.seed, epoch);
}

/** Of what `placed` gave, whether it is the same every time. */
function fixedOf({ request, config, placement, color }: Job): Wanted["fixed"] {
  return request.split === "validation"
    ? fixedForEvaluation(placement)
    : fixedForTraining({ placement, color }, config.augment);
}

/** Pixels until the next picture. */
async function decodeForNow(page: Page, { decode, scratch }: SampleTools): Promise<Pixels> {
  const pixels = asListed(await decode(page, scratch.rgba), page);
  scratch.rgba = pixels.rgba;
  return pixels;
}

/** Pages that are only scored have no targets. */
function noMaps(): Pick<Sample, "thresholds" | "flags"> {
  return { thresholds: new Uint8Array(0), flags: new Uint8Array(0) };
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
