// What must hold before a number is shown. A gate says what it saw; a failed one is printed instead of the number.

import { FACTORS, findFactor } from "../config/index.ts";
import type { Arm } from "./plan.ts";
import type { UnitResult } from "./runner.ts";
import type { Estimate } from "./statistics.ts";

export interface Gate {
  readonly id: "proof" | "regime" | "loss" | "score" | "compile" | "visible" | "budget" | "noise" | "device";
  readonly passed: boolean;
  readonly says: string;
}

/** Relative difference of losses that is allowed where the device does not even repeat the baseline bit for bit. */
export const LOSS_TOLERANCE = 1e-3;

export interface ArmUnits {
  readonly arm: Arm;
  /** One for each block, in time order. */
  readonly units: readonly UnitResult[];
}

/** `baseline`: of the same blocks. `isRepeatable`: the baseline again gave the same bits. */
export function armGates(
  { arm, units }: ArmUnits,
  baseline: readonly UnitResult[],
  isRepeatable: boolean,
): Gate[] {
  const gates = [
    ...proofGates(arm, units),
    ...(arm.regime === null ? [] : [regimeGate(arm.regime, units)]),
    budgetGate(units, baseline),
    compileGate(units),
    visibleGate(units),
  ];
  if (arm.role === "baseline") return gates;
  return [...gates, lossGate(units, baseline, isRepeatable), scoreGate(units, baseline, isRepeatable)];
}

/** Every known switch proved on where the arm wants it and off elsewhere, by its own counter, in every unit. */
function proofGates(arm: Arm, units: readonly UnitResult[]): Gate[] {
  const wantedOn = new Set(FACTORS.filter(({ id }) => arm.factors.includes(id)).map(({ proof }) => proof));
  // The first that a counter belongs to names it: depths of the profiler share one.
  const labels = new Map([...FACTORS].reverse().map(({ proof, label }) => [proof, label]));
  return [...labels].map(([proof, label]) => {
    const isWanted = wantedOn.has(proof);
    const moves = units.map(({ counters }) => counters.find(({ id }) => id === proof));
    const least = Math.min(...moves.map((move) => move?.moved ?? 0));
    const most = Math.max(...moves.map((move) => move?.moved ?? 0));
    const isReported = moves.every((move) => move !== undefined);
    const isSwitched = moves.every((move) => move?.isOn === isWanted);
    const range = least === most ? String(least) : `${least} to ${most}`;
    const counted = isReported ? `its counter moved by ${range} a unit` : "it reported no counter";
    if (isWanted && isReported && isSwitched && isShadowed(arm, proof, units)) {
      return {
        id: "proof",
        passed: true,
        says: `${label} was on, and was not asked: another cache had answered before.`,
      };
    }
    if (isWanted) {
      const passed = isReported && isSwitched && least > 0;
      return {
        id: "proof",
        passed,
        says: `${label} ${passed ? "was on" : "was to be on, but"}: ${counted}.`,
      };
    }
    const passed = isReported && isSwitched && most === 0;
    return {
      id: "proof",
      passed,
      says: `${label} ${passed ? "was off" : "was to be off, but"}: ${counted}.`,
    };
  });
}

/** Of two warm caches one can answer everything, so that the other is never asked. Alone each is proved in an arm of its own. */
function isShadowed(arm: Arm, proof: string, units: readonly UnitResult[]): boolean {
  const others = arm.factors.filter((id) => findFactor(id)?.isCache === true && id !== proof);
  if (arm.regime !== "warm" || !arm.factors.includes(proof) || others.length === 0) return false;
  const moved = ({ counters }: UnitResult, id: string): number =>
    counters.find((counter) => counter.id === id)?.moved ?? 0;
  return units.every((unit) => moved(unit, proof) === 0 && others.some((id) => moved(unit, id) > 0));
}

function regimeGate(regime: "cold" | "warm", units: readonly UnitResult[]): Gate {
  const lookups = units.reduce((sum, { cache }) => sum + cache.lookups, 0);
  const hits = units.reduce((sum, { cache }) => sum + cache.hits, 0);
  const rate = lookups === 0 ? 0 : (100 * hits) / lookups;
  const passed = lookups > 0 && (regime === "cold" ? rate <= 5 : rate >= 95);
  const wanted = regime === "cold" ? "at most 5 %" : "at least 95 %";
  return {
    id: "regime",
    passed,
    says: `${regime} cache: ${hits} of ${lookups} look-ups hit (${rate.toFixed(1)} %, ${wanted} wanted).`,
  };
}

/** Equal work: as many steps, warm-up and measured, in every unit. */
function budgetGate(units: readonly UnitResult[], baseline: readonly UnitResult[]): Gate {
  const sizes = new Set(
    [...units, ...baseline].map((unit) => `${unit.warmupSteps} + ${unit.stepMs.length - unit.warmupSteps}`),
  );
  return {
    id: "budget",
    passed: sizes.size <= 1,
    says:
      sizes.size <= 1
        ? `every unit made ${[...sizes].join()} steps.`
        : `units made different numbers of steps (${[...sizes].join(", ")}), so they are not compared.`,
  };
}

function compileGate(units: readonly UnitResult[]): Gate {
  const built = units.reduce((sum, { enginesBuilt }) => sum + enginesBuilt, 0);
  return {
    id: "compile",
    passed: built === 0,
    says:
      built === 0
        ? "nothing was compiled inside a unit."
        : `the engine was built ${built} times inside units.`,
  };
}

function visibleGate(units: readonly UnitResult[]): Gate {
  const hidden = units.filter(({ wasHidden }) => wasHidden).length;
  return {
    id: "visible",
    passed: hidden === 0,
    says:
      hidden === 0
        ? "the page was visible throughout."
        : `the page was hidden in ${hidden} of ${units.length} units.`,
  };
}

function lossGate(
  units: readonly UnitResult[],
  baseline: readonly UnitResult[],
  isRepeatable: boolean,
): Gate {
  const worst = worstLossDifference(units, baseline);
  const steps = units[0]?.losses.length ?? 0;
  if (isRepeatable) {
    return {
      id: "loss",
      passed: worst === 0,
      says:
        worst === 0
          ? `all ${steps} losses equal the baseline's bit for bit.`
          : `losses differ from the baseline's by up to ${worst.toExponential(1)} (relative), though this device repeats the baseline bit for bit.`,
    };
  }
  return {
    id: "loss",
    passed: worst <= LOSS_TOLERANCE,
    says: `losses differ from the baseline's by up to ${worst.toExponential(1)} (relative); ${LOSS_TOLERANCE} is allowed, because this device does not repeat the baseline bit for bit.`,
  };
}

/** Greatest relative difference over all steps and blocks; Infinity where a loss is missing or no number. */
export function worstLossDifference(units: readonly UnitResult[], baseline: readonly UnitResult[]): number {
  let worst = 0;
  units.forEach((unit, block) => {
    const other = baseline[block]?.losses ?? [];
    if (other.length !== unit.losses.length || other.length === 0) worst = Number.POSITIVE_INFINITY;
    unit.losses.forEach((loss, step) => {
      const wanted = other[step] ?? Number.NaN;
      const difference = Math.abs(loss - wanted) / Math.max(1e-12, Math.abs(wanted));
      worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    });
  });
  return worst;
}

function scoreGate(
  units: readonly UnitResult[],
  baseline: readonly UnitResult[],
  isRepeatable: boolean,
): Gate {
  const pairs = units.map(({ hmean }, block) => [hmean, baseline[block]?.hmean ?? null] as const);
  const worst = Math.max(0, ...pairs.map(([a, b]) => (a === null || b === null ? 0 : Math.abs(a - b))));
  const passed = pairs.every(([a, b]) => (a === null) === (b === null)) && worst <= (isRepeatable ? 0 : 0.02);
  const score = pairs.at(-1)?.[0] ?? null;
  const shown = score === null ? "nothing was scored" : `CLEval mean hmean ${score.toFixed(3)}`;
  const hint = score === 0 ? " (0 everywhere says little: equality rests on the losses)" : "";
  return {
    id: "score",
    passed,
    says: passed
      ? `${shown}, equal to the baseline's${hint}.`
      : `CLEval mean hmean differs from the baseline's by up to ${worst.toFixed(3)}.`,
  };
}

/** The baseline against itself: what is found there is noise. */
export function noiseGate(noise: Estimate): Gate {
  const passed = noise.ciLow <= 0 && noise.ciHigh >= 0;
  const range = `${signed(noise.mean)} % [${signed(noise.ciLow)}, ${signed(noise.ciHigh)}], n = ${noise.n}`;
  return {
    id: "noise",
    passed,
    says: passed
      ? `The baseline against itself: ${range}; the interval contains 0.`
      : `The baseline differs from itself: ${range}. Something drifts or favours a place, so no difference can be trusted.`,
  };
}

/** "+1.2", "−0.4". */
export function signed(value: number): string {
  if (!Number.isFinite(value)) return "—";
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
}
