// Checks ops.json.gz: operations and their gradients, optimisers, learning-rate schedules and gradient clipping
// against PyTorch. Operations are run as nodes of a graph; what the graph, the optimiser or the schedule of this
// product cannot express is named as outside it.

import { z } from "zod";
import { type Config, learningRateAt } from "../../src/config/index.ts";
import type { EngineParts, OptimizerSettings } from "../../src/engine/index.ts";
import { Deviations } from "./deviation.ts";
import { orRefused, Refused } from "./executors/refused.ts";
import { expressOperation, operation } from "./training-operations.ts";
import { closeTensor, greatest, tensor } from "./tensors.ts";
import { type CaseResult, outside } from "./types.ts";

const optimizer = z.object({
  optimizer: z.string(),
  param: tensor,
  grads: z.array(tensor),
  after_step: z.array(tensor),
  settings: z.object({
    lr: z.number(),
    weight_decay: z.number(),
    momentum: z.number().optional(),
    dampening: z.number().optional(),
    nesterov: z.boolean().optional(),
    maximize: z.boolean().optional(),
    betas: z.tuple([z.number(), z.number()]).optional(),
    eps: z.number().optional(),
    amsgrad: z.boolean().optional(),
  }),
});
const schedule = z.object({
  schedule: z.string(),
  base_lr: z.number(),
  params: z.record(z.string(), z.unknown()),
  lr: z.array(z.number()),
});
const opsFile = z.object({
  ops: z.array(operation),
  optimizers: z.array(optimizer),
  schedules: z.array(schedule),
  grad_clip: z.array(
    z.object({
      max_norm: z.number(),
      grads: z.array(tensor),
      total_norm: z.number(),
      clipped: z.array(tensor),
    }),
  ),
});

export async function checkOpsCases(document: unknown, parts: EngineParts): Promise<readonly CaseResult[]> {
  const file = opsFile.parse(document);
  const results: CaseResult[] = [];
  for (const [index, one] of file.ops.entries())
    results.push(...(await checkOperation(`${index} ${one.op}`, one, parts)));
  for (const one of file.optimizers) results.push(await checkOptimizer(one, parts));
  for (const one of file.schedules) results.push(checkSchedule(one));
  for (const [index, one] of file.grad_clip.entries()) {
    const deviations = new Deviations(`clip ${index} to ${one.max_norm}`);
    const got = await parts.clip(
      one.grads.map(({ data }) => data),
      one.max_norm,
    );
    deviations.close("norm", got.norm, one.total_norm, 1e-5 * one.total_norm);
    for (const [at, { data }] of one.clipped.entries()) {
      closeTensor(deviations, `gradient ${at}`, got.gradients[at], data, () => 1e-5 * greatest(data));
    }
    results.push(deviations.result());
  }
  return results;
}

async function checkOperation(
  id: string,
  one: z.infer<typeof operation>,
  parts: EngineParts,
): Promise<readonly CaseResult[]> {
  const expressed = expressOperation(one);
  if (typeof expressed === "string") return [outside(id, expressed)];
  const answer = await orRefused(expressed(parts));
  if (answer instanceof Refused) return [outside(id, answer.message)];
  const deviations = new Deviations(id);
  const output = 1e-4 * Math.max(1, greatest(one.output.data));
  closeTensor(deviations, "output", answer.output, one.output.data, () => output);
  for (const [name, { data }] of answer.withoutGradients === undefined ? Object.entries(one.grads) : []) {
    const tolerance = 2e-4 * Math.max(1, greatest(data));
    closeTensor(deviations, `gradient of ${name}`, answer.gradients.get(name), data, () => tolerance);
  }
  for (const [name, { data }] of Object.entries(one.running_after ?? {})) {
    closeTensor(
      deviations,
      `running ${name}`,
      answer.running.get(name),
      data,
      () => 1e-4 * Math.max(1, greatest(data)),
    );
  }
  const refused = answer.withoutGradients;
  return [deviations.result(), ...(refused === undefined ? [] : [outside(`${id} gradient`, refused)])];
}

async function checkOptimizer(one: z.infer<typeof optimizer>, parts: EngineParts): Promise<CaseResult> {
  const id = `optimizer ${one.optimizer}`;
  const settings = optimizerSettings(one);
  if (typeof settings === "string") return outside(id, settings);
  const deviations = new Deviations(id);
  const after = await orRefused(
    parts.optimize({
      values: one.param.data,
      gradients: one.grads.map(({ data }) => data),
      settings,
      learningRate: one.settings.lr,
    }),
  );
  if (after instanceof Refused) return outside(id, after.message);
  for (const [step, { data }] of one.after_step.entries()) {
    closeTensor(deviations, `step ${step + 1}`, after[step], data, (value) => 1e-5 * Math.abs(value) + 1e-9);
  }
  return deviations.result();
}

function optimizerSettings({
  optimizer: name,
  settings,
}: z.infer<typeof optimizer>): OptimizerSettings | string {
  const { betas, eps, weight_decay: weightDecay, momentum = 0, nesterov = false } = settings;
  if ((settings.dampening ?? 0) !== 0 || settings.maximize === true || settings.amsgrad === true) {
    return "dampening, maximising and AMSGrad are no settings of this product";
  }
  if (betas !== undefined) {
    const [beta1, beta2] = betas;
    const decay = name.startsWith("adamw") ? "decoupled" : "gradient";
    return { kind: "adamw", beta1, beta2, epsilon: eps ?? 1e-8, weightDecay, decay };
  }
  if (name.startsWith("sgd")) return { kind: "sgd", momentum, weightDecay, nesterov };
  return `the product trains with AdamW, Adam and SGD, not with ${name}`;
}

function checkSchedule(one: z.infer<typeof schedule>): CaseResult {
  const id = `schedule ${one.schedule}`;
  const rate = rateOf(one);
  if (typeof rate === "string") return outside(id, rate);
  const deviations = new Deviations(id);
  for (const [step, expected] of one.lr.entries()) {
    deviations.close(`step ${step}`, rate(step), expected, 1e-7 * Math.abs(expected));
  }
  return deviations.result();
}

/** PyTorch's schedule in the product's terms: what it adds to or scales, it adds to or scales here too. */
function rateOf({
  schedule: name,
  base_lr: base,
  params,
}: z.infer<typeof schedule>): ((step: number) => number) | string {
  const number = (name: string): number => z.number().parse(params[name]);
  const of = (change: Partial<Config["schedule"]>, peak: number, total: number) => (step: number) =>
    learningRateAt(configOf(change, peak), step, total);
  switch (name.replace(/_[\d.]+$/, "")) {
    case "cosine": {
      const floor = number("eta_min");
      const cosine = of({ kind: "cosine" }, base - floor, number("T_max"));
      return (step) => floor + cosine(step);
    }
    case "step":
      return of({ kind: "step", stepEvery: number("step_size"), stepFactor: number("gamma") }, base, 1);
    case "exponential":
      return of({ kind: "step", stepEvery: 1, stepFactor: number("gamma") }, base, 1);
    case "poly":
      return of({ kind: "polynomial", power: number("power") }, base, number("total"));
    case "linear_warmup": {
      // PyTorch starts from a share of the peak and counts from 0, the product from nothing and from 1.
      const start = base * number("start_factor");
      const warmup = of({ kind: "constant", warmupSteps: number("total_iters") }, base - start, 1);
      return (step) => start + warmup(step - 1);
    }
    default:
      return `the product plans constant, step, cosine and polynomial rates, not ${name}`;
  }
}

function configOf(
  schedule: Partial<Config["schedule"]>,
  peak: number,
): Pick<Config, "optimizer" | "schedule"> {
  return {
    optimizer: {
      kind: "sgd",
      learningRate: peak,
      weightDecay: 0,
      momentum: 0,
      beta1: 0,
      beta2: 0,
      clipNorm: "off",
      averageDecay: "off",
    },
    schedule: { kind: "constant", warmupSteps: 0, stepEvery: 1, stepFactor: 1, power: 1, ...schedule },
  };
}
