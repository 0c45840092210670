// Checks losses.json.gz: values, counts and gradients of the loss against MhLiao/DB and the original project.

import { z } from "zod";
import type { EngineParts, LossAnswer, LossQuestion, LossTargets } from "../../src/engine/index.ts";
import { Deviations } from "./deviation.ts";
import { orRefused, Refused } from "./executors/refused.ts";
import { closeTensor, greatest, tensor } from "./tensors.ts";
import { type CaseResult, outside } from "./types.ts";

const values = z.object({
  total: z.number(),
  bce: z.number(),
  l1: z.number(),
  dice: z.number(),
  positive_count: z.number().optional(),
  negative_count: z.number().optional(),
});
const fromLogits = z.object({
  values,
  grad_prob_logits: tensor,
  grad_prob_logits_max: z.number(),
  grad_thresh_logits: tensor,
  grad_thresh_logits_max: z.number(),
});
const fromMaps = z.object({
  values,
  grad_binary: tensor,
  grad_binary_max: z.number(),
  grad_thresh: tensor,
  grad_thresh_max: z.number(),
  grad_thresh_binary: tensor,
  grad_thresh_binary_max: z.number(),
});
const lossFile = z.object({
  header: z.object({
    params: z.object({
      negative_ratio: z.number(),
      eps: z.number(),
      k: z.number(),
      db: z.object({ bce_scale: z.number(), l1_scale: z.number(), dice: z.number() }),
      seed: z.object({ prob: z.number(), thresh: z.number(), binary: z.number() }),
    }),
  }),
  cases: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      input: z.object({
        gt: tensor,
        mask: tensor,
        thresh_mask: tensor,
        thresh_map: tensor,
        prob_logits: tensor,
        thresh_logits: tensor,
      }),
      expected: z.object({
        db_maps: fromMaps,
        db_logits: fromLogits,
        seed_no_masks: fromLogits,
        seed_masks: fromLogits,
      }),
    }),
  ),
});

type LossCase = z.infer<typeof lossFile>["cases"][number];

const FLUSHED =
  "a GPU takes numbers below 1e-38 for zero, so the published logarithm of a saturated probability ends elsewhere; training starts from logits";

function flushesSmallNumbers({ id }: EngineParts): boolean {
  return id === "tfjs-webgpu" || id === "tfjs-webgl";
}

const VALUE = (expected: number): number => 1e-4 * Math.abs(expected) + 1e-6;
const GRADIENT = (greatest: number): number => 1e-3 * greatest + 1e-7;

/**
 * One result a case, which compares all four variants. An executor whose loss starts from logits is compared with the gradients of
 * the three maps by the chain rule; what it refuses beyond that is named by itself.
 */
export async function checkLossCases(document: unknown, parts: EngineParts): Promise<readonly CaseResult[]> {
  const { header, cases } = lossFile.parse(document);
  const { negative_ratio: negativeRatio, eps: epsilon, k, db, seed } = header.params;
  const common = { negativeRatio, epsilon, k };
  const dbSettings = {
    ...common,
    probabilityWeight: db.bce_scale,
    thresholdWeight: db.l1_scale,
    binaryWeight: db.dice,
  };
  const seedSettings = {
    ...common,
    probabilityWeight: seed.prob,
    thresholdWeight: seed.thresh,
    binaryWeight: seed.binary,
  };
  const results: CaseResult[] = [];
  for (const one of cases) {
    const deviations = new Deviations(one.id);
    const ask = (input: LossQuestion["input"], targets: LossTargets, settings: LossQuestion["settings"]) =>
      parts.loss({ input, targets, settings });
    const logits = { probability: one.input.prob_logits.data, threshold: one.input.thresh_logits.data };
    const masked = targetsOf(one);
    const { expected } = one;
    const isSaturated = one.kind === "saturated";
    const maps = await orRefused(ask({ kind: "maps", ...mapsOf(logits, k) }, masked, dbSettings));
    // Saturated probabilities lose what logits keep, so there only the published way gives the published value.
    const published = await orRefused(
      ask({ kind: "logits as probabilities", ...logits }, masked, dbSettings),
    );
    if (isSaturated && flushesSmallNumbers(parts)) results.push(outside(`${one.id} as published`, FLUSHED));
    else {
      if (!(maps instanceof Refused)) compareMaps(deviations, maps, expected.db_maps, one.kind);
      if (!(published instanceof Refused))
        compareLogits(deviations, "db published", published, expected.db_logits, one.kind);
      else if (isSaturated) results.push(outside(`${one.id} as published`, published.message));
    }
    const trained = await ask({ kind: "logits", ...logits }, masked, seedSettings);
    if (!isSaturated) {
      compareLogits(deviations, "db", trained, expected.db_logits, one.kind);
      if (maps instanceof Refused)
        compareLogits(
          deviations,
          "db maps by the chain rule",
          trained,
          chained(expected.db_maps, logits, k),
          one.kind,
        );
    }
    compareLogits(deviations, "original", trained, expected.seed_masks, one.kind);
    const ones = masked.mask.map(() => 1);
    const bare = await ask(
      { kind: "logits", ...logits },
      { ...masked, mask: ones, thresholdMask: ones },
      seedSettings,
    );
    compareLogits(deviations, "original without masks", bare, expected.seed_no_masks, one.kind);
    results.push(deviations.result());
  }
  return results;
}

function targetsOf({ input }: LossCase): LossTargets {
  return {
    text: input.gt.data,
    mask: input.mask.data,
    threshold: input.thresh_map.data,
    thresholdMask: input.thresh_mask.data,
  };
}

/** What the gradients of the three maps make of the logits: p = σ(x), t = σ(y), b = σ(k(p − t)). */
function chained(
  maps: z.infer<typeof fromMaps>,
  logits: { readonly probability: Float32Array; readonly threshold: Float32Array },
  k: number,
): z.infer<typeof fromLogits> {
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const ofProbability = new Float32Array(logits.probability.length);
  const ofThreshold = new Float32Array(logits.threshold.length);
  for (let i = 0; i < ofProbability.length; i++) {
    const p = sigmoid(logits.probability[i] ?? 0);
    const t = sigmoid(logits.threshold[i] ?? 0);
    const b = sigmoid(k * (p - t));
    const through = k * b * (1 - b) * (maps.grad_thresh_binary.data[i] ?? 0);
    ofProbability[i] = ((maps.grad_binary.data[i] ?? 0) + through) * p * (1 - p);
    ofThreshold[i] = ((maps.grad_thresh.data[i] ?? 0) - through) * t * (1 - t);
  }
  return {
    values: maps.values,
    grad_prob_logits: { shape: maps.grad_binary.shape, data: ofProbability },
    grad_prob_logits_max: greatest(ofProbability),
    grad_thresh_logits: { shape: maps.grad_thresh.shape, data: ofThreshold },
    grad_thresh_logits_max: greatest(ofThreshold),
  };
}

/** The inputs as the header defines them, in 32 bits. */
function mapsOf(
  logits: { probability: Float32Array; threshold: Float32Array },
  k: number,
): { probability: Float32Array; threshold: Float32Array; binary: Float32Array } {
  const sigmoid = (x: number): number => Math.fround(1 / Math.fround(1 + Math.fround(Math.exp(-x))));
  const probability = logits.probability.map(sigmoid);
  const threshold = logits.threshold.map(sigmoid);
  const binary = probability.map((p, at) => sigmoid(Math.fround(k * Math.fround(p - (threshold[at] ?? 0)))));
  return { probability, threshold, binary };
}

function compareValues(
  deviations: Deviations,
  name: string,
  got: LossAnswer,
  expected: z.infer<typeof values>,
): void {
  const pairs = [
    ["total", got.total, expected.total],
    ["bce", got.probability, expected.bce],
    ["l1", got.threshold, expected.l1],
    ["dice", got.binary, expected.dice],
  ] as const;
  for (const [part, mine, theirs] of pairs) deviations.close(`${name} ${part}`, mine, theirs, VALUE(theirs));
  if (expected.positive_count !== undefined)
    deviations.same(`${name} positives`, got.positives, expected.positive_count);
  if (expected.negative_count !== undefined)
    deviations.same(`${name} negatives`, got.negatives, expected.negative_count);
}

function compareMaps(
  deviations: Deviations,
  got: LossAnswer,
  expected: LossCase["expected"]["db_maps"],
  kind: string,
): void {
  compareValues(deviations, "db maps", got, expected.values);
  if (kind === "saturated") return;
  const gradients = [
    ["probability", expected.grad_binary, expected.grad_binary_max],
    ["threshold", expected.grad_thresh, expected.grad_thresh_max],
    ["binary", expected.grad_thresh_binary, expected.grad_thresh_binary_max],
  ] as const;
  for (const [name, { data }, greatest] of gradients) {
    closeTensor(deviations, `db maps ${name} gradient`, got.gradients.get(name), data, () =>
      GRADIENT(greatest),
    );
  }
}

function compareLogits(
  deviations: Deviations,
  variant: string,
  got: LossAnswer,
  expected: z.infer<typeof fromLogits>,
  kind: string,
): void {
  compareValues(deviations, variant, got, expected.values);
  if (kind === "saturated") return;
  const gradients = [
    ["probability", expected.grad_prob_logits, expected.grad_prob_logits_max],
    ["threshold", expected.grad_thresh_logits, expected.grad_thresh_logits_max],
  ] as const;
  for (const [name, { data }, greatest] of gradients) {
    closeTensor(deviations, `${variant} ${name} gradient`, got.gradients.get(name), data, () =>
      GRADIENT(greatest),
    );
  }
}
