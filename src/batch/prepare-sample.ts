// One page → one sample: load, decode, place and resample, draw the targets. What is random follows from the request alone,
// so it makes no difference which loader does it. How a picture is decoded and targets are drawn is handed in.

import { augmentationOf, evaluationPlacement } from "../augment/index.ts";
import { type Affine, PlaygroundError, toErrorData } from "../core/index.ts";
import type { Page, Pixels } from "../dataset/index.ts";
import type { LoaderConfig } from "./loader.ts";
import { resample } from "./resample.ts";
import type { Sample, SampleRequest, SampleTiming } from "./types.ts";

export interface TargetMaps {
  /** S·S, see TrainBatch.thresholds. */
  readonly thresholds: Uint8Array<ArrayBuffer>;
  /** S·S, see TrainBatch.flags. */
  readonly flags: Uint8Array<ArrayBuffer>;
}

export interface SampleTools {
  /** The page with its encoded picture in memory. */
  readonly load: (page: Page) => Promise<Page>;
  /** Upright pixels. */
  readonly decode: (page: Page) => Promise<Pixels>;
  /** Target maps of a page at a placement. */
  readonly drawTargets: (page: Page, placement: Affine<"upright", "input">, sizePx: number) => TargetMaps;
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
      timing[`${name}Ms`] = tools.now() - start;
    }
  };
  const sizePx = config.model.inputSizePx;
  const isTraining = request.split === "train";

  const loaded = await stage("load", () => tools.load(page));
  const pixels = await stage("decode", async () => asListed(await tools.decode(loaded), page));
  const { image, placement } = await stage("augment", () => {
    const { placement, color } = isTraining
      ? augmentationOf(page, config.augment, sizePx, config.train.seed, request.epoch)
      : { placement: evaluationPlacement(page.size, sizePx), color: null };
    return { placement, image: resample(pixels, placement, sizePx, color) };
  });
  const maps = isTraining
    ? await stage("targets", () => tools.drawTargets(page, placement, sizePx))
    : { thresholds: new Uint8Array(0), flags: new Uint8Array(0) };
  return { request, image, ...maps, placement, timing: timing satisfies SampleTiming };
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
