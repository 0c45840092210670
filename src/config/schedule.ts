// The learning rate of every step of a run, as a pure function: the loop asks it, the screen plots it, a rule checks it.
// Formulas: PyTorch's StepLR and CosineAnnealingLR (eta_min 0), polynomial as (1 − progress)^power (DB); warm-up is linear.

import type { Config } from "./types.ts";

/**
 * Learning rate of step `step` (from 0) of `totalSteps`. In warm-up it rises as (step + 1)/warmup; cosine and polynomial
 * measure their progress from the end of the warm-up, the step schedule counts all steps.
 */
export function learningRateAt(
  config: Pick<Config, "optimizer" | "schedule">,
  step: number,
  totalSteps: number,
): number {
  const { schedule } = config;
  const warmup = schedule.warmupSteps;
  const warm = step < warmup ? (step + 1) / warmup : 1;
  const rest = Math.max(1, totalSteps - warmup);
  const progress = Math.min(1, Math.max(0, step - warmup) / rest);
  return config.optimizer.learningRate * warm * factorAt(schedule, step, progress);
}

/** What the schedule multiplies the peak by; `progress` 0..1. */
export function factorAt(schedule: Config["schedule"], step: number, progress: number): number {
  switch (schedule.kind) {
    case "constant":
      return 1;
    case "step":
      return schedule.stepFactor ** Math.floor(step / schedule.stepEvery);
    case "cosine":
      return (1 + Math.cos(Math.PI * progress)) / 2;
    case "polynomial":
      return (1 - progress) ** schedule.power;
    default:
      return schedule.kind satisfies never;
  }
}
