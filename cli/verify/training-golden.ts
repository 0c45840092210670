// Checks golden-train.json.gz: a small residual DBNet trained for three steps by four optimisers in PyTorch.
// The net is built with the product's builders and trained by the code that trains.

import { z } from "zod";
import type { EngineParts, OptimizerSettings, TrainingAnswer } from "../../src/engine/index.ts";
import { basicBlock, dbHead, dbNeck, type Graph, GraphBuilder, resnetStem } from "../../src/graph/index.ts";
import { Deviations } from "./deviation.ts";
import { orRefused, Refused } from "./executors/refused.ts";
import { closeTensor, greatest, tensor } from "./tensors.ts";
import { type CaseResult, outside } from "./types.ts";

const losses = z.object({
  total: z.number(),
  bce: z.number(),
  l1: z.number(),
  dice: z.number(),
  grad_norm: z.number(),
});
const run = z.object({
  settings: z.object({
    lr: z.number(),
    betas: z.tuple([z.number(), z.number()]).optional(),
    eps: z.number().optional(),
    momentum: z.number().optional(),
    weight_decay: z.number(),
    style: z.string().optional(),
  }),
  steps: z.array(losses),
  final: z.record(z.string(), tensor),
  eval_binary_after: tensor,
});
const goldenFile = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      batch: z.object({ image: tensor, gt: tensor, mask: tensor, thresh_map: tensor, thresh_mask: tensor }),
      init: z.record(z.string(), tensor),
      first_step: z.object({
        grads: z.record(z.string(), tensor),
        no_gradient: z.array(z.string()),
        outputs: z.object({ binary: tensor, thresh: tensor, thresh_binary: tensor }),
      }),
      runs: z.record(z.string(), run),
    }),
  ),
});

type GoldenCase = z.infer<typeof goldenFile>["cases"][number];

/** L1BalanceCELoss of the published implementation. */
const LOSS = {
  probabilityWeight: 5,
  thresholdWeight: 10,
  binaryWeight: 1,
  negativeRatio: 3,
  k: 50,
  epsilon: 1e-6,
};

/** A bias may have drifted by 1 and 2 steps when batches 2 and 3 entered the running mean, each with a share of 0.1, either way. */
const DRIFT = 2 * (0.9 * 0.1 * 1 + 0.1 * 2);

/** Two results a case and optimiser: the first step, and what is left after all steps. */
export async function checkGoldenCases(
  document: unknown,
  parts: EngineParts,
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of goldenFile.parse(document).cases) {
    const weights = new Map(Object.entries(one.init).map(([name, { data }]) => [name, data]));
    const graph = goldenGraph(one.init);
    for (const [name, expected] of Object.entries(one.runs)) {
      const answer = await orRefused(
        parts.train({
          graph,
          weights,
          images: one.batch.image,
          targets: {
            text: one.batch.gt.data,
            mask: one.batch.mask.data,
            threshold: one.batch.thresh_map.data,
            thresholdMask: one.batch.thresh_mask.data,
          },
          loss: LOSS,
          optimizer: optimizerOf(expected.settings),
          learningRate: expected.settings.lr,
          steps: expected.steps.length,
        }),
      );
      if (answer instanceof Refused) {
        results.push(outside(`${one.id} ${name}`, answer.message));
        continue;
      }
      const firstStep = new Deviations(`${one.id} ${name} first step`);
      compareFirstStep(firstStep, answer, one, expected);
      const training = new Deviations(`${one.id} ${name} ${expected.steps.length} steps`);
      compareTraining(training, answer, one, expected, graph);
      results.push(firstStep.result(), training.result());
      if (answer.firstMaps.binary === undefined)
        results.push(outside(`${one.id} ${name} binary map`, "it exists only inside this engine's loss"));
    }
  }
  return results;
}

/** The header's architecture; widths are read off the weights, so that other widths of it can be checked too. */
export function goldenGraph(init: Readonly<Record<string, { readonly shape: readonly number[] }>>): Graph {
  const outChannels = (name: string): number => init[name]?.shape[0] ?? 0;
  const builder = new GraphBuilder();
  const stem = resnetStem(builder, builder.input(3), "", {
    channels: outChannels("conv1.weight"),
    kernel: 3,
  });
  const stage = (input: typeof stem, index: number): typeof stem =>
    basicBlock(builder, input, `stages.${index}`, {
      channels: outChannels(`stages.${index}.conv1.weight`),
      stride: index === 0 ? 1 : 2,
    });
  const c2 = stage(stem, 0);
  const c3 = stage(c2, 1);
  const c4 = stage(c3, 2);
  const fused = dbNeck(builder, [c2, c3, c4, stage(c4, 3)], outChannels("decoder.in5.weight"));
  return builder.build("golden", 32, {
    probability: dbHead(builder, fused, "probability"),
    threshold: dbHead(builder, fused, "threshold"),
  });
}

function optimizerOf(settings: z.infer<typeof run>["settings"]): OptimizerSettings {
  const { betas, eps, momentum, weight_decay: weightDecay, style } = settings;
  if (betas === undefined) return { kind: "sgd", momentum: momentum ?? 0, weightDecay };
  const [beta1, beta2] = betas;
  const decay = style === "decoupled" ? "decoupled" : "gradient";
  return { kind: "adamw", beta1, beta2, epsilon: eps ?? 1e-8, weightDecay, decay };
}

function compareFirstStep(
  deviations: Deviations,
  answer: TrainingAnswer,
  one: GoldenCase,
  expected: z.infer<typeof run>,
): void {
  compareLosses(deviations, answer, expected, 0, 1e-4);
  const { outputs, grads, no_gradient: without } = one.first_step;
  const { probability, threshold, binary } = answer.firstMaps;
  closeTensor(deviations, "probability map", probability, outputs.binary.data, () => 1e-3);
  closeTensor(deviations, "threshold map", threshold, outputs.thresh.data, () => 1e-3);
  if (binary !== undefined)
    closeTensor(deviations, "binary map", binary, outputs.thresh_binary.data, () => 5e-2);
  for (const [name, { data }] of Object.entries(grads)) {
    if (without.includes(name)) continue;
    closeTensor(
      deviations,
      `gradient ${name}`,
      answer.firstGradients.get(name),
      data,
      () => 2e-2 * greatest(data),
    );
  }
}

function compareTraining(
  deviations: Deviations,
  answer: TrainingAnswer,
  one: GoldenCase,
  expected: z.infer<typeof run>,
  graph: Graph,
): void {
  for (let step = 1; step < expected.steps.length; step++)
    compareLosses(deviations, answer, expected, step, 2e-3);
  const { lr, betas } = expected.settings;
  const without = one.first_step.no_gradient;
  for (const { name, trainable } of graph.parameters) {
    const data = expected.final[name]?.data;
    const got = answer.finalWeights.get(name);
    if (data === undefined || got === undefined) {
      deviations.same(`parameter ${name}`, got?.length, data?.length);
      continue;
    }
    if (without.includes(name)) continue;
    if (!trainable) {
      const drift = betas !== undefined && followsDriftingBias(graph, name, without) ? DRIFT * lr : 0;
      closeTensor(deviations, name, got, data, () => 2e-3 * greatest(data) + drift);
    } else if (betas === undefined) {
      closeTensor(deviations, name, got, data, () => 2e-3);
    } else {
      closeTensor(deviations, name, got, data, () => 2 * lr);
      const mean = got.reduce((sum, value, at) => sum + Math.abs(value - (data[at] ?? 0)), 0) / data.length;
      deviations.close(`${name} mean deviation`, mean, 0, 0.1 * lr);
    }
  }
  closeTensor(
    deviations,
    "evaluated map",
    answer.finalProbability,
    expected.eval_binary_after.data,
    () => 1e-2,
  );
}

/**
 * True for the running mean right behind a bias whose gradient is only rounding noise. Adam makes steps of up to lr of that
 * noise (header, "no_gradient"), and the mean moves along, in any implementation.
 */
function followsDriftingBias(graph: Graph, name: string, without: readonly string[]): boolean {
  return graph.nodes.some((node) => {
    if (node.kind !== "batchNorm" || node.runningMean !== name) return false;
    const before = graph.nodes.find(({ id }) => id === node.input);
    return before?.kind === "convTranspose" && before.bias !== undefined && without.includes(before.bias);
  });
}

function compareLosses(
  deviations: Deviations,
  answer: TrainingAnswer,
  expected: z.infer<typeof run>,
  step: number,
  relative: number,
): void {
  const theirs = expected.steps[step];
  const mine = answer.losses[step];
  if (theirs === undefined || mine === undefined) {
    deviations.same(`step ${step + 1}`, mine, theirs);
    return;
  }
  const pairs = [
    ["total", mine.total, theirs.total],
    ["bce", mine.probability, theirs.bce],
    ["l1", mine.threshold, theirs.l1],
    ["dice", mine.binary, theirs.dice],
  ] as const;
  for (const [name, got, value] of pairs) {
    deviations.close(`step ${step + 1} ${name}`, got, value, relative * Math.abs(value));
  }
}
