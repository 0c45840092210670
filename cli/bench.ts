// `npm run bench -- --suite engine --report FILE`: measures speed in Chromium and writes a report.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { benchEngines } from "./bench/engine.ts";
import { CONTESTANTS, type ContestantKey, NETS, type NetName } from "./bench/types.ts";

const HELP = `npm run bench -- --suite engine [--report FILE] [--only A|B|S] [--rounds N] [--contestants LIST]
  --suite engine     a training step of stock tfjs, the compiled engines and jax-js, in turn, in one worker of one page
  --report FILE      writes the figures as JSON
  --only NETS        some of A,B,S (all). A: small, 4 pages of 160 px · B: nano, 2 of 96 px · S: nano, 1 of 64 px
  --rounds N         steps of each contestant that are counted (10)
  --contestants LIST some of ${CONTESTANTS.join(",")} (all)
  --verbose          prints every step
OCR_GPU=real uses the machine's graphics card instead of the software adapter.`;

export async function run(args: readonly string[]): Promise<number> {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (thrown) {
    console.error(`${thrown instanceof Error ? thrown.message : thrown}\n${HELP}`);
    return 2;
  }
  if (values.help || values.suite !== "engine") {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const rounds = Number(values.rounds);
  const nets = values.only.split(",");
  const contestants = values.contestants.split(",");
  const wrong = [
    ...nets.filter((name) => !NETS.some((net) => net === name)).map((name) => `There is no net "${name}".`),
    ...contestants
      .filter((name) => !CONTESTANTS.some((key) => key === name))
      .map((name) => `There is no contestant "${name}"; there are ${CONTESTANTS.join(", ")}.`),
    ...(Number.isInteger(rounds) && rounds >= 2 ? [] : ["--rounds must be a whole number, at least 2."]),
  ];
  if (wrong.length > 0) {
    console.error(wrong.join("\n"));
    return 2;
  }
  const report = await benchEngines({
    nets: nets as NetName[],
    contestants: contestants as ContestantKey[],
    rounds,
    isVerbose: values.verbose,
  });
  if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify(report, null, 2)}\n`);
  return 0;
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
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  }).values;
}
