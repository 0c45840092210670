// What the profiler costs, to a fraction of a percent: one run that goes on while the depth is switched every few steps, in blocks
// that hold each depth twice, in a drawn order there and back. Neighbouring stretches share the machine's mood, so what is left
// between them is the profiler. Compared is the lower quartile of the steps: steps that nobody disturbed.

import { randomFrom } from "../core/index.ts";
import type { ProfilerCost } from "./analyse.ts";
import { type Gate, noiseGate } from "./gates.ts";
import { thereAndBack } from "./order.ts";
import { estimateQuantile, type StepsByBlock } from "./pooled.ts";
import type { CostRunner, RunnerFacts, SwitchedRun } from "./runner.ts";
import { type Estimate, estimateRatio, mean, quantile, RESAMPLES } from "./statistics.ts";

export type CostDepth = 0 | 1 | 2;

/** What a stretch of steps is run with. The second "off" is the first under another name. */
export type Condition = "off" | "off again" | CostDepth;

export interface CostWishes {
  readonly depths: readonly CostDepth[];
  readonly minutes: number;
  /** It ends early once every interval lies within ± this, or wholly beyond. */
  readonly targetPct: number;
  readonly seed: number;
}

export const DEFAULT_COST_WISHES: CostWishes = { depths: [0, 1], minutes: 5, targetPct: 1, seed: 42 };

export interface CostTools {
  readonly runner: CostRunner;
  readonly onProgress: (doing: string, elapsedMs: number, limitMs: number) => void;
  readonly isStopped: () => boolean;
  readonly now: () => number;
  /** Of the bootstrap; 10 000 unless a simulation of many measurements asks for fewer. */
  readonly resamples?: number;
}

export interface CostOutcome {
  readonly wishes: CostWishes;
  readonly facts: RunnerFacts;
  /** Of the lower quartile of the steps. Empty where a gate failed: then the gate is shown, not a number. */
  readonly costs: readonly ProfilerCost[];
  /** Of the mean step: with what happens rarely, such as sending spans, and with every hiccup of the machine. */
  readonly meanCosts: readonly ProfilerCost[];
  /** The profiler off against itself; null with too few blocks. */
  readonly noise: Estimate | null;
  readonly gates: readonly Gate[];
  readonly blocks: number;
  /** Measured steps of one stretch; as many as `settle` before them do not count. */
  readonly stretch: { readonly settle: number; readonly measured: number };
  /** Of all measured steps, by condition. */
  readonly stepMs: readonly {
    readonly condition: Condition;
    readonly quartileMs: number;
    readonly medianMs: number;
    readonly meanMs: number;
  }[];
  /** Every measured step, by condition and block. */
  readonly raw: readonly { readonly condition: Condition; readonly ms: StepsByBlock }[];
  readonly stoppedBecause: "every question is answered" | "the time was up" | "somebody stopped it";
  readonly elapsedMs: number;
}

/**
 * Where conditions are compared. What a depth costs is in every step, so in every quantile; what others do on the machine makes some steps
 * longer and none shorter, so the lower quantiles know least of it.
 */
export const COST_QUANTILE = 0.25;

/** The first steps after a switch finish what the former depth began. */
const SETTLE = 2;
/** With the settling an odd number, so that stretches and the epochs of a small set do not keep step. */
const MEASURED = 5;
const STRETCH = SETTLE + MEASURED;
/** Of the run: compilers and caches settle. */
const WARMUP = 24;
const MIN_BLOCKS = 20;
/** How often it is asked whether all is known: each look costs a moment between two steps. */
const LOOK_EVERY = 5;
const RESAMPLES_OF_A_LOOK = 200;

type Times = ReadonlyMap<Condition, number[][]>;

export async function profilerCost(wishes: CostWishes, tools: CostTools): Promise<CostOutcome> {
  const { runner, now, resamples = RESAMPLES } = tools;
  const start = now();
  const limitMs = wishes.minutes * 60_000;
  const conditions: Condition[] = ["off", "off again", ...wishes.depths];
  const inBlock = 2 * conditions.length * STRETCH;
  const say = (doing: string): void => tools.onProgress(doing, now() - start, limitMs);
  say("Preparing the network and the pages");
  const facts = await runner.prepare();
  say("A run without the profiler, whose losses must come again");
  // Half a block, so that every depth was on.
  const compared = WARMUP + STRETCH * conditions.length;
  const plain = await runner.runSwitched((step) => (step < compared ? "off" : null));

  /** Of the finished blocks. */
  const times: Times = new Map(conditions.map((condition) => [condition, []]));
  const spans = new Map<Condition, number[]>(conditions.map((condition) => [condition, []]));
  let why: CostOutcome["stoppedBecause"] = "the time was up";
  let order: readonly Condition[] = [];
  /** Of the block that is going on: the steps of each stretch, in order. */
  let stretches: number[][] = [];
  let stretch: number[] = [];
  let spansBefore = 0;
  let blocks = 0;

  const endBlock = (): void => {
    for (const condition of conditions) {
      times.get(condition)?.push(stretches.filter((_, i) => order[i] === condition).flat());
    }
    stretches = [];
    blocks++;
  };
  const endOf = (): CostOutcome["stoppedBecause"] | null => {
    if (tools.isStopped()) return "somebody stopped it";
    if (now() - start >= limitMs) return "the time was up";
    if (blocks < MIN_BLOCKS || blocks % LOOK_EVERY !== 0) return null;
    const isKnown = (resamples: number): boolean =>
      conditions
        .slice(1)
        .every((one) => isAnswered(quartileOf(times, one, wishes.seed, resamples), wishes.targetPct));
    // What a quick look believes must hold in the intervals that are reported.
    return isKnown(Math.min(RESAMPLES_OF_A_LOOK, resamples)) && isKnown(resamples)
      ? "every question is answered"
      : null;
  };
  /** Asked at the end of step `step` for the depth of the next. */
  const next = (step: number, stepMs: number, spanCount: number): CostDepth | "off" | null => {
    const at = step - WARMUP;
    if (at > 0) {
      const place = (at - 1) % STRETCH;
      if (place >= SETTLE) stretch.push(stepMs);
      if (place === SETTLE - 1) spansBefore = spanCount;
      if (place === STRETCH - 1) {
        const condition = order[stretches.length] ?? "off";
        spans.get(condition)?.push(spanCount - spansBefore);
        stretches.push(stretch);
        stretch = [];
      }
    }
    if (at < 0) return "off";
    if (at % inBlock === 0) {
      if (at > 0) endBlock();
      if (blocks % LOOK_EVERY === 0)
        say(`Block ${blocks + 1}: ${order.length || 2 * conditions.length} × ${STRETCH} steps`);
      const ended = endOf();
      if (ended !== null) {
        why = ended;
        return null;
      }
      order = thereAndBack(conditions, wishes.seed, blocks);
    }
    const condition = order[stretches.length] ?? "off";
    return condition === "off again" ? "off" : condition;
  };
  const switched = await runner.runSwitched(next);

  const estimateOf = (condition: Condition): Estimate | null =>
    blocks < MIN_BLOCKS ? null : quartileOf(times, condition, wishes.seed, resamples);
  const meanOf = (condition: Condition): Estimate | null =>
    blocks < MIN_BLOCKS
      ? null
      : estimateRatio(
          meanDifferences(times, condition),
          randomFrom(wishes.seed, "mean steps", String(condition)),
          resamples,
        );
  const noise = estimateOf("off again");
  const gates = [
    ...conditions.map((condition) => proofGate(condition, spans.get(condition) ?? [])),
    ...(noise === null ? [] : [noiseGate(noise)]),
    lossGate(plain, switched),
    {
      id: "visible" as const,
      passed: !switched.wasHidden,
      says: switched.wasHidden ? "the page was hidden meanwhile." : "the page was visible throughout.",
    },
  ];
  const costsBy = (estimate: typeof estimateOf, of: ProfilerCost["of"]): ProfilerCost[] =>
    wishes.depths.flatMap((depth) => {
      const difference = estimate(depth);
      return difference === null ? [] : [{ depth, difference, of }];
    });
  const isSound = gates.every(({ passed }) => passed);
  return {
    wishes,
    facts,
    costs: isSound ? costsBy(estimateOf, "the lower quartile of steps") : [],
    meanCosts: isSound ? costsBy(meanOf, "the mean step") : [],
    noise,
    gates,
    blocks,
    stretch: { settle: SETTLE, measured: MEASURED },
    stepMs: [...times].map(([condition, lists]) => {
      const all = Float64Array.from(lists.flat()).sort();
      const at = (share: number): number => (all.length === 0 ? Number.NaN : quantile(all, share));
      return { condition, quartileMs: at(COST_QUANTILE), medianMs: at(0.5), meanMs: mean([...all]) };
    }),
    raw: [...times].map(([condition, ms]) => ({ condition, ms })),
    stoppedBecause: why,
    elapsedMs: now() - start,
  };
}

/** Against both "off" together, which are a steadier measure than one; "off again" against "off" alone. */
function quartileOf(times: Times, condition: Condition, seed: number, resamples: number): Estimate {
  const off = times.get("off") ?? [];
  const again = times.get("off again") ?? [];
  return estimateQuantile(
    times.get(condition) ?? [],
    condition === "off again" ? [off] : [off, again],
    COST_QUANTILE,
    randomFrom(seed, "profiler cost", String(condition)),
    resamples,
  );
}

/** Of mean steps, block by block, in % of both "off" of the same block. */
function meanDifferences(times: Times, condition: Condition): number[] {
  const off = times.get("off") ?? [];
  const again = times.get("off again") ?? [];
  return (times.get(condition) ?? []).map((steps, block) => {
    const reference = Math.sqrt(mean(off[block] ?? []) * mean(again[block] ?? []));
    return 100 * (mean(steps) / reference - 1);
  });
}

function isAnswered({ ciLow, ciHigh }: Estimate, targetPct: number): boolean {
  return (ciLow >= -targetPct && ciHigh <= targetPct) || ciLow > targetPct || ciHigh < -targetPct;
}

function proofGate(condition: Condition, moved: readonly number[]): Gate {
  const least = Math.min(...moved);
  const most = Math.max(...moved);
  const isOn = typeof condition === "number";
  const passed = moved.length > 0 && (isOn ? least > 0 : most === 0);
  const name = isOn ? `depth ${condition}` : `the profiler ${condition}`;
  return {
    id: "proof",
    passed,
    says:
      moved.length === 0
        ? `${name}: no stretch was finished.`
        : `${name}: ${least === most ? least : `${least} to ${most}`} spans in ${MEASURED} steps, in each of ${moved.length} stretches.`,
  };
}

function lossGate(plain: SwitchedRun, switched: SwitchedRun): Gate {
  const compared = Math.min(plain.losses.length, switched.losses.length);
  const isEqual =
    compared > 0 && plain.losses.slice(0, compared).every((loss, i) => loss === switched.losses[i]);
  return {
    id: "loss",
    passed: isEqual,
    says: isEqual
      ? `the first ${compared} losses equal those of a run without the profiler bit for bit.`
      : `losses of the first ${compared} steps differ from those of a run without the profiler.`,
  };
}
