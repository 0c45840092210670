// `npm run bench -- --suite engine --report FILE`: measures speed in Chromium and writes a report.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { benchEngines } from "./bench/engine.ts";
import { NETS, type NetName } from "./bench/engine-report.ts";

const HELP = `npm run bench -- --suite engine [--report FILE] [--nets A,B,S] [--rounds N]
  --suite engine   a training step of stock tfjs and of the compiled engine, in turn, on one page
  --report FILE    writes the figures as JSON
  --nets           A: small, 4 pages of 160 px · B: nano, 2 of 96 px · S: nano, 1 of 64 px
  --rounds N       steps of each engine that are counted (10)
OCR_GPU=real uses the machine's graphics card instead of the software adapter.`;

export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: "string" },
      report: { type: "string" },
      nets: { type: "string", default: NETS.join() },
      rounds: { type: "string", default: "10" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help || values.suite !== "engine") {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const rounds = Number(values.rounds);
  const nets = values.nets.split(",");
  const unknown = nets.filter((name) => !NETS.some((net) => net === name));
  if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 2) {
    console.error(
      unknown.length > 0 ? `There is no net "${unknown.join()}".` : "--rounds must be at least 2.",
    );
    return 2;
  }
  const report = await benchEngines(nets as NetName[], rounds);
  if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify(report, null, 2)}\n`);
  return 0;
}
