// Evaluation on a fixed list of pages: predict, keep the maps, read them. The maps stay, so that a moved threshold
// is answered by reading again, without the network. Pages that could not be prepared are counted in the coverage.

import type { Sample } from "../batch/index.ts";
import type { Config } from "../config/index.ts";
import type { Page, PageId } from "../dataset/index.ts";
import type { Engine } from "../engine/index.ts";
import type { Tracer } from "../trace/index.ts";
import { type PageMap, readMaps } from "./reading.ts";
import type { EvaluationEvent, PageFrame } from "./types.ts";

export interface Evaluator {
  /** Predicts all pages and reads the maps. `samples` come in the order of the pages; null where a page failed. */
  evaluate(position: Position, samples: AsyncIterable<Sample | null>, wishes: Wishes): Promise<Evaluated>;
  /** Reads the kept maps with other settings; undefined before the first evaluation. */
  readAgain(settings: Config["postprocess"]): EvaluationEvent | undefined;
  /** The kept maps of the first `count` pages, copied. */
  maps(count: number): EvaluatedMap[];
  /** Frames of the kept maps of these pages (without threshold maps, which are not kept). */
  frames(watched: readonly PageId[]): PageFrame[];
}

export interface EvaluatedMap {
  readonly pageId: PageId;
  /** S·S, as the engine answered. */
  readonly probability: Float32Array<ArrayBuffer>;
}

interface Position {
  readonly step: number;
  readonly epoch: number;
}

interface Wishes {
  /** Read when the maps are there: a threshold may have moved meanwhile. */
  readonly settings: () => Config["postprocess"];
  readonly watched: readonly PageId[];
  readonly wantThreshold: boolean;
}

interface Evaluated {
  readonly event: EvaluationEvent;
  readonly frames: readonly PageFrame[];
}

/** `pages`: the list that is asked for; coverage counts against it. */
export function createEvaluator(engine: Engine, pages: readonly Page[], setup: Setup): Evaluator {
  const { batchSize, sizePx, tracer } = setup;
  const byId = new Map(pages.map((page) => [page.id, page]));
  let kept: { maps: readonly PageMap[]; position: Position } | undefined;

  const eventOf = (
    maps: readonly PageMap[],
    position: Position,
    settings: Config["postprocess"],
    isNewPrediction: boolean,
    startMs: number,
  ): EvaluationEvent => ({
    ...position,
    ...readMaps(maps, pages.length, settings, tracer),
    isNewPrediction,
    durationMs: performance.now() - startMs,
  });

  return {
    evaluate: async (position, samples, wishes) => {
      const start = performance.now();
      const maps: PageMap[] = [];
      const frames: PageFrame[] = [];
      for await (const group of groupsOf(samples, batchSize)) {
        const wantThreshold =
          wishes.wantThreshold && group.some(({ request }) => wishes.watched.includes(request.pageId));
        setup.tookSamples(group);
        const { probability, threshold } = await tracer.spanAsync("predict", () =>
          engine.predict(joinImages(group, sizePx), { threshold: wantThreshold }),
        );
        const area = sizePx * sizePx;
        group.forEach((sample, i) => {
          const page = byId.get(sample.request.pageId);
          if (page === undefined) return;
          const map = probability.slice(i * area, (i + 1) * area);
          maps.push({ page, sizePx, probability: map, placement: sample.placement });
          if (!wishes.watched.includes(page.id)) return;
          const thresholdBytes = threshold && toBytes(threshold.subarray(i * area, (i + 1) * area));
          frames.push({
            pageId: page.id,
            sizePx,
            probability: toBytes(map),
            ...(thresholdBytes && { threshold: thresholdBytes }),
            placement: sample.placement,
          });
        });
      }
      kept = { maps, position };
      return { event: eventOf(maps, position, wishes.settings(), true, start), frames };
    },
    readAgain: (settings) => kept && eventOf(kept.maps, kept.position, settings, false, performance.now()),
    maps: (count) =>
      (kept?.maps ?? [])
        .slice(0, count)
        .map(({ page, probability }) => ({ pageId: page.id, probability: probability.slice() })),
    frames: (watched) =>
      (kept?.maps ?? [])
        .filter(({ page }) => watched.includes(page.id))
        .map(({ page, probability, placement }) => ({
          pageId: page.id,
          sizePx,
          probability: toBytes(probability),
          placement,
        })),
  };
}

interface Setup {
  readonly batchSize: number;
  readonly sizePx: number;
  readonly tracer: Tracer;
  /** Told of every batch, for what its samples' own threads measured. */
  readonly tookSamples: (samples: readonly Sample[]) => void;
}

async function* groupsOf(samples: AsyncIterable<Sample | null>, size: number): AsyncIterable<Sample[]> {
  let group: Sample[] = [];
  for await (const sample of samples) {
    if (sample !== null) group.push(sample);
    if (group.length === size) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

function joinImages(samples: readonly Sample[], sizePx: number): Uint8Array<ArrayBuffer> {
  const bytes = sizePx * sizePx * 4;
  const images = new Uint8Array(samples.length * bytes);
  samples.forEach((sample, i) => {
    images.set(sample.image, i * bytes);
  });
  return images;
}

function toBytes(map: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(map.length);
  for (let i = 0; i < map.length; i++) bytes[i] = Math.round((map[i] ?? 0) * 255);
  return bytes;
}
