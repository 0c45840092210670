// What the profiler costs, to a fraction of a percent: one run that goes on while the depth is switched every few steps, in rounds
// that hold each depth once. Neighbouring stretches share the machine's mood, so what is left between them is the profiler.

import { randomFrom } from "../core/index.ts";
import type { ProfilerCost } from "./analyse.ts";
import { type Gate, noiseGate } from "./gates.ts";
import { blockOrder } from "./order.ts";
import type { CostRunner, RunnerFacts, SwitchedRun } from "./runner.ts";
import { deviation, type Estimate, estimateRatio, mean, median, RESAMPLES } from "./statistics.ts";

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
}

export interface CostOutcome {
  readonly wishes: CostWishes;
  readonly facts: RunnerFacts;
  /** Of the median step of a stretch. Empty where a gate failed: then the gate is shown, not a number. */
  readonly costs: readonly ProfilerCost[];
  /** Of the mean step: with what happens rarely, such as sending spans, and with every hiccup of the machine. */
  readonly meanCosts: readonly ProfilerCost[];
  /** The profiler off against itself; null with too few rounds. */
  readonly noise: Estimate | null;
  readonly gates: readonly Gate[];
  readonly rounds: number;
  /** Measured steps of one stretch; as many as `settle` before them do not count. */
  readonly stretch: { readonly settle: number; readonly measured: number };
  /** Median over rounds of the median step of a stretch, by condition. */
  readonly medianMs: readonly { readonly condition: Condition; readonly ms: number }[];
  /** Median and mean step of every stretch, by condition and round. */
  readonly raw: readonly {
    readonly condition: Condition;
    readonly ms: readonly number[];
    readonly meanMs: readonly number[];
  }[];
  readonly stoppedBecause: "every question is answered" | "the time was up" | "somebody stopped it";
  readonly elapsedMs: number;
}

/** The first steps after a switch finish what the former depth began. */
const SETTLE = 2;
const MEASURED = 6;
const STRETCH = SETTLE + MEASURED;
/** Of the run: compilers and caches settle. */
const WARMUP = 24;
const MIN_ROUNDS = 40;

export async function profilerCost(wishes: CostWishes, tools: CostTools): Promise<CostOutcome> {
  const { runner, now } = tools;
  const start = now();
  const limitMs = wishes.minutes * 60_000;
  const conditions: Condition[] = ["off", "off again", ...wishes.depths];
  const say = (doing: string): void => tools.onProgress(doing, now() - start, limitMs);
  say("Preparing the network and the pages");
  const facts = await runner.prepare();
  say("A run without the profiler, whose losses must come again");
  // A whole round, so that every depth was on.
  const compared = WARMUP + STRETCH * conditions.length;
  const plain = await runner.runSwitched((step) => (step < compared ? "off" : null));

  const empty = (): Map<Condition, number[]> => new Map(conditions.map((condition) => [condition, []]));
  const times = empty();
  const means = empty();
  const spans = empty();
  let why: CostOutcome["stoppedBecause"] = "the time was up";
  /** Condition of every step from the warm-up's end on. */
  let order: readonly Condition[] = [];
  let stretch: number[] = [];
  let spansBefore = 0;
  let rounds = 0;
  /** Asked at the end of step `step` for the depth of the next. */
  const next = (step: number, stepMs: number, spanCount: number): CostDepth | "off" | null => {
    const at = step - WARMUP;
    if (at > 0) {
      const place = (at - 1) % STRETCH;
      if (place >= SETTLE) stretch.push(stepMs);
      if (place === SETTLE - 1) spansBefore = spanCount;
      if (place === STRETCH - 1) {
        const condition = order[Math.floor((at - 1) / STRETCH) % conditions.length] ?? "off";
        times.get(condition)?.push(median(stretch));
        means.get(condition)?.push(mean(stretch));
        spans.get(condition)?.push(spanCount - spansBefore);
        stretch = [];
      }
    }
    if (at < 0) return "off";
    if (at % (STRETCH * conditions.length) === 0) {
      rounds = at / (STRETCH * conditions.length);
      if (rounds % 5 === 0) say(`Round ${rounds + 1}: ${conditions.length} × ${STRETCH} steps`);
      const ended = endOf();
      if (ended !== null) {
        why = ended;
        return null;
      }
      order = blockOrder(conditions, wishes.seed, rounds);
    }
    const condition = order[Math.floor(at / STRETCH) % conditions.length] ?? "off";
    return condition === "off again" ? "off" : condition;
  };
  const endOf = (): CostOutcome["stoppedBecause"] | null => {
    if (tools.isStopped()) return "somebody stopped it";
    if (now() - start >= limitMs) return "the time was up";
    const isDone = rounds >= MIN_ROUNDS && rounds % 10 === 0;
    return isDone && conditions.slice(1).every((one) => isAnswered(differences(times, one), wishes.targetPct))
      ? "every question is answered"
      : null;
  };
  const switched = await runner.runSwitched(next);

  const estimateOf = (condition: Condition, of = times): Estimate | null => {
    const values = differences(of, condition).slice(0, rounds);
    const random = randomFrom(wishes.seed, "profiler cost", String(condition));
    return values.length < MIN_ROUNDS ? null : estimateRatio(values, random, RESAMPLES);
  };
  const noise = estimateOf("off again");
  const gates = [
    ...conditions.map((condition) => proofGate(condition, (spans.get(condition) ?? []).slice(0, rounds))),
    ...(noise === null ? [] : [noiseGate(noise)]),
    lossGate(plain, switched),
    {
      id: "visible" as const,
      passed: !switched.wasHidden,
      says: switched.wasHidden ? "the page was hidden meanwhile." : "the page was visible throughout.",
    },
  ];
  const costsOf = (of: typeof times): ProfilerCost[] =>
    wishes.depths.flatMap((depth) => {
      const difference = estimateOf(depth, of);
      return difference === null ? [] : [{ depth, difference }];
    });
  const isSound = gates.every(({ passed }) => passed);
  return {
    wishes,
    facts,
    costs: isSound ? costsOf(times) : [],
    meanCosts: isSound ? costsOf(means) : [],
    noise,
    gates,
    rounds,
    stretch: { settle: SETTLE, measured: MEASURED },
    medianMs: [...times].map(([condition, ms]) => ({ condition, ms: median(ms) })),
    raw: [...times].map(([condition, ms]) => ({
      condition,
      ms: ms.slice(0, rounds),
      meanMs: (means.get(condition) ?? []).slice(0, rounds),
    })),
    stoppedBecause: why,
    elapsedMs: now() - start,
  };
}

/** In % of both "off" of the same round, which together are a steadier measure than one; "off again" against "off" alone. */
function differences(times: ReadonlyMap<Condition, readonly number[]>, condition: Condition): number[] {
  const off = times.get("off") ?? [];
  const again = times.get("off again") ?? [];
  return (times.get(condition) ?? []).map((ms, round) => {
    const first = off[round] ?? Number.NaN;
    const reference = condition === "off again" ? first : Math.sqrt(first * (again[round] ?? Number.NaN));
    return 100 * (ms / reference - 1);
  });
}

/** By the plain interval of many values; the one that is reported is the bootstrap's. */
function isAnswered(values: readonly number[], targetPct: number): boolean {
  const logs = values.map((pct) => 100 * Math.log1p(pct / 100));
  const half = (2.1 * deviation(logs)) / Math.sqrt(logs.length);
  const centre = mean(logs);
  return Math.abs(centre) + half <= targetPct || Math.abs(centre) - half > targetPct;
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
        ? `${name}: no round was finished.`
        : `${name}: ${least === most ? least : `${least} to ${most}`} spans in ${MEASURED} steps, in each of ${moved.length} rounds.`,
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
