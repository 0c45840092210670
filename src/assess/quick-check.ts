// Quick validation, under a minute: everything the playground needs is alive on this machine, or the report says what is missing.
// Nothing is timed here.

import { toErrorData } from "../core/index.ts";
import { findFactor } from "../config/index.ts";
import { aliveArms, type Arm, BASELINE, type UnitLength } from "./plan.ts";
import type { Runner, UnitResult } from "./runner.ts";

export interface Check {
  readonly id: string;
  readonly passed: boolean;
  readonly says: string;
}

export interface QuickCheck {
  readonly checks: readonly Check[];
  readonly passed: boolean;
  readonly elapsedMs: number;
}

export interface QuickTools {
  readonly runner: Runner;
  /** Says what is wrong with the configuration; null when it is read back as it was. */
  readonly checkConfiguration: () => string | null;
  /** What this machine lacks, in sentences; none of it stops the check. */
  readonly missing: readonly string[];
  readonly now: () => number;
  readonly onProgress: (doing: string, done: number, total: number) => void;
}

const SHORT: UnitLength = { warmupSteps: 0, stretchSteps: 2, stretches: 1, pages: Number.MAX_SAFE_INTEGER };

export async function quickCheck(tools: QuickTools): Promise<QuickCheck> {
  const { runner, now, onProgress } = tools;
  const start = now();
  const checks: Check[] = [];
  let arms = aliveArms();
  const total = arms.length + 2;
  const add = (id: string, passed: boolean, says: string): boolean => {
    checks.push({ id, passed, says });
    return passed;
  };
  const done = (): QuickCheck => ({
    checks,
    passed: checks.every(({ passed }) => passed),
    elapsedMs: now() - start,
  });

  onProgress("Reading the configuration", 0, total);
  const wrong = tools.checkConfiguration();
  add(
    "configuration",
    wrong === null,
    wrong ?? "The configuration is read, and read back from its link unchanged.",
  );
  onProgress("Starting the engine", 1, total);
  try {
    const { engine, refused = {} } = await runner.prepare();
    arms = aliveArms(Object.keys(refused));
    add("engine", true, `The engine is built: ${engine.label} (${engine.adapter}).`);
    for (const [id, why] of Object.entries(refused))
      add(`${id} refused`, true, `${findFactor(id)?.label ?? id} is not tried. ${why}`);
  } catch (thrown) {
    const { message, next } = toErrorData(thrown, "building the engine");
    add("engine", false, `${message} ${next}`.trim());
    return done();
  }
  for (const says of tools.missing) add("machine", true, says);
  for (const arm of arms) {
    onProgress(arm.label, checks.length, total);
    try {
      const unit = await runner.runUnit({ arm, length: SHORT });
      for (const { id, passed, says } of arm.id === BASELINE ? stepChecks(unit) : [aliveCheck(arm, unit)])
        add(id, passed, says);
    } catch (thrown) {
      add(arm.id, false, `${arm.label}: ${toErrorData(thrown, "a short run").message}`);
    }
  }
  return done();
}

function stepChecks({ losses, hmean, stepMs }: UnitResult): Check[] {
  const isLoss = losses.length === stepMs.length && losses.every(Number.isFinite);
  return [
    { id: "workers", passed: true, says: "The loaders started and delivered pages." },
    {
      id: "training step",
      passed: isLoss,
      says: isLoss
        ? `${losses.length} training steps, loss ${losses.map((loss) => loss.toFixed(3)).join(" then ")}.`
        : `The losses are ${losses.join(", ")}.`,
    },
    {
      id: "evaluation step",
      passed: hmean !== null && Number.isFinite(hmean),
      says: hmean === null ? "Nothing was scored." : `One evaluation, CLEval mean hmean ${hmean.toFixed(3)}.`,
    },
  ];
}

/** Every wanted switch moved its counter, every other stood still. */
function aliveCheck(arm: Arm, { counters }: UnitResult): Check {
  const wanted = new Set(arm.factors.map((id) => findFactor(id)?.proof));
  const states = counters.map(({ id, moved, isOn }) => ({
    id,
    moved,
    ok: wanted.has(id) ? isOn && moved > 0 : !isOn && moved === 0,
  }));
  const passed =
    states.every(({ ok }) => ok) && [...wanted].every((id) => counters.some((counter) => counter.id === id));
  const says = states.map(({ id, moved }) => `${id} ${moved}`).join(", ");
  return {
    id: arm.id,
    passed,
    says: `${arm.label}: ${passed ? aliveText(arm) : "not as switched"} (counters moved: ${says}).`,
  };
}

function aliveText({ factors }: Arm): string {
  const pairs = (factors.length * (factors.length - 1)) / 2;
  return pairs === 0 ? "alive" : `all alive together, ${pairs} pairs`;
}
