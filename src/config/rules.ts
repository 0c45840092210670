// Rules between settings: each names its fields, says one sentence and offers a change that ends the problem.
// An error keeps a run from starting; a warning says what the person will not see.

import type { FieldPath } from "./fields.ts";
import { plannedEpochs, plannedSteps, usedPages } from "./plan.ts";
import type { Change } from "./problem.ts";
import { learningRateAt } from "./schedule.ts";
import type { Config } from "./types.ts";

export interface RuleContext {
  readonly config: Config;
  /** Pages of the training split; null where they are not known yet. */
  readonly trainPages: number | null;
  /** Whether a prefetch was asked for in the same layer as the number of loaders, or a later one. */
  readonly isPrefetchAsked: boolean;
}

export interface RuleFinding {
  readonly sentence: string;
  readonly fix: readonly Change[];
}

export interface Rule {
  readonly id: string;
  readonly severity: "error" | "warning";
  /** The first is the one a message is attached to. */
  readonly fields: readonly [FieldPath, ...FieldPath[]];
  readonly check: (context: RuleContext) => RuleFinding | null;
}

export const RULES: readonly Rule[] = [
  {
    id: "prefetch-needs-loaders",
    severity: "error",
    fields: ["loader.prefetch", "loader.workers"],
    check: ({ config, isPrefetchAsked }) =>
      config.loader.workers === 0 && isPrefetchAsked
        ? {
            sentence:
              "cannot be set with 0 loaders: pages are then prepared in the trainer, nothing runs ahead.",
            fix: [{ path: "loader.prefetch", value: null }],
          }
        : null,
  },
  {
    id: "threshold-map-range",
    severity: "error",
    fields: ["targets.thresholdMin", "targets.thresholdMax"],
    check: ({ config: { targets } }) =>
      targets.thresholdMin < targets.thresholdMax
        ? null
        : {
            sentence: `is ${targets.thresholdMin}, but must be below targets.thresholdMax (${targets.thresholdMax}).`,
            fix:
              targets.thresholdMin > targets.thresholdMax
                ? swap(
                    "targets.thresholdMin",
                    targets.thresholdMin,
                    "targets.thresholdMax",
                    targets.thresholdMax,
                  )
                : [
                    { path: "targets.thresholdMin", value: 0.3 },
                    { path: "targets.thresholdMax", value: 0.7 },
                  ],
          },
  },
  {
    id: "scale-range",
    severity: "error",
    fields: ["augment.scaleMin", "augment.scaleMax"],
    check: ({ config: { augment } }) =>
      augment.scaleMin <= augment.scaleMax
        ? null
        : {
            sentence: `is ${augment.scaleMin}, but must not be above augment.scaleMax (${augment.scaleMax}).`,
            fix: swap("augment.scaleMin", augment.scaleMin, "augment.scaleMax", augment.scaleMax),
          },
  },
  {
    id: "warmup-fits",
    severity: "warning",
    fields: ["schedule.warmupSteps", "train.length.count", "train.length.unit"],
    check: (context) => {
      const steps = stepsOf(context);
      const warmup = context.config.schedule.warmupSteps;
      if (steps === null || warmup <= steps) return null;
      return {
        sentence: `is ${warmup}, but the run has only ${steps} steps: it would never reach its learning rate.`,
        fix: [{ path: "schedule.warmupSteps", value: Math.floor(steps / 10) }],
      };
    },
  },
  {
    id: "optimiser-moves",
    severity: "warning",
    fields: ["train.accumulate", "train.length.count", "train.length.unit"],
    check: (context) => {
      const steps = stepsOf(context);
      const { accumulate } = context.config.train;
      if (steps === null || steps === 0 || accumulate <= steps) return null;
      return {
        sentence: `is ${accumulate}, but the run has only ${steps} steps: the optimiser would never move.`,
        fix: [{ path: "train.accumulate", value: 1 }],
      };
    },
  },
  {
    id: "schedule-moves",
    severity: "warning",
    fields: [
      "schedule.kind",
      "schedule.stepEvery",
      "schedule.stepFactor",
      "schedule.power",
      "train.length.count",
    ],
    check: (context) => {
      const steps = stepsOf(context);
      const { config } = context;
      if (steps === null || steps < 2 || config.schedule.kind === "constant") return null;
      const first = learningRateAt(config, Math.min(config.schedule.warmupSteps, steps - 1), steps);
      const last = learningRateAt(config, steps - 1, steps);
      if (Math.abs(first - last) >= 0.01 * first) return null;
      return {
        sentence: `is "${config.schedule.kind}", but over ${steps} steps it changes the learning rate by less than 1 %.`,
        fix: [{ path: "schedule.kind", value: "constant" }],
      };
    },
  },
  {
    id: "cache-sees-pages-twice",
    severity: "warning",
    fields: ["features.polygonCache", "train.length.count", "train.length.unit", "train.batchSize"],
    check: ({ config, trainPages }) => {
      if (!config.features.polygonCache) return null;
      if (trainPages === null && config.train.length.unit === "steps") return null;
      if (plannedEpochs(config, trainPages ?? 1) > 1) return null;
      return {
        sentence: "is on, but with at most 1 epoch no page is seen twice: it cannot show a benefit.",
        fix: [{ path: "features.polygonCache", value: false }],
      };
    },
  },
  {
    id: "cache-has-room",
    severity: "warning",
    fields: ["features.polygonCacheBytes", "features.polygonCache"],
    check: ({ config: { features } }) =>
      features.polygonCache && features.polygonCacheBytes === 0
        ? {
            sentence: "is 0: nothing can stay in the cache, every look-up will miss.",
            fix: [{ path: "features.polygonCacheBytes", value: 256 * 2 ** 20 }],
          }
        : null,
  },
  {
    id: "evaluation-comes",
    severity: "warning",
    fields: ["evaluation.every.count", "evaluation.every.unit", "train.length.count", "train.length.unit"],
    check: ({ config: { evaluation, train } }) =>
      evaluation.every.unit === train.length.unit && evaluation.every.count > train.length.count
        ? {
            sentence: `is ${evaluation.every.count} ${evaluation.every.unit}, but the run ends after ${train.length.count}: it is scored only at its end.`,
            fix: [{ path: "evaluation.every.count", value: train.length.count }],
          }
        : null,
  },
  {
    id: "batch-has-pages",
    severity: "warning",
    fields: ["train.batchSize", "train.limitPages"],
    check: ({ config, trainPages }) => {
      const limit = config.train.limitPages;
      if (trainPages === null && limit === "all") return null;
      const pages = usedPages(config, trainPages ?? Number.POSITIVE_INFINITY);
      if (config.train.batchSize <= pages || pages === 0) return null;
      return {
        sentence: `is ${config.train.batchSize}, but there are only ${pages} pages: a step sees some of them twice.`,
        fix: [{ path: "train.batchSize", value: Math.min(64, pages) }],
      };
    },
  },
];

/** What the rules say about a checked configuration once its pages are known. */
export function checkRules(
  config: Config,
  trainPages: number | null,
): { readonly rule: Rule; readonly finding: RuleFinding }[] {
  return findingsOf({ config, trainPages, isPrefetchAsked: false });
}

/** As `checkRules`, in full. */
export function findingsOf(context: RuleContext): { readonly rule: Rule; readonly finding: RuleFinding }[] {
  return RULES.flatMap((rule) => {
    const finding = rule.check(context);
    return finding === null ? [] : [{ rule, finding }];
  });
}

function stepsOf({ config, trainPages }: RuleContext): number | null {
  if (trainPages === null && config.train.length.unit === "epochs") return null;
  return plannedSteps(config, trainPages ?? 0);
}

function swap(low: FieldPath, lowValue: number, high: FieldPath, highValue: number): Change[] {
  return [
    { path: low, value: highValue },
    { path: high, value: lowValue },
  ];
}
