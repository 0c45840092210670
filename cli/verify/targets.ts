// Checks the targets against MhLiao/DB and the original project: db-targets.json.gz (whole maps) and
// db-targets-real.json.gz (sums and 16×16 block means on real labels). Tolerances are those of the files' headers.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import {
  type Affine,
  FLAG_SHRINK_MASK,
  FLAG_TEXT,
  FLAG_THRESHOLD_MASK,
  polygonIn,
} from "../../src/core/index.ts";
import { identity } from "../../src/geometry/index.ts";
import {
  buildPageGeometry,
  type FloatTargets,
  type PageGeometry,
  renderFloatTargets,
  type TargetParams,
} from "../../src/targets/index.ts";
import { decodeTensor, packedTensor } from "./packed.ts";
import type { CaseResult, Check } from "./types.ts";

const points = z.array(z.tuple([z.number(), z.number()]));
const offset = z.object({ delta: z.number(), result: z.array(points) });
const dbMaps = z.object({
  ignoreAfter: z.array(z.boolean()),
  shrink: z.array(offset),
  dilate: z.array(offset),
  gt: packedTensor,
  mask: packedTensor,
  thresh_map: packedTensor,
  thresh_mask: packedTensor,
});
const seedMaps = z.object({ offsets: z.array(offset), prob_map: packedTensor, thresh_map: packedTensor });
const params = z.object({ shrink_ratio: z.number(), thresh_min: z.number(), thresh_max: z.number() });
const header = z.object({
  params: z.object({ db: params.extend({ min_text_size: z.number() }), seed: params }),
});
const wholeFile = z.object({
  header,
  cases: z.array(
    z.object({
      id: z.string(),
      width: z.number(),
      height: z.number(),
      polygons: z.array(points),
      ignore: z.array(z.boolean()),
      db_train: dbMaps,
      db_eval: dbMaps.optional(),
      seed: seedMaps,
    }),
  ),
});

const MAP_TOLERANCE = 1e-4;
const MEAN_TOLERANCE = 1e-3;
/** Share of a mask's pixels in both over those in either. */
const MASK_OVERLAP = { small: 0.98, large: 0.99, largeFromPx: 400 };

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly polygons: readonly (readonly (readonly [number, number])[])[];
  readonly ignore: readonly boolean[];
}

export const checkTargets: Check = async (document) => {
  const file = wholeFile.parse(document);
  const { db, seed } = parameters(file.header);
  return file.cases.flatMap((one) => [
    compareDb(`${one.id} db train`, one, one.db_train, db),
    ...(one.db_eval === undefined
      ? []
      : [compareDb(`${one.id} db eval`, one, one.db_eval, { ...db, clamp: false })]),
    compareSeed(`${one.id} original`, one, one.seed, seed),
  ]);
};

function parameters({ params }: z.infer<typeof header>): { db: TargetParams; seed: TargetParams } {
  const of = (from: z.infer<typeof header>["params"]["seed"]) => ({
    shrinkRatio: from.shrink_ratio,
    thresholdMin: from.thresh_min,
    thresholdMax: from.thresh_max,
  });
  return {
    db: { variant: "db", minTextSizePx: params.db.min_text_size, ...of(params.db) },
    seed: { variant: "original", minTextSizePx: 0, ...of(params.seed) },
  };
}

function generate(picture: Picture, params: TargetParams): { geometry: PageGeometry; maps: FloatTargets } {
  const words = picture.polygons.map((polygon, i) => ({
    polygon: polygonIn("upright", polygon.flat()),
    ignore: picture.ignore[i] ?? false,
  }));
  const size = { widthPx: picture.width, heightPx: picture.height };
  const geometry = buildPageGeometry(words, size, params);
  const placement: Affine<"upright", "input"> = identity();
  return { geometry, maps: renderFloatTargets(geometry, placement, size, params) };
}

function compareDb(
  id: string,
  picture: Picture,
  expected: z.infer<typeof dbMaps>,
  params: TargetParams,
): CaseResult {
  const { geometry, maps } = generate(picture, params);
  const thresholdMask = decodeTensor(expected.thresh_mask);
  const sameOffsets = hasPaths(geometry, [...expected.shrink, ...expected.dilate], "first");
  return verdict(id, [
    mask("gt", decodeTensor(expected.gt), maps.flags, FLAG_TEXT),
    mask("mask", decodeTensor(expected.mask), maps.flags, FLAG_SHRINK_MASK),
    mask("thresh_mask", thresholdMask, maps.flags, FLAG_THRESHOLD_MASK),
    sameOffsets
      ? greatest(decodeTensor(expected.thresh_map), maps.thresholds, (i) => {
          return thresholdMask[i] === 1 && ((maps.flags[i] as number) & FLAG_THRESHOLD_MASK) !== 0;
        })
      : null,
    mean(decodeTensor(expected.thresh_map), maps.thresholds),
  ]);
}

function compareSeed(
  id: string,
  picture: Picture,
  expected: z.infer<typeof seedMaps>,
  params: TargetParams,
): CaseResult {
  const { geometry, maps } = generate(picture, params);
  return verdict(id, [
    mask("prob_map", decodeTensor(expected.prob_map), maps.flags, FLAG_TEXT),
    hasPaths(geometry, expected.offsets, "all")
      ? greatest(decodeTensor(expected.thresh_map), maps.thresholds, () => true)
      : null,
    mean(decodeTensor(expected.thresh_map), maps.thresholds),
  ]);
}

/** Whether every offset of the reference is among the geometry's paths, point for point. */
function hasPaths(
  geometry: PageGeometry,
  offsets: readonly z.infer<typeof offset>[],
  which: "first" | "all",
): boolean {
  const known = new Set<string>();
  for (const { xy, pathStart } of [geometry.shrunk, geometry.grown]) {
    for (let p = 0; p + 1 < pathStart.length; p++) known.add(xy.slice(pathStart[p], pathStart[p + 1]).join());
  }
  return offsets.every(({ result }) =>
    (which === "first" ? result.slice(0, 1) : result).every((path) => known.has(path.flat().join())),
  );
}

/** What one comparison found: deviation as a share of its tolerance, and a sentence. */
interface Finding {
  readonly worst: number;
  readonly says: string;
}

function verdict(id: string, findings: readonly (Finding | null)[]): CaseResult {
  const failed = findings.filter((finding) => finding !== null && !(finding.worst <= 1));
  return {
    id,
    passed: failed.length === 0,
    worst: Math.max(0, ...findings.map((finding) => finding?.worst ?? 0)),
    says: failed.map((finding) => finding?.says).join("; "),
    deviations: findings.flatMap((finding) =>
      finding === null || finding.worst === 0 ? [] : [{ what: finding.says, share: finding.worst }],
    ),
  };
}

/** Exact, or overlapping enough. */
function mask(name: string, expected: ArrayLike<number>, flags: Uint8Array, bit: number): Finding {
  let both = 0;
  let either = 0;
  for (let i = 0; i < flags.length; i++) {
    const want = expected[i] === 1;
    const got = ((flags[i] as number) & bit) !== 0;
    if (want && got) both++;
    if (want || got) either++;
  }
  const overlap = either === 0 ? 1 : both / either;
  const least = either > MASK_OVERLAP.largeFromPx ? MASK_OVERLAP.large : MASK_OVERLAP.small;
  return {
    worst: (1 - overlap) / (1 - least),
    says: `${name}: ${either - both} pixels differ, overlap ${overlap}`,
  };
}

function greatest(
  expected: ArrayLike<number>,
  got: Float32Array,
  counts: (index: number) => boolean,
): Finding {
  let worst = 0;
  let where = -1;
  for (let i = 0; i < got.length; i++) {
    const deviation = Math.abs((expected[i] as number) - (got[i] as number));
    if (!(deviation <= worst) && counts(i)) {
      worst = deviation;
      where = i;
    }
  }
  return { worst: worst / MAP_TOLERANCE, says: `thresh_map: off by ${worst} at index ${where}` };
}

function mean(expected: ArrayLike<number>, got: Float32Array): Finding {
  let sum = 0;
  for (let i = 0; i < got.length; i++) sum += Math.abs((expected[i] as number) - (got[i] as number));
  const deviation = got.length === 0 ? 0 : sum / got.length;
  return { worst: deviation / MEAN_TOLERANCE, says: `thresh_map: off by ${deviation} on average` };
}

const blockSums = z.object({ sum: z.number(), blocks: z.array(z.array(z.number())) });
const realFile = z.object({
  images: z.array(
    z.object({
      id: z.string(),
      width: z.number(),
      height: z.number(),
      db: z.object({ gt: blockSums, mask: blockSums, thresh_map: blockSums, thresh_mask: blockSums }),
      seed: z.object({ prob_map: blockSums, thresh_map: blockSums }),
    }),
  ),
});
const labelFile = z.object({
  images: z.array(
    z.object({
      id: z.string(),
      instances: z.array(z.object({ points, ignore: z.boolean() })),
    }),
  ),
});

const STANDARD = { shrinkRatio: 0.4, thresholdMin: 0.3, thresholdMax: 0.7 } as const;
const SUM_SHARE = { mask: 0.01, map: 0.002 };
const BLOCK_TOLERANCE = 0.02;
/** Up to this for at most one block in a hundred. */
const RARE_BLOCK_TOLERANCE = 0.06;

export const checkRealTargets: Check = async (document, { dir }) => {
  const labels = new Map(readLabels(dir).images.map(({ id, instances }) => [id, instances]));
  return realFile.parse(document).images.flatMap((image) => {
    const instances = labels.get(image.id);
    if (instances === undefined)
      return [verdict(image.id, [{ worst: Number.POSITIVE_INFINITY, says: "no labels" }])];
    const picture: Picture = {
      width: image.width,
      height: image.height,
      polygons: instances.map((instance) => instance.points),
      ignore: instances.map((instance) => instance.ignore),
    };
    return [compareRealDb(picture, image), compareRealSeed(picture, image)];
  });
};

function readLabels(dir: string): z.infer<typeof labelFile> {
  for (const path of [join(dir, "real/labels.json"), resolve(dir, "../data/real/labels.json")]) {
    try {
      return labelFile.parse(JSON.parse(readFileSync(path, "utf8")));
    } catch (thrown) {
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT")) throw thrown;
    }
  }
  throw new Error(`neither ${dir}/real/labels.json nor ${dir}/../data/real/labels.json is there`);
}

type RealImage = z.infer<typeof realFile>["images"][number];

function compareRealDb(picture: Picture, { id, db }: RealImage): CaseResult {
  const { maps } = generate(picture, { variant: "db", minTextSizePx: 8, ...STANDARD });
  return verdict(`${id} db`, [
    ...blocks("gt", db.gt, bitOf(maps.flags, FLAG_TEXT), picture, SUM_SHARE.mask),
    ...blocks("mask", db.mask, bitOf(maps.flags, FLAG_SHRINK_MASK), picture, SUM_SHARE.mask),
    ...blocks("thresh_mask", db.thresh_mask, bitOf(maps.flags, FLAG_THRESHOLD_MASK), picture, SUM_SHARE.mask),
    ...blocks("thresh_map", db.thresh_map, maps.thresholds, picture, SUM_SHARE.map),
  ]);
}

function compareRealSeed(picture: Picture, { id, seed }: RealImage): CaseResult {
  const { maps } = generate(picture, { variant: "original", minTextSizePx: 0, ...STANDARD });
  const text = bitOf(maps.flags, FLAG_TEXT);
  return verdict(`${id} original`, [
    ...blocks("prob_map", seed.prob_map, text, picture, SUM_SHARE.mask),
    ...blocks("thresh_map", seed.thresh_map, maps.thresholds, picture, SUM_SHARE.map),
  ]);
}

function bitOf(flags: Uint8Array, bit: number): Float32Array {
  const mask = new Float32Array(flags.length);
  for (let i = 0; i < flags.length; i++) mask[i] = ((flags[i] as number) & bit) !== 0 ? 1 : 0;
  return mask;
}

function blocks(
  name: string,
  expected: z.infer<typeof blockSums>,
  map: Float32Array,
  { width, height }: Picture,
  sumShare: number,
): Finding[] {
  let sum = 0;
  for (let i = 0; i < map.length; i++) sum += map[i] as number;
  const share = Math.abs(sum - expected.sum) / Math.max(Math.abs(expected.sum), 1);
  const rows = expected.blocks.length;
  const columns = expected.blocks[0]?.length ?? 0;
  const off = expected.blocks.flatMap((row, r) =>
    row.map((value, c) =>
      Math.abs(value - blockMean(map, width, edge(width, c, columns), edge(height, r, rows))),
    ),
  );
  const greatestOff = Math.max(0, ...off);
  const isRare = off.filter((value) => value > BLOCK_TOLERANCE).length <= off.length / 100;
  const tolerance = isRare ? RARE_BLOCK_TOLERANCE : BLOCK_TOLERANCE;
  return [
    { worst: share / sumShare, says: `${name}: sum ${sum}, expected ${expected.sum}` },
    { worst: greatestOff / tolerance, says: `${name}: a block is off by ${greatestOff}` },
  ];
}

/** First and past-last pixel of block `index`. */
function edge(size: number, index: number, count: number): readonly [number, number] {
  return [Math.floor((size * index) / count), Math.floor((size * (index + 1)) / count)];
}

function blockMean(
  map: Float32Array,
  width: number,
  [left, right]: readonly [number, number],
  [top, bottom]: readonly [number, number],
): number {
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += map[y * width + x] as number;
  const count = (right - left) * (bottom - top);
  return count === 0 ? 0 : sum / count;
}
