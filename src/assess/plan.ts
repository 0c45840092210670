// What will be measured: arms from factors, and how long a unit is. A unit is warm-up steps that do not count, then stretches of
// exactly one epoch each, so that a cold cache sees every page for the first time and a warm one sees each again.

import { PlaygroundError } from "../core/index.ts";
import { FACTORS, type Factor, type FactorId, findFactor, type Settings } from "../config/index.ts";

/** cold: caches are emptied before each measured stretch · warm: the warm-up has filled them. */
export type Regime = "cold" | "warm";

export type ArmId = string;

export interface Arm {
  readonly id: ArmId;
  readonly label: string;
  readonly factors: readonly FactorId[];
  /** Null where no cache is on. */
  readonly regime: Regime | null;
  readonly settings: Settings;
  readonly role: "baseline" | "again" | "feature";
}

export const BASELINE: ArmId = "baseline";
export const AGAIN: ArmId = "baseline-again";

export interface UnitLength {
  readonly warmupSteps: number;
  /** Steps of one measured stretch: one epoch. */
  readonly stretchSteps: number;
  readonly stretches: number;
  /** Training pages a unit goes round over. */
  readonly pages: number;
}

const WARMUP_STEPS = 10;
const MEASURED_STEPS = 30;

/**
 * Shortest unit with at least 10 warm-up and 30 measured steps whose stretches begin where the loaders begin an epoch:
 * they are `prefetch` batches ahead. A large set is cut to 30 batches, so that an epoch stays short.
 */
export function unitLength(facts: {
  readonly trainPages: number;
  readonly batchSize: number;
  readonly prefetch: number;
  /** The warm-up must fill what steps fill, with every page. */
  readonly isFilledBySteps?: boolean;
}): UnitLength {
  const { trainPages, batchSize, prefetch, isFilledBySteps = false } = facts;
  const stretchSteps = Math.min(MEASURED_STEPS, Math.max(1, Math.floor(trainPages / batchSize)));
  const pages = Math.min(trainPages, stretchSteps * batchSize);
  const warmup = isFilledBySteps ? Math.max(WARMUP_STEPS, stretchSteps) : WARMUP_STEPS;
  const epochs = Math.ceil((warmup + prefetch) / stretchSteps);
  return {
    warmupSteps: epochs * stretchSteps - prefetch,
    stretchSteps,
    stretches: Math.ceil(MEASURED_STEPS / stretchSteps),
    pages,
  };
}

/** The baseline, the baseline again, every factor alone and every pair; arms with a cache once for each regime. */
export function armsOf(factorIds: readonly FactorId[]): Arm[] {
  const factors = factorIds.map(requireFactor);
  if (new Set(factorIds).size !== factorIds.length || factors.length === 0) {
    throw badArms(`“${factorIds.join(", ")}” must name at least one feature, and each once`);
  }
  const off: Settings = Object.assign({}, ...FACTORS.map((factor) => factor.off));
  const pairs = factors.flatMap((a, i) =>
    factors.slice(i + 1).flatMap((b) => (exclude(a, b) ? [] : [[a, b]])),
  );
  const sets = [...factors.map((factor) => [factor]), ...pairs];
  return [
    { id: BASELINE, label: "Baseline", factors: [], regime: null, settings: off, role: "baseline" },
    { id: AGAIN, label: "Baseline again (A/A)", factors: [], regime: null, settings: off, role: "again" },
    ...sets.flatMap((set) => regimesOf(set).map((regime) => armOf(set, regime, off))),
  ];
}

/**
 * Fewest arms in which every feature is alone once and every pair that can be on together is: singles, then for each depth of the
 * profiler all caches with it. Cold, where every cache is asked. Features of `without` are in none.
 */
export function aliveArms(without: readonly FactorId[] = []): Arm[] {
  const factors = FACTORS.filter(({ id }) => !without.includes(id));
  const off: Settings = Object.assign({}, ...FACTORS.map((factor) => factor.off));
  const regimeOf = (set: readonly Factor[]): Regime | null =>
    set.some(({ isCache }) => isCache) ? "cold" : null;
  const caches = factors.filter(({ isCache }) => isCache);
  const depths = factors.filter(({ isCache }) => !isCache);
  const sets = [...factors.map((factor) => [factor]), ...depths.map((depth) => [...caches, depth])];
  return [
    { id: BASELINE, label: "Baseline", factors: [], regime: null, settings: off, role: "baseline" },
    ...sets.map((set) => armOf(set, regimeOf(set), off)),
  ];
}

/** Two depths of one thing cannot be on together. */
function exclude(a: Factor, b: Factor): boolean {
  return a.proof === b.proof;
}

function regimesOf(set: readonly Factor[]): readonly (Regime | null)[] {
  return set.some(({ isCache }) => isCache) ? ["cold", "warm"] : [null];
}

function armOf(set: readonly Factor[], regime: Regime | null, off: Settings): Arm {
  const ids = set.map(({ id }) => id);
  const label = set.map(({ label }, i) => (i === 0 ? label : label.toLowerCase())).join(" + ");
  return {
    id: [...ids, ...(regime === null ? [] : [regime])].join("+"),
    label: regime === null ? label : `${label}, ${regime}`,
    factors: ids,
    regime,
    settings: Object.assign({}, off, ...set.map(({ on }) => on)),
    role: "feature",
  };
}

function requireFactor(id: FactorId): Factor {
  const factor = findFactor(id);
  if (factor === undefined) throw badArms(`there is no switchable feature “${id}”`);
  return factor;
}

function badArms(why: string): PlaygroundError {
  return new PlaygroundError({
    code: "bad-config",
    message: `The assessment cannot be planned: ${why}.`,
    what: "arms",
    doing: "planning an assessment",
    next: `Choose among ${FACTORS.map(({ id }) => id).join(", ")}.`,
  });
}
