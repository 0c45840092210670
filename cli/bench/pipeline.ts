// `npm run bench -- --suite pipeline`: what each cache tier saves between a page's file and its finished sample. All arms see
// the same pages in turn, page by page, in one process; ratios are paired with the arm without a cache.

import {
  type CacheSwitches,
  createLoader,
  type LoaderCalls,
  type SampleBytes,
} from "../../src/batch/index.ts";
import { resolveOrThrow } from "../../src/config/index.ts";
import type { Page } from "../../src/dataset/index.ts";
import { TIERS, type Tier } from "../../src/targets/index.ts";
import { type Clock, NOW, readingMs } from "./clock.ts";
import { benchPages, nodeTools } from "./pipeline-pages.ts";
import { openStep } from "./pipeline-step.ts";
import { percentile } from "./types.ts";

export interface PipelineRow {
  readonly words: number;
  readonly split: "train" | "validation";
  /** "none", a tier, or "all". */
  readonly tiers: string;
  readonly epoch: number;
  readonly augmented: boolean;
  /** The whole way from file to finished sample, and its part for targets (geometry and drawing): medians over n. */
  readonly dataMs: number;
  readonly targetMs: number;
  readonly hitRate: number;
  readonly n: number;
}

export interface PipelineRatio {
  readonly words: number;
  readonly split: "train" | "validation";
  readonly tiers: string;
  readonly augmented: boolean;
  readonly what: "targetMs" | "dataMs" | "lookUpShare" | "laterLookUpShare";
  /**
   * With the cache over without, epochs 2 and later; lookUpShare: key and look-up over the build of a miss, means over all epochs
   * and so with the hash of the page's file; laterLookUpShare: the same of each epoch from the second on.
   */
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly n: number;
}

/** What a tier saves of a whole training step: loading and network one after the other, on the engine and model named. */
export interface StepShare {
  readonly words: number;
  readonly tiers: string;
  readonly augmented: boolean;
  /** Saved by the tier, and at most by any cache of loading (Amdahl): shares of the uncached step, medians. */
  readonly saved: number;
  readonly bound: number;
  readonly dataMs: number;
  readonly networkMs: number;
}

export interface PipelineReport {
  readonly schema: "ocr-training-playground/pipeline-bench@1";
  readonly clock: Clock;
  readonly inputSizePx: number;
  readonly pages: number;
  readonly repeats: number;
  readonly rows: readonly PipelineRow[];
  readonly ratios: readonly PipelineRatio[];
  readonly steps: { readonly engine: string; readonly model: string; readonly shares: readonly StepShare[] };
}

interface Arm {
  readonly tiers: string;
  readonly augmented: boolean;
  readonly split: "train" | "validation";
}

interface Measured extends Arm {
  readonly epoch: number;
  readonly page: string;
  readonly repeat: number;
  readonly dataMs: number;
  readonly targetMs: number;
}

const INPUT_PX = 640;
const EPOCHS = 3;
/** Of every arm, and before them epochs without decoding: a run draws its pages hundreds of times. */
const WARM_UP_ROUNDS = 1;
const WARM_UP_EPOCHS = 40;
const NAMES = ["none", ...TIERS, "all"] as const;
/** Recipe of MhLiao/DB without the crop, so that every word stays in view; or nothing random at all. */
const RANDOM = {
  "augment.flip": 0.5,
  "augment.rotateDeg": 10,
  "augment.scaleMin": 0.8,
  "augment.scaleMax": 1.25,
};
const FIXED = { "augment.flip": 0, "augment.rotateDeg": 0, "augment.scaleMin": 1, "augment.scaleMax": 1 };

export async function benchPipeline(
  words: readonly number[],
  repeats: number,
  clock: Clock,
): Promise<PipelineReport> {
  const now = NOW[clock];
  const rows: PipelineRow[] = [];
  const ratios: PipelineRatio[] = [];
  // As many as the smallest built-in set has.
  const count = 16;
  const network = await openStep(INPUT_PX, now);
  const shares: StepShare[] = [];
  for (const wordCount of words) {
    const pages = await benchPages(wordCount, count);
    // For nothing: the compiler has seen every path, and often, before anything is counted.
    for (const features of [{ images: true }, { images: true, polygons: true }])
      await warmUp(pages, features, now);
    for (let round = 0; round < WARM_UP_ROUNDS; round++) await measure(pages, 0, now);
    const sample = await sampleOf(pages, now);
    await network.step(sample);
    const networkMs: number[] = [];
    const measured: Measured[] = [];
    const rates = new Map<string, { hits: number; lookups: number }>();
    const lookUpShares: number[] = [];
    const laterLookUpShares: number[] = [];
    for (let repeat = 1; repeat <= repeats; repeat++) {
      const round = await measure(pages, repeat, now);
      measured.push(...round.measured);
      lookUpShares.push(round.lookUpShare);
      laterLookUpShares.push(...round.laterLookUpShares);
      networkMs.push(await network.step(sample));
      for (const [name, rate] of round.rates) {
        const sum = rates.get(name) ?? { hits: 0, lookups: 0 };
        rates.set(name, { hits: sum.hits + rate.hits, lookups: sum.lookups + rate.lookups });
      }
    }
    rows.push(...rowsOf(wordCount, measured, rates));
    ratios.push(...ratiosOf(wordCount, measured));
    const arm = { words: wordCount, split: "train", tiers: "polygons", augmented: true } as const;
    ratios.push({ ...arm, what: "lookUpShare", ...spreadOf(lookUpShares) });
    ratios.push({ ...arm, what: "laterLookUpShare", ...spreadOf(laterLookUpShares) });
    shares.push(...sharesOf(wordCount, rows, percentile(networkMs, 0.5)));
  }
  network.dispose();
  for (const ratio of ratios) console.log(sentenceOf(ratio));
  console.log(
    `Of a whole step (${clock} time), a page at a time, ${network.model} on ${network.info.adapter}:`,
  );
  for (const share of shares) console.log(shareSentence(share));
  return {
    schema: "ocr-training-playground/pipeline-bench@1",
    clock,
    ...{ inputSizePx: INPUT_PX, pages: count, repeats, rows, ratios },
    steps: { engine: network.info.adapter, model: network.model, shares },
  };
}

async function warmUp(pages: readonly Page[], on: Partial<CacheSwitches>, now: () => number): Promise<void> {
  const loader = await openLoader({ tiers: "none", augmented: true, split: "train" }, pages, now);
  await loader.setCaches(on);
  for (let epoch = 0; epoch < WARM_UP_EPOCHS; epoch++)
    for (const { id } of pages) await loader.prepare({ pageId: id, split: "train", epoch, sequence: 0 });
}

async function sampleOf(pages: readonly Page[], now: () => number) {
  const loader = await openLoader({ tiers: "none", augmented: false, split: "train" }, pages, now);
  return loader.prepare({ pageId: pages[0]?.id ?? "", split: "train", epoch: 0, sequence: 0 });
}

function sharesOf(words: number, rows: readonly PipelineRow[], networkMs: number): StepShare[] {
  const last = rows.filter((row) => row.words === words && row.split === "train" && row.epoch === EPOCHS);
  return last.flatMap(({ tiers, augmented, dataMs: cachedMs }) => {
    const without = last.find((row) => row.tiers === "none" && row.augmented === augmented);
    if (tiers === "none" || without === undefined) return [];
    const { dataMs } = without;
    const step = dataMs + networkMs;
    return [
      { words, tiers, augmented, saved: (dataMs - cachedMs) / step, bound: dataMs / step, dataMs, networkMs },
    ];
  });
}

function shareSentence({ words, tiers, augmented, saved, bound, dataMs, networkMs }: StepShare): string {
  const how = augmented ? "augmented" : "not augmented";
  return (
    `${String(words).padStart(3)} words, ${how}, ${tiers}: saves ${(100 * saved).toFixed(1)} % of a step of ` +
    `${(dataMs + networkMs).toFixed(0)} ms; no cache of loading can save more than ${(100 * bound).toFixed(1)} %`
  );
}

/** One repeat: fresh loaders, three epochs, every page by every arm before the next page. */
async function measure(pages: readonly Page[], repeat: number, now: () => number) {
  const arms = armsOf();
  const loaders = await Promise.all(arms.map((arm) => openLoader(arm, pages, now)));
  const measured: Measured[] = [];
  const rates = new Map<string, { hits: number; lookups: number }>();
  const polygonArm = arms.findIndex(({ tiers, augmented }) => tiers === "polygons" && augmented);
  const polygonCounters = async () =>
    (await (loaders[polygonArm] as LoaderCalls).caches()).tiers.polygons.counters;
  /** A look-up of each epoch after the first, with all that is noted of it: the mean over the pages. */
  const laterLookUps: number[] = [];
  let before = await polygonCounters();
  let spent: SampleBytes | undefined;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const page of pages) {
      for (let turn = 0; turn < arms.length; turn++) {
        // Another arm begins each time, so that none always follows the same neighbour.
        const at = (turn + repeat + epoch) % arms.length;
        const arm = arms[at] as Arm;
        const loader = loaders[at] as LoaderCalls;
        const request = { pageId: page.id, split: arm.split, epoch, sequence: 0 };
        const start = now();
        const sample = await loader.prepare(request, arm.split === "train" ? spent : undefined);
        const dataMs = now() - start;
        const targetMs = sample.timing.targetsMs;
        // As the loader pool does: a training sample that has been used is written again.
        if (arm.split === "train") spent = sample;
        measured.push({ ...arm, epoch, page: page.id, repeat, dataMs, targetMs });
      }
    }
    const after = await polygonCounters();
    const lookUps = after.lookups - before.lookups;
    if (epoch > 0) laterLookUps.push((after.lookUpMs - before.lookUpMs) / lookUps);
    before = after;
  }
  for (const [at, arm] of arms.entries()) {
    const { tiers } = await (loaders[at] as LoaderCalls).caches();
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      const counts = TIERS.flatMap((tier) => tiers[tier].epochs.filter((row) => row.epoch === epoch));
      rates.set(nameOf(arm, epoch), {
        hits: counts.reduce((sum, { hits }) => sum + hits, 0),
        lookups: counts.reduce((sum, { lookups }) => sum + lookups, 0),
      });
    }
  }
  const { lookUpMs, lookups, buildMs, builds } = before;
  // A look-up takes about as long as reading the clock of processor time does.
  const reading = readingMs(now);
  const build = buildMs / builds - reading;
  return {
    ...{ measured, rates, lookUpShare: (lookUpMs / lookups - reading) / build },
    laterLookUpShares: laterLookUps.map((ms) => (ms - reading) / build),
  };
}

function armsOf(): Arm[] {
  const arms: Arm[] = [];
  for (const tiers of NAMES) {
    for (const augmented of [true, false]) arms.push({ tiers, augmented, split: "train" });
  }
  for (const tiers of ["none", "all"]) arms.push({ tiers, augmented: false, split: "validation" });
  return arms;
}

async function openLoader(
  { tiers, augmented }: Arm,
  pages: readonly Page[],
  now: () => number,
): Promise<LoaderCalls> {
  const isOn = (tier: Tier): boolean => tiers === "all" || tiers === tier;
  const values = {
    "model.inputSizePx": INPUT_PX,
    "augment.crop": false,
    "augment.color": 0,
    ...(augmented ? RANDOM : FIXED),
    "features.imageCache": isOn("images"),
    "features.polygonCache": isOn("polygons"),
    "features.mapCache": isOn("maps"),
    "features.sampleCache": isOn("samples"),
  };
  const { config } = resolveOrThrow({ layers: [{ layer: "file", from: "the benchmark", values }] }).resolved;
  const loader = createLoader({ ...nodeTools, now });
  const room = "unlimited";
  const budgets = { images: room, polygons: room, maps: room, samples: room } as const;
  await loader.setUp({ config, pages, budgets });
  return loader;
}

function rowsOf(
  words: number,
  measured: readonly Measured[],
  rates: ReadonlyMap<string, { hits: number; lookups: number }>,
): PipelineRow[] {
  return armsOf().flatMap((arm) =>
    Array.from({ length: EPOCHS }, (_, epoch) => {
      const own = measured.filter((one) => nameOf(one, one.epoch) === nameOf(arm, epoch));
      const { hits, lookups } = rates.get(nameOf(arm, epoch)) ?? { hits: 0, lookups: 0 };
      return {
        ...{ words, ...arm, epoch: epoch + 1, n: own.length },
        dataMs: percentile(
          own.map(({ dataMs }) => dataMs),
          0.5,
        ),
        targetMs: percentile(
          own.map(({ targetMs }) => targetMs),
          0.5,
        ),
        hitRate: lookups === 0 ? 0 : hits / lookups,
      };
    }),
  );
}

function ratiosOf(words: number, measured: readonly Measured[]): PipelineRatio[] {
  const warm = measured.filter(({ epoch }) => epoch > 0);
  const key = ({ augmented, split, epoch, page, repeat }: Measured): string =>
    [augmented, split, epoch, page, repeat].join(" ");
  const without = new Map(warm.filter(({ tiers }) => tiers === "none").map((one) => [key(one), one]));
  return armsOf()
    .filter(({ tiers }) => tiers !== "none")
    .flatMap((arm) =>
      (["targetMs", "dataMs"] as const).flatMap((what) => {
        const own = warm.filter((one) => nameOf(one, 0) === nameOf(arm, 0));
        const values = own
          .map((one) => one[what] / (without.get(key(one))?.[what] ?? Number.NaN))
          .filter(Number.isFinite);
        return values.length === 0 ? [] : [{ words, ...arm, what, ...spreadOf(values) }];
      }),
    );
}

function nameOf({ tiers, augmented, split }: Arm, epoch: number): string {
  return [tiers, augmented, split, epoch].join(" ");
}

function spreadOf(values: readonly number[]) {
  return {
    median: percentile(values, 0.5),
    p10: percentile(values, 0.1),
    p90: percentile(values, 0.9),
    n: values.length,
  };
}

function sentenceOf({ words, split, tiers, augmented, what, median, p10, p90, n }: PipelineRatio): string {
  const names = {
    ...{ targetMs: "targets", dataMs: "whole sample" },
    lookUpShare: "key (with the file's hash) and look-up of a build",
    laterLookUpShare: "the same from epoch 2 on",
  };
  const how = augmented ? "augmented" : "not augmented";
  return (
    `${String(words).padStart(3)} words, ${split}, ${how}, ${tiers}: ${names[what]} ${median.toFixed(3)} ` +
    `(${p10.toFixed(3)} to ${p90.toFixed(3)}, n ${n})`
  );
}
