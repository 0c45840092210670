// The assessment itself: one dry unit, then block after block until every question is answered or the time is up.
// Knows neither threads nor engines; a Runner does the work, a listener hears how far it is.

import { type AssessWishes, findFactor, MAX_BLOCKS, MIN_BLOCKS } from "../config/index.ts";
import { PlaygroundError, toErrorData } from "../core/index.ts";
import { type Analysis, analyse, type Block } from "./analyse.ts";
import type { Gate } from "./gates.ts";
import { blockOrder } from "./order.ts";
import { type Arm, armsOf, BASELINE, type UnitLength, unitLength } from "./plan.ts";
import { type TableRow, tableRows } from "./report/rows.ts";
import type { Runner, RunnerFacts, UnitResult } from "./runner.ts";

export interface AssessTools {
  readonly runner: Runner;
  readonly onProgress: (progress: AssessProgress) => void;
  /** Asked between units. */
  readonly isStopped: () => boolean;
  /** Milliseconds. */
  readonly now: () => number;
  /** Of the bootstrap; 10 000 unless a simulation of many assessments asks for fewer. */
  readonly resamples?: number;
}

export interface AssessProgress {
  readonly doing: string;
  readonly arms: readonly Arm[];
  readonly length: UnitLength | null;
  readonly facts: RunnerFacts | null;
  /** Number of the block that runs, from 1; 0 before the first. */
  readonly block: number;
  /** Order of this block, and how many of its units are done. */
  readonly order: readonly string[];
  readonly unitsDone: number;
  readonly elapsedMs: number;
  readonly limitMs: number;
  /** Steps of the dry unit, which warms up and does not count. */
  readonly dryMs: readonly number[];
  readonly rows: readonly TableRow[];
}

export interface Assessed {
  readonly wishes: AssessWishes;
  readonly facts: RunnerFacts;
  readonly length: UnitLength;
  readonly arms: readonly Arm[];
  readonly blocks: readonly Block[];
  readonly dryMs: readonly number[];
  readonly analysis: Analysis;
  readonly stoppedBecause:
    | "every question is answered"
    | "the time was up"
    | "somebody stopped it"
    | "a unit failed"
    | "the greatest number of blocks was reached";
  /** Units that were run again because the page was hidden. */
  readonly rerun: number;
  readonly elapsedMs: number;
}

/** A unit in which the page was hidden is thrown away and run again, at most so often. */
const RERUNS = 3;

/**
 * Throws PlaygroundError "bad-config" when the wishes make no plan, "unsupported" when one of their features cannot be switched on
 * here, and what `runner.prepare` throws.
 */
export async function assess(wishes: AssessWishes, tools: AssessTools): Promise<Assessed> {
  const checked = checkWishes(wishes);
  const arms = armsOf(checked.factors);
  const { runner, now } = tools;
  const start = now();
  const limitMs = checked.minutes * 60_000;
  const blocks: Block[] = [];
  let facts: RunnerFacts | null = null;
  let length: UnitLength | null = null;
  let dryMs: readonly number[] = [];
  let analysis: Analysis | null = null;
  let rerun = 0;
  let failure: Gate | null = null;
  let lastBlockMs = 0;
  const report = (doing: string, block = 0, order: readonly Arm[] = [], unitsDone = 0): void =>
    tools.onProgress({
      doing,
      arms,
      length,
      facts,
      block,
      order: order.map(({ id }) => id),
      unitsDone,
      elapsedMs: now() - start,
      limitMs,
      dryMs,
      rows: analysis === null ? [] : tableRows(analysis),
    });

  const runVisible = async (arm: Arm, unit: UnitLength): Promise<UnitResult> => {
    let result = await runner.runUnit({ arm, length: unit });
    for (let again = 0; result.wasHidden && again < RERUNS && !tools.isStopped(); again++) {
      rerun++;
      result = await runner.runUnit({ arm, length: unit });
    }
    return result;
  };

  report("Preparing the network and the pages");
  const known = await runner.prepare();
  facts = known;
  requireNotRefused(checked, known);
  const isFilledBySteps = checked.factors.some((id) => findFactor(id)?.isFilledBySteps === true);
  const unit = unitLength({ ...known, isFilledBySteps });
  length = unit;
  const baseline = arms.find(({ id }) => id === BASELINE);
  if (baseline === undefined) throw new RangeError("a plan has a baseline");
  report("A dry unit, which does not count");
  dryMs = (await runner.runUnit({ arm: baseline, length: unit })).stepMs;

  const why = (): Assessed["stoppedBecause"] | null => {
    if (failure !== null) return "a unit failed";
    if (tools.isStopped()) return "somebody stopped it";
    if (blocks.length >= checked.blocks && analysis?.isAnswered === true) return "every question is answered";
    if (blocks.length >= MAX_BLOCKS) return "the greatest number of blocks was reached";
    // A block that cannot be finished in time is not begun, once there are enough.
    const next = blocks.length < MIN_BLOCKS ? 0 : lastBlockMs;
    return now() - start + next >= limitMs ? "the time was up" : null;
  };

  let stopped = why();
  while (stopped === null) {
    const number = blocks.length + 1;
    const order = blockOrder(arms, checked.seed, blocks.length);
    const units: Block["units"][number][] = [];
    const blockStart = now();
    for (const arm of order) {
      report(arm.label, number, order, units.length);
      try {
        const result = await runVisible(arm, unit);
        // A unit that was stopped is shorter than the others.
        if (!tools.isStopped()) units.push({ armId: arm.id, unit: result });
      } catch (thrown) {
        const { message } = toErrorData(thrown, "running a unit");
        failure = {
          id: "device",
          passed: false,
          says: `“${arm.label}” failed in block ${number}: ${message}`,
        };
      }
      if (failure !== null || tools.isStopped() || now() - start >= limitMs) break;
    }
    // Half a block is no block: its differences would not be paired.
    if (units.length === arms.length) blocks.push({ units });
    lastBlockMs = now() - blockStart;
    analysis = analyse(arms, blocks, checked, failure, tools.resamples);
    stopped = why();
  }
  return {
    wishes: checked,
    facts: known,
    length: unit,
    arms,
    blocks,
    dryMs,
    analysis: analysis ?? analyse(arms, blocks, checked, failure, tools.resamples),
    stoppedBecause: stopped,
    rerun,
    elapsedMs: now() - start,
  };
}

function requireNotRefused({ factors }: AssessWishes, { refused = {} }: RunnerFacts): void {
  const id = factors.find((each) => refused[each] !== undefined);
  if (id === undefined) return;
  throw new PlaygroundError({
    code: "unsupported",
    message: `“${findFactor(id)?.label ?? id}” cannot be assessed. ${refused[id]}`,
    doing: "assessing",
    next: "Leave that arm out, or change what stands in its way.",
  });
}

function checkWishes(wishes: AssessWishes): AssessWishes {
  const wrong = (what: string, message: string): PlaygroundError =>
    new PlaygroundError({ code: "bad-config", message, what, doing: "planning an assessment" });
  const { blocks, minutes, marginPct } = wishes;
  if (!Number.isInteger(blocks) || blocks < MIN_BLOCKS || blocks > MAX_BLOCKS) {
    throw wrong(
      "blocks",
      `Blocks must be a whole number from ${MIN_BLOCKS} to ${MAX_BLOCKS}; got ${blocks}.`,
    );
  }
  if (!(minutes > 0 && minutes <= 120))
    throw wrong("minutes", `Minutes must be above 0 and at most 120; got ${minutes}.`);
  if (!(marginPct > 0 && marginPct <= 50))
    throw wrong("margin", `The margin must be above 0 and at most 50 %; got ${marginPct}.`);
  return wishes;
}
