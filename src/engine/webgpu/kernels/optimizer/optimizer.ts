// What follows the gradient: adding up the partial gradients, the optimiser's move over one flat array, and where a run asks
// for it the running average of weights and running statistics.

import type { EngineSettings } from "../../../engine.ts";
import { SLOT_ALIGNMENT } from "../../../plan/parameters.ts";
import { type Binding, blocks, type KernelCall, named } from "../../kernel.ts";
import { TABLE_WORDS } from "../../partials.ts";
import averageText from "./average.wgsl?raw";
import reduceText from "../shared/reduce.wgsl?raw";
import gatherText from "./gather-gradients.wgsl?raw";
import moveText from "./move-weights.wgsl?raw";

const GROUP = 64;
/** Every workgroup of the move reads one number from each thread that gathered. */
const MOST_GATHERING = 4096;
const MOST_MOVING_GROUPS = 256;

/** Words of the "step" buffer: learning rate, 1 − β1^t, 1 − β2^t, batches before this one, 1 / batches, share of the average. */
export const STEP_WORDS = 8;

/** Threads that gather, and so partial squares of the global norm, for so many parameters. */
export function normParts(count: number): number {
  return blocks(Math.min(MOST_GATHERING, Math.max(count, 1)), GROUP) * GROUP;
}

export function gatherGradients(count: number): KernelCall {
  return {
    kernel: "gatherGradients",
    source: gatherText,
    constants: { GROUP, BLOCK: SLOT_ALIGNMENT, TABLE: TABLE_WORDS },
    sizes: { count },
    bindings: {
      partials: named("partials", "read"),
      partialTable: named("partialTable", "read", { element: "u32" }),
      step: named("step", "read"),
      gradients: named("gradients", "read_write"),
      normPartials: named("normPartials", "read_write"),
    },
    workgroups: [normParts(count) / GROUP, 1, 1],
  };
}

export function moveWeights(
  count: number,
  { optimizer, clipNorm }: Pick<EngineSettings, "optimizer" | "clipNorm">,
): KernelCall {
  const isAdam = optimizer.kind === "adamw";
  const bindings: Record<string, Binding> = {
    gradients: named("gradients", "read"),
    step: named("step", "read"),
    ...(clipNorm === "off" ? {} : { normPartials: named("normPartials", "read") }),
    weights: { buffer: { of: "store", store: "trainable" }, access: "read_write" },
    firstMoments: named("firstMoments", "read_write"),
    ...(isAdam ? { secondMoments: named("secondMoments", "read_write") } : {}),
  };
  const { weightDecay } = optimizer;
  const numbers = isAdam
    ? {
        beta1: optimizer.beta1,
        beta2: optimizer.beta2,
        // 1 − 0.999 in 32 bits would be off by 1e-5 of itself.
        restOfBeta2: 1 - optimizer.beta2,
        epsilon: optimizer.epsilon,
        weightDecay,
      }
    : { momentum: optimizer.momentum, weightDecay };
  return {
    kernel: "moveWeights",
    source: clipNorm === "off" ? moveText : `${reduceText}\n${moveText}`,
    constants: {
      WG: GROUP,
      OPTIMIZER: Number(!isAdam),
      CLIP: Number(clipNorm !== "off"),
      DECAY_GRADIENT: Number(!isAdam || optimizer.decay === "gradient"),
      NESTEROV: Number(!isAdam && optimizer.nesterov === true),
    },
    sizes: { count, normParts: normParts(count) },
    numbers: { ...numbers, clipNorm: clipNorm === "off" ? 0 : clipNorm },
    bindings,
    workgroups: [Math.min(MOST_MOVING_GROUPS, blocks(count, GROUP)), 1, 1],
  };
}

/** `count` values of a store. */
export function averageStore(store: "trainable" | "statistics", count: number): KernelCall {
  return {
    kernel: "averageWeights",
    source: averageText,
    constants: { WG: GROUP },
    sizes: { count },
    bindings: {
      step: named("step", "read"),
      values: { buffer: { of: "store", store }, access: "read" },
      average: { buffer: { of: "store", store, isAverage: true }, access: "read_write" },
    },
    workgroups: [Math.min(MOST_MOVING_GROUPS, blocks(count, GROUP)), 1, 1],
  };
}
