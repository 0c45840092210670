// `npm run assess`: the Assessment lab without a screen. Serves the built app, drives its lab in a headless Chromium, prints how
// it goes and writes the report that the screen would write.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { costJson, type Estimate } from "../src/assess/index.ts";
import type { LabState } from "../src/client/index.ts";
import { parseSetArguments, PRESET_NAMES, resolveConfig } from "../src/config/index.ts";
import type { AssessOutcome, CostOutcome, OriginalOutcome, QuickCheck } from "../src/protocol/index.ts";
import { type AssessArguments, parseAssessArguments, USAGE } from "./assess/arguments.ts";
import { buildApp, serveApp, START_ADDRESS } from "./serve.ts";
import { type OpenPage, openPlayground } from "./train/browser.ts";

const POLL_MS = 500;

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseAssessArguments(args);
  if (!parsed.ok) return wrongArguments(parsed.error);
  if (parsed.value.help) {
    console.log(USAGE);
    return 0;
  }
  const options = parsed.value;
  const preset = PRESET_NAMES.find((name) => name === options.preset);
  if (preset === undefined)
    return wrongArguments(`--preset must be one of ${PRESET_NAMES.join(", ")}; got "${options.preset}".`);
  const set = parseSetArguments(options.set, "command line");
  const resolved = set.ok ? resolveConfig({ preset, layers: [set.value] }) : set;
  if (!resolved.ok) {
    return wrongArguments(resolved.error.map(({ path, sentence }) => `${path}: ${sentence}`).join("\n"));
  }
  try {
    if (await buildApp()) console.log("Built the playground.");
    const app = await serveApp(4400);
    try {
      const opened = await openPlayground(`${app.url}?automation`, options.realGpu);
      try {
        const state = await drive(opened, resolved.value.resolved, options);
        return conclude(withLinks(state, app.url), options);
      } finally {
        await opened.close();
      }
    } finally {
      await app.close();
    }
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    console.error(
      `The assessment could not be done: ${(text.split("\n")[0] ?? "").replace(/^page\.evaluate: (\w*Error: )?/, "")}`,
    );
    return 1;
  }
}

function wrongArguments(sentence: string): number {
  console.error(`${sentence}\n\n${USAGE}`);
  return 2;
}

async function drive(
  { page }: OpenPage,
  config: Parameters<NonNullable<typeof window.playground>["run"]>[0],
  { job, wishes }: AssessArguments,
): Promise<LabState> {
  const stop = (): void => {
    console.log("Stopping at the end of the step …");
    page.evaluate(() => window.playground?.stopLab()).catch(() => undefined);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    let isDone = false;
    const crashed = new Promise<never>((_resolve, reject) => {
      page.on("crash", () => reject(new Error("the page crashed")));
      page.on("close", () => reject(new Error("the browser was closed")));
    });
    crashed.catch(() => undefined);
    const work = page
      .evaluate((asked) => window.playground?.runLab(asked.job, asked.wishes, asked.config), {
        job,
        wishes,
        config,
      })
      .finally(() => {
        isDone = true;
      });
    work.catch(() => undefined);
    let said = "";
    while (!isDone) {
      const line = lineOf(await Promise.race([look(page), crashed]));
      if (line !== "" && line !== said) console.log(line);
      said = line;
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
    await work;
    return await look(page);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

async function look(page: OpenPage["page"]): Promise<LabState> {
  const state = await page.evaluate(() => window.playground?.lab());
  if (state === undefined) throw new Error("the page lost its automation surface");
  return state;
}

/** Links of the report open the app where `npm start` serves it: the address of this command ends with it. */
function withLinks(state: LabState, servedAt: string): LabState {
  if (state.outcome === null) return state;
  const { html, markdown, json } = state.outcome.report;
  const mended = (text: string): string => text.replaceAll(servedAt, START_ADDRESS);
  const report = { html: mended(html), markdown: mended(markdown), json: mended(json) };
  return { ...state, outcome: { ...state.outcome, report } };
}

/** One line a block, or what is being prepared. */
function lineOf({ progress, doing }: LabState): string {
  if (progress === null) return doing === null ? "" : `${doing.doing} …`;
  if (progress.block === 0) return `${progress.doing} …`;
  const seconds = Math.round((progress.elapsedMs - (progress.elapsedMs % 1000)) / 1000);
  return progress.unitsDone === 0
    ? `block ${progress.block} at ${seconds} s: ${progress.order.join(", ")}`
    : "";
}

/** Prints the answer, writes the report, answers the exit code. */
function conclude({ outcome, original, check, cost }: LabState, { job, report }: AssessArguments): number {
  if (job === "quick check" && check !== null) return concludeCheck(check, report);
  if (job === "original" && original !== null) return concludeOriginal(original, report);
  if (job === "profiler cost" && cost !== null) return concludeCost(cost, report);
  if (outcome === null) {
    console.error("The assessment was stopped before there was anything to conclude.");
    return 1;
  }
  return concludeAssessment(outcome, report);
}

function concludeAssessment(
  { assessed, rows, conclusion, report: texts }: AssessOutcome,
  folder: string,
): number {
  const wide = Math.max(...rows.map(({ label }) => label.length));
  for (const { label, ms, difference, hitRate, verdict } of rows) {
    console.log(
      `${label.padEnd(wide)}  ${ms.padStart(7)} ms  ${difference.padEnd(26)} hits ${hitRate.padEnd(8)} ${verdict}`,
    );
  }
  console.log(`\n${conclusion.sentence}`);
  for (const { label, advice, says } of conclusion.advice) console.log(`${label}: ${advice}. ${says}`);
  write(folder, "report.html", texts.html);
  write(folder, "report.md", texts.markdown);
  write(folder, "report.json", texts.json);
  console.log(
    `Ended because ${assessed.stoppedBecause}. Report: ${join(folder, "report.html")}, report.md, report.json`,
  );
  const failed = [...assessed.analysis.gates, ...rows.flatMap(({ gates }) => gates)].filter(
    ({ passed }) => !passed,
  );
  for (const { says } of failed) console.error(`Gate failed: ${says}`);
  return failed.length > 0 ? 3 : 0;
}

function concludeOriginal(original: OriginalOutcome, folder: string): number {
  for (const { run: one, overheadPct } of original.rows) {
    const overhead =
      overheadPct === null
        ? "baseline"
        : `${overheadPct < 0 ? "−" : "+"}${Math.abs(overheadPct).toFixed(1)} %`;
    console.log(`${one.arm.label.padEnd(32)} ${(one.wallMs / 1000).toFixed(2)} s  ${overhead}  (n = 1)`);
  }
  console.log("\nWhy this could not answer the question:");
  for (const reason of original.reasons) console.log(`- ${reason}`);
  write(folder, "original.json", `${JSON.stringify(original, null, 1)}\n`);
  console.log(`Report: ${join(folder, "original.json")}`);
  return 0;
}

function concludeCheck(check: QuickCheck, folder: string): number {
  for (const { passed, says } of check.checks) console.log(`${passed ? "ok  " : "FAIL"} ${says}`);
  console.log(
    `${check.passed ? "Everything is alive" : "Something is missing"}; ${(check.elapsedMs / 1000).toFixed(1)} s.`,
  );
  write(folder, "quick-check.json", `${JSON.stringify(check, null, 1)}\n`);
  return check.passed ? 0 : 3;
}

function concludeCost(cost: CostOutcome, folder: string): number {
  const { costs, noise, gates, blocks, stretch, stepMs, stoppedBecause } = cost;
  console.log("Lower quartile of the steps, and its difference from the profiler off with a 95 % interval:");
  for (const { condition, quartileMs, medianMs } of stepMs) {
    const name = typeof condition === "number" ? `depth ${condition}` : `profiler ${condition}`;
    const found =
      condition === "off again" ? noise : costs.find(({ depth }) => depth === condition)?.difference;
    const ofMeans = cost.meanCosts.find(({ depth }) => depth === condition)?.difference;
    console.log(
      `${name.padEnd(20)} ${quartileMs.toFixed(2).padStart(8)} ms  ${found ? costText(found) : ""}` +
        `${ofMeans ? `  (of mean steps ${costText(ofMeans)})` : ""}  median ${medianMs.toFixed(2)} ms`,
    );
  }
  console.log(
    `n = ${blocks} blocks, ${2 * stretch.measured} measured steps of each in a block, in ${(cost.elapsedMs / 1000).toFixed(0)} s; ended because ${stoppedBecause}.`,
  );
  const failed = gates.filter(({ passed }) => !passed);
  for (const { passed, says } of gates) if (passed) console.log(`ok   ${says}`);
  for (const { says } of failed) console.error(`Gate failed: ${says}`);
  write(folder, "profiler-cost.json", costJson(cost));
  console.log(`Report: ${join(folder, "profiler-cost.json")}`);
  return failed.length > 0 ? 3 : 0;
}

/** Two decimals: a tenth of a percent is what is asked about. */
function costText({ mean, ciLow, ciHigh }: Estimate): string {
  const signed = (pct: number): string => `${pct < 0 ? "−" : "+"}${Math.abs(pct).toFixed(2)}`;
  return `${signed(mean)} % [${signed(ciLow)}, ${signed(ciHigh)}]`;
}

function write(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
}
