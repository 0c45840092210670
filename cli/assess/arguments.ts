// The command line of `npm run assess`: what may be asked, and a clear refusal of anything else.

import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LabJob } from "../../src/client/index.ts";
import {
  type AssessWishes,
  DEFAULT_WISHES,
  FACTORS,
  findFactor,
  MAX_BLOCKS,
  MIN_BLOCKS,
  PRESET_NAMES,
} from "../../src/config/index.ts";
import { err, ok, type Result } from "../../src/core/index.ts";
import { root } from "../root.ts";

export const USAGE = `npm run assess -- [options]
  --arms A,B         features to assess, alone and in pairs (default ${DEFAULT_WISHES.factors.join(",")});
                     there are ${FACTORS.map(({ id }) => id).join(", ")}
  --blocks N         blocks at least, ${MIN_BLOCKS} to ${MAX_BLOCKS} (default ${DEFAULT_WISHES.blocks}); more follow until every question is answered
  --minutes M        time limit (default ${DEFAULT_WISHES.minutes})
  --margin P         a difference within ±P % does not matter (default ${DEFAULT_WISHES.marginPct})
  --order-seed S     seed of the order of arms and of the intervals (default ${DEFAULT_WISHES.seed})
  --preset P         ${PRESET_NAMES.join(", ")} (default quick)
  --set path=value   one setting; may be repeated
  --report DIR       folder for report.html, report.md and report.json (default: runs/assess-DATE-TIME of the project)
  --original         run the protocol of the original report instead, and explain it
  --profiler-cost    what the profiler costs, instead: its depth is switched every few steps of one run, until the 95 % intervals
                     lie within ±1 % or the time is up (depths 0 and 1; also 2 with --arms …,profiler2)
  --quick            quick validation instead: is everything alive on this machine?
  --real-gpu         use this machine's GPU instead of the software adapter
Ctrl-C stops at the end of the step and concludes what was measured.
Exit codes: 0 done, 1 could not be done, 2 wrong arguments, 3 a gate failed.`;

export interface AssessArguments {
  readonly help: boolean;
  readonly job: LabJob;
  readonly wishes: AssessWishes;
  readonly preset: string;
  readonly set: readonly string[];
  readonly report: string;
  readonly realGpu: boolean;
}

export function parseAssessArguments(
  args: readonly string[],
  now = new Date(),
): Result<AssessArguments, string> {
  let values: Record<string, string | boolean | string[] | undefined>;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        arms: { type: "string" },
        blocks: { type: "string" },
        minutes: { type: "string" },
        margin: { type: "string" },
        "order-seed": { type: "string" },
        preset: { type: "string" },
        set: { type: "string", multiple: true },
        report: { type: "string" },
        original: { type: "boolean" },
        "profiler-cost": { type: "boolean" },
        quick: { type: "boolean" },
        "real-gpu": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (thrown) {
    return err(thrown instanceof Error ? thrown.message : String(thrown));
  }
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const factors = text("arms")
    ?.split(",")
    .map((id) => id.trim()) ?? [...DEFAULT_WISHES.factors];
  const unknown = factors.find((id) => findFactor(id) === undefined);
  if (unknown !== undefined) {
    return err(
      `--arms: there is no switchable feature "${unknown}"; choose among ${FACTORS.map(({ id }) => id).join(", ")}.`,
    );
  }
  if (new Set(factors).size !== factors.length)
    return err(`--arms names a feature twice: ${factors.join(",")}.`);
  const numbers = {
    blocks: numberIn("blocks", text("blocks"), DEFAULT_WISHES.blocks, MIN_BLOCKS, MAX_BLOCKS, true),
    minutes: numberIn("minutes", text("minutes"), DEFAULT_WISHES.minutes, 0.1, 120, false),
    marginPct: numberIn("margin", text("margin"), DEFAULT_WISHES.marginPct, 0.1, 50, false),
    seed: numberIn("order-seed", text("order-seed"), DEFAULT_WISHES.seed, 0, 4294967295, true),
  };
  for (const value of Object.values(numbers)) if (typeof value === "string") return err(value);
  const jobs = (["original", "profiler-cost", "quick"] as const).filter((name) => values[name] === true);
  if (jobs.length > 1)
    return err(`${jobs.map((name) => `--${name}`).join(" and ")} are different jobs; choose one.`);
  return ok({
    help: values.help === true,
    job: jobs[0] === undefined ? "assess" : JOBS[jobs[0]],
    wishes: { factors, ...(numbers as Record<keyof typeof numbers, number>) },
    preset: text("preset") ?? "quick",
    set: Array.isArray(values.set) ? values.set : [],
    report:
      text("report") ?? join(root, "runs", `assess-${now.toISOString().slice(0, 19).replace(/\D/g, "")}`),
    realGpu: values["real-gpu"] === true,
  });
}

const JOBS = {
  original: "original",
  "profiler-cost": "profiler cost",
  quick: "quick check",
} as const;

/** The number, or the sentence that says what is wrong with it. */
function numberIn(
  name: string,
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
  isInteger: boolean,
): number | string {
  if (text === undefined) return fallback;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= min && value <= max && (!isInteger || Number.isInteger(value))) return value;
  return `--${name} must be a ${isInteger ? "whole " : ""}number from ${min} to ${max}; got "${text}".`;
}
