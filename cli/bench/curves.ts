// `npm run bench -- --suite curves`: the same run (synth-tiny, same seeds) on two engines, by `npm run train` as a person
// starts it; loss curves beside each other, and the final hmean over the seeds.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { root } from "../root.ts";

/** Losses of single steps jump with the pages; means of this many show the curve. */
const WINDOW = 10;

const runReport = z.object({
  engine: z.string().nullable(),
  run: z.object({ outcome: z.string(), error: z.unknown() }),
  loss: z.array(z.object({ total: z.number() })),
  evaluations: z.array(z.object({ cleval: z.object({ mean: z.object({ hmean: z.number() }) }) })),
});

export interface CurvesOrder {
  readonly engines: readonly [string, string];
  readonly seeds: readonly number[];
  readonly steps: number;
}

export interface Curves {
  readonly engines: readonly [string, string];
  readonly steps: number;
  readonly runs: readonly {
    readonly seed: number;
    readonly losses: readonly [readonly number[], readonly number[]];
    readonly hmean: readonly [number, number];
    /** Relative, between means of 10 steps: the first ten steps, and the largest anywhere. */
    readonly differenceAtStart: number;
    readonly difference: number;
  }[];
  readonly hmean: readonly [Spread, Spread];
}

interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** Throws an Error with the run's own reason when one fails. */
export function benchCurves({ engines, seeds, steps }: CurvesOrder): Curves {
  const folder = mkdtempSync(join(tmpdir(), "playground-curves-"));
  try {
    const runs = seeds.map((seed) => {
      const [first, second] = engines.map((engine) => train(engine, seed, steps, folder));
      if (first === undefined || second === undefined) throw new Error("two engines are compared");
      const [a, b] = [smoothed(first.losses), smoothed(second.losses)];
      const differences = a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN)) / value);
      const one = {
        seed,
        losses: [first.losses, second.losses] as const,
        hmean: [first.hmean, second.hmean] as const,
        differenceAtStart: differences[0] ?? Number.NaN,
        difference: Math.max(...differences),
      };
      console.log(
        `seed ${seed}: loss ${(a[0] ?? 0).toFixed(3)} → ${(a.at(-1) ?? 0).toFixed(3)} and ${(b[0] ?? 0).toFixed(3)} → ` +
          `${(b.at(-1) ?? 0).toFixed(3)}, curves differ by ${one.differenceAtStart.toExponential(1)} at the start and ` +
          `${one.difference.toExponential(1)} at most; CLEval mean hmean ${one.hmean.map((value) => value.toFixed(3)).join(" and ")}`,
      );
      return one;
    });
    const hmean = [0, 1].map((side) => spreadOf(runs.map((one) => one.hmean[side] ?? Number.NaN)));
    const [ours, theirs] = hmean as [Spread, Spread];
    console.log(
      `CLEval mean hmean over ${seeds.length} seeds: ${engines[0]} ${text(ours)}, ${engines[1]} ${text(theirs)} (mean ± deviation)`,
    );
    return { engines, steps, runs, hmean: [ours, theirs] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function train(
  engine: string,
  seed: number,
  steps: number,
  folder: string,
): { readonly losses: readonly number[]; readonly hmean: number } {
  const path = join(folder, `${engine}-${seed}.json`);
  const options = ["--set", "data.set=synth-tiny", "--engine", engine, "--seed", String(seed)];
  // Both in Chromium, WASM too: Node draws the built-in pages with another rasteriser.
  const command = [
    "train",
    "--browser",
    "--preset",
    "quick",
    ...options,
    "--steps",
    String(steps),
    "--report",
    path,
  ];
  const program = join(root, "node_modules/tsx/dist/cli.mjs");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, join(root, "cli/main.ts"), ...command],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`npm run ${command.join(" ")} failed:\n${stdout}\n${stderr}`);
  const report = runReport.parse(JSON.parse(readFileSync(path, "utf8")));
  if (report.engine !== engine) throw new Error(`${engine} was asked for, ${report.engine} ran`);
  const losses = report.loss.map(({ total }) => total);
  if (losses.length < steps)
    throw new Error(`the run on ${engine} reported ${losses.length} of ${steps} steps`);
  return { losses, hmean: report.evaluations.at(-1)?.cleval.mean.hmean ?? Number.NaN };
}

function smoothed(losses: readonly number[]): number[] {
  const count = Math.floor(losses.length / WINDOW);
  return Array.from({ length: count }, (_, index) => {
    const part = losses.slice(index * WINDOW, (index + 1) * WINDOW);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(values.length - 1, 1)) };
}

function text({ mean, deviation }: Spread): string {
  return `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
}
