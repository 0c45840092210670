// DBNet's loss and its gradient to both logits: five dispatches over the pixels, and one that writes the report.
// Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020); sums as in MhLiao/DB.

import type { EngineSettings } from "../../../engine.ts";
import type { PlanOp } from "../../../plan/types.ts";
import { type Binding, blocks, type KernelCall, named, place, reads, writes } from "../../kernel.ts";
import { planeOf } from "../pointwise/pointwise.ts";
import reduceText from "../shared/reduce.wgsl?raw";
import digitText from "./loss-digit.wgsl?raw";
import gradientText from "./loss-gradient.wgsl?raw";
import reportText from "./loss-report.wgsl?raw";
import selectText from "./loss-select.wgsl?raw";
import sharedText from "./loss-shared.wgsl?raw";
import statisticsText from "./loss-statistics.wgsl?raw";

type LossOp = Extract<PlanOp, { kind: "loss" }>;
type Settings = Pick<EngineSettings, "loss" | "thresholdRange">;

const GROUP = 64;
/** Pixels of one page that one thread sums up, where pages are large. */
const EACH = 64;
/** Workgroups a page at most: every workgroup of a later pass reads all their sums. */
const MOST_GROUPS = 16;

/** In 32-bit words: four histograms of 256 bins and the state of the selection. */
export const HISTOGRAM_WORDS = 4 * 256 + 64;
/** Words of partial sums for each workgroup. */
export const LOSS_PART_WORDS = 8;

/** Workgroups that share the pixels of a batch. */
export function lossParts(op: LossOp): { perPage: number; all: number } {
  const perPage = Math.min(MOST_GROUPS, blocks(planeOf(op.probability), GROUP * EACH));
  return { perPage, all: perPage * op.probability.batch };
}

/** The passes that must run in this order; histograms must be zero before the first. */
export function loss(op: LossOp, settings: Settings): KernelCall[] {
  const { probability, threshold, probabilityGradient, thresholdGradient } = op;
  const { k, negativeRatio, epsilon, probabilityWeight, thresholdWeight, binaryWeight } = settings.loss;
  const [low, high] = settings.thresholdRange;
  const plane = planeOf(probability);
  const logits = { ...place("probability", probability), ...place("threshold", threshold) };
  const bytes: Record<string, Binding> = {
    flags: named("flags", "read", { element: "u32" }),
    thresholds: named("thresholds", "read", { element: "u32" }),
  };
  const histograms = named("histograms", "read_write", { element: "atomic<u32>" });
  const workgroups = [lossParts(op).perPage, probability.batch, 1] as const;
  const constants = { WG: GROUP };
  const digit = (which: 2 | 3 | 4): KernelCall => ({
    kernel: "lossDigit",
    source: [sharedText, reduceText, selectText, digitText].join("\n"),
    constants,
    sizes: { plane, digit: which, ...place("probability", probability) },
    numbers: { negativeRatio },
    bindings: {
      probability: reads(probability),
      flags: named("flags", "read", { element: "u32" }),
      histograms,
      lossPartials: named("lossPartials", "read"),
    },
    workgroups,
  });
  const isJoined = probabilityGradient.buffer === thresholdGradient.buffer;
  return [
    {
      kernel: "lossStatistics",
      source: [sharedText, reduceText, statisticsText].join("\n"),
      constants,
      sizes: { plane, ...logits },
      numbers: { k, low, high },
      bindings: {
        probability: reads(probability),
        threshold: reads(threshold),
        ...bytes,
        histograms,
        lossPartials: named("lossPartials", "read_write"),
      },
      workgroups,
    },
    digit(2),
    digit(3),
    digit(4),
    {
      kernel: "lossGradient",
      source: [sharedText, reduceText, selectText, gradientText].join("\n"),
      constants: { ...constants, JOINED: Number(isJoined) },
      sizes: {
        plane,
        ...logits,
        ...place("probabilityGradient", probabilityGradient),
        ...place("thresholdGradient", thresholdGradient),
      },
      numbers: { k, low, high, epsilon, probabilityWeight, thresholdWeight, binaryWeight },
      bindings: {
        probability: reads(probability),
        threshold: reads(threshold),
        ...bytes,
        histograms,
        lossPartials: named("lossPartials", "read_write"),
        probabilityGradient: writes(probabilityGradient),
        ...(isJoined ? {} : { thresholdGradient: writes(thresholdGradient) }),
      },
      workgroups,
    },
  ];
}

/** Writes the five numbers of the report; `normParts` is how many partial squares the gradient has. */
export function lossReport(op: LossOp, settings: Settings, normParts: number): KernelCall {
  const { epsilon, probabilityWeight, thresholdWeight, binaryWeight } = settings.loss;
  return {
    kernel: "lossReport",
    source: [sharedText, reduceText, reportText].join("\n"),
    constants: { WG: GROUP },
    sizes: { parts: lossParts(op).all, normParts },
    numbers: { epsilon, probabilityWeight, thresholdWeight, binaryWeight },
    bindings: {
      lossPartials: named("lossPartials", "read"),
      histograms: named("histograms", "read", { element: "u32" }),
      normPartials: named("normPartials", "read"),
      report: named("report", "read_write"),
    },
    workgroups: [1, 1, 1],
  };
}
