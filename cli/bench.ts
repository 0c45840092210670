// `npm run bench -- --suite NAME --report FILE`: measures and writes a report. engine and parity run in Chromium, curves starts
// `npm run train`, pipeline and kernels run here in Node.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { EngineId } from "../src/engine/index.ts";
import { benchCurves } from "./bench/curves.ts";
import { benchEngines } from "./bench/engine.ts";
import { benchKernels } from "./bench/kernels/measure.ts";
import { benchParity } from "./bench/parity.ts";
import { CLOCKS } from "./bench/clock.ts";
import { benchPipeline } from "./bench/pipeline.ts";
import { benchTargets } from "./bench/targets.ts";
import { CONTESTANTS, type ContestantKey, NETS, type NetName } from "./bench/types.ts";

const HELP = `npm run bench -- --suite engine [--report FILE] [--only A|B|S] [--rounds N] [--contestants LIST]
npm run bench -- --suite parity [--report FILE] [--case TEXT] [--engines webgpu,tfjs-cpu] [--halves]
npm run bench -- --suite curves [--report FILE] [--engines webgpu,tfjs-cpu] [--seeds 1,2,3] [--steps 100]
  --suite engine     a training step of stock tfjs, the compiled engines and jax-js, in turn, in one worker of one page
  --report FILE      writes the figures as JSON
  --only NETS        some of A,B,S (all). A: small, 4 pages of 160 px · B: nano, 2 of 96 px · S: nano, 1 of 64 px
  --rounds N         steps of each contestant that are counted (10); pipeline: times that every page is seen (10)
  --contestants LIST some of ${CONTESTANTS.join(",")} (all)
  --verbose          prints every step
  --suite parity     losses of two engines over 20 steps: nano, small, resnet18, every switch of the loss, freezing
  --case TEXT        only cases whose name contains this
  --engines A,B      which two (webgpu,tfjs-cpu)
  --halves           the first of them, webgpu, stores activations in 16 bits (an adapter with shader-f16)
  --suite curves     loss curves and hmean of two engines on synth-tiny, over several seeds
npm run bench -- --suite kernels [--report FILE] [--only A|B|S] [--rounds N]
  --suite kernels    in Node, one thread of WASM: GFLOP/s of a step's convolutions beside a plain 512³ product, and the module's size
npm run bench -- --suite pipeline [--report FILE] [--rounds N] [--words LIST] [--clock wall|processor]
  --suite pipeline   from file to finished sample at 640 px: no cache, each tier, all; 20, 50, 100 words; epochs 1 to 3
npm run bench -- --suite targets [--report FILE] [--rounds N] [--words LIST] [--clock wall|processor]
  --suite targets    target maps here and with numpy, OpenCV and pyclipper (Python with the three), page by page in turn
  --words LIST       words a page, of pipeline and targets (20,50,100)
  --clock NAME       of pipeline and targets: wall, or processor: this process's own time, for a machine that others use too
OCR_GPU=real uses the machine's graphics card instead of the software adapter.`;

const IDS: readonly EngineId[] = ["webgpu", "wasm", "tfjs-webgpu", "tfjs-webgl", "tfjs-cpu"];

export async function run(args: readonly string[]): Promise<number> {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (thrown) {
    console.error(`${thrown instanceof Error ? thrown.message : thrown}\n${HELP}`);
    return 2;
  }
  if ((values.suite === "parity" || values.suite === "curves") && !values.help) return comparePair(values);
  if (values.suite === "targets" && !values.help) {
    const repeats = roundsOf(values.rounds);
    if (repeats === undefined) return wrongRounds();
    const options = pageOptions(values);
    if (options === undefined) return 2;
    const targets = await benchTargets(options.words, repeats, options.clock);
    if (values.report !== undefined) writeReport(values.report, targets);
    return 0;
  }
  if (values.suite === "pipeline" && !values.help) {
    const repeats = roundsOf(values.rounds);
    if (repeats === undefined) return wrongRounds();
    const options = pageOptions(values);
    if (options === undefined) return 2;
    const pipeline = await benchPipeline(options.words, repeats, options.clock);
    if (values.report !== undefined) writeReport(values.report, pipeline);
    return 0;
  }
  if (values.help || (values.suite !== "engine" && values.suite !== "kernels")) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const rounds = roundsOf(values.rounds);
  if (rounds === undefined) return wrongRounds();
  const nets = values.only.split(",");
  const contestants = values.contestants.split(",");
  const wrong = [
    ...nets.filter((name) => !NETS.some((net) => net === name)).map((name) => `There is no net "${name}".`),
    ...contestants
      .filter((name) => !CONTESTANTS.some((key) => key === name))
      .map((name) => `There is no contestant "${name}"; there are ${CONTESTANTS.join(", ")}.`),
  ];
  if (wrong.length > 0) {
    console.error(wrong.join("\n"));
    return 2;
  }
  const report =
    values.suite === "kernels"
      ? await benchKernels(nets as NetName[], rounds)
      : await benchEngines({
          nets: nets as NetName[],
          contestants: contestants as ContestantKey[],
          rounds,
          isVerbose: values.verbose,
        });
  if (values.report !== undefined) writeReport(values.report, report);
  return 0;
}

/** Of the suites that go through pages; undefined, and a sentence printed, where one is none. */
function pageOptions({ words, clock }: { readonly words: string; readonly clock: string }) {
  const counts = words.split(",").map(Number);
  const known = CLOCKS.find((name) => name === clock);
  if (known !== undefined && counts.every((count) => Number.isInteger(count) && count > 0))
    return { words: counts, clock: known };
  console.error(
    known === undefined
      ? `--clock must be one of ${CLOCKS.join(", ")}; got "${clock}".`
      : `--words must be whole numbers of words, at least 1, with commas between; got "${words}".`,
  );
  return undefined;
}

/** Undefined where it is no number of rounds that has a spread. */
function roundsOf(text: string): number | undefined {
  const rounds = Number(text);
  return Number.isInteger(rounds) && rounds >= 2 ? rounds : undefined;
}

function wrongRounds(): number {
  console.error("--rounds must be a whole number, at least 2.");
  return 2;
}

/** The suites that take two engines. */
async function comparePair(values: ReturnType<typeof parse>): Promise<number> {
  const [first, second, ...more] = values.engines.split(",").map((name) => IDS.find((id) => id === name));
  const seeds = values.seeds.split(",").map(Number);
  const steps = Number(values.steps);
  const wrong = [
    ...(first !== undefined && second !== undefined && more.length === 0
      ? []
      : [`--engines takes two of ${IDS.join(", ")}; it was "${values.engines}".`]),
    ...(seeds.every(Number.isInteger) ? [] : [`--seeds takes whole numbers; it was "${values.seeds}".`]),
    ...(values.halves && (first !== "webgpu" || values.suite !== "parity")
      ? ["--halves is for --suite parity with webgpu as the first of --engines."]
      : []),
    ...(Number.isInteger(steps) && steps >= 10 ? [] : ["--steps must be a whole number, at least 10."]),
  ];
  if (first === undefined || second === undefined || wrong.length > 0) {
    console.error(wrong.join("\n"));
    return 2;
  }
  const engines = [first, second] as const;
  if (values.suite === "curves") {
    const curves = benchCurves({ engines, seeds, steps });
    if (values.report !== undefined) writeReport(values.report, curves);
    return 0;
  }
  const { passed, results } = await benchParity(engines, values.case, values.halves);
  if (values.report !== undefined) writeReport(values.report, results);
  return passed ? 0 : 1;
}

function writeReport(path: string, report: unknown): void {
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      suite: { type: "string" },
      report: { type: "string" },
      only: { type: "string", default: NETS.join() },
      rounds: { type: "string", default: "10" },
      contestants: { type: "string", default: CONTESTANTS.join() },
      case: { type: "string", default: "" },
      halves: { type: "boolean", default: false },
      engines: { type: "string", default: "webgpu,tfjs-cpu" },
      seeds: { type: "string", default: "1,2,3" },
      steps: { type: "string", default: "100" },
      words: { type: "string", default: "20,50,100" },
      clock: { type: "string", default: "wall" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  }).values;
}
