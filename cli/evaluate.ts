// `npm run evaluate`: scores somebody's predictions against truth, without a browser. A row a page, then both aggregations.
// Exit code 0 scored, 1 scored with problems in the files or not scored at all, 2 wrong arguments.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { polygonIn } from "../src/core/index.ts";
import type { Score } from "../src/metrics/index.ts";
import { METRICS, type Metric, type SetResult } from "./evaluate/metrics.ts";
import { type PagePair, type Pairing, pairPages } from "./evaluate/pair-pages.ts";
import { readPath } from "./evaluate/read-path.ts";
import { UnreadableError } from "./evaluate/reading.ts";

const USAGE = `Usage: npm run evaluate -- --truth PATH --predictions PATH [--metric NAME] [--json FILE]
  --truth PATH        competition .json · ICDAR .txt, folder or .zip of gt_*.txt · submission .csv
  --predictions PATH  the same; text files are named res_*.txt
  --metric NAME       ${[...METRICS.keys()].join(" | ")} (default: cleval)
  --json FILE         write every number as JSON`;

const MOST_PROBLEMS_SHOWN = 20;

interface Options {
  readonly truth: string;
  readonly predictions: string;
  readonly name: string;
  readonly metric: Metric;
  readonly json: string | undefined;
}

export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === "help") {
    console.log(USAGE);
    return 0;
  }
  if (typeof options === "string") {
    console.error(`${options}\n${USAGE}`);
    return 2;
  }
  try {
    return evaluate(options);
  } catch (thrown) {
    if (!(thrown instanceof UnreadableError)) throw thrown;
    console.error(thrown.message);
    return 1;
  }
}

function evaluate(options: Options): number {
  const truth = readPath(options.truth, "truth");
  const predictions = readPath(options.predictions, "predictions");
  const pairing = pairPages(truth.pages, predictions.pages);
  if (pairing.pairs.length === pairing.unmentioned.length)
    throw new UnreadableError(
      `Not one page of ${options.predictions} is in ${options.truth}: ` +
        `the truth has ${quoted([...truth.pages.keys()])}, the predictions have ${quoted(pairing.unknown)}.`,
    );
  const result = options.metric.score(
    pairing.pairs.map(({ truth: words, predictions: boxes }) => [
      words.map(({ xy, ignore, text }) => ({ polygon: polygonIn("upright", xy), ignore, text })),
      boxes.map(({ xy }) => ({ polygon: polygonIn("upright", xy), score: 1 })),
    ]),
  );
  const problems = [...truth.problems, ...predictions.problems];
  printTable(options, pairing.pairs, result);
  printNotes(pairing, result, problems);
  try {
    if (options.json !== undefined) writeJson(options.json, options, pairing, result, problems);
  } catch (thrown) {
    throw new UnreadableError(`--json: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  return problems.length === 0 ? 0 : 1;
}

/** Options, "help", or a sentence saying what is wrong. */
function readOptions(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        truth: { type: "string" },
        predictions: { type: "string" },
        metric: { type: "string", default: "cleval" },
        json: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) return "help";
    const { truth, predictions, metric: name, json } = values;
    if (truth === undefined) return "--truth is missing.";
    if (predictions === undefined) return "--predictions is missing.";
    const metric = METRICS.get(name);
    if (metric === undefined) return `There is no metric "${name}".`;
    return { truth, predictions, name, metric, json };
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function printTable({ metric }: Options, pairs: readonly PagePair[], result: SetResult): void {
  const width = Math.max(24, ...pairs.map(({ name }) => printable(name).length)) + 2;
  const row = (name: string, truth: string, boxes: string, cells: readonly string[]): string =>
    name.padEnd(width) + [truth, boxes, ...cells].map((cell) => cell.padStart(11)).join("");
  console.log(metric.label);
  console.log(row("page", "truth", "detections", ["precision", "recall", "hmean"]));
  pairs.forEach(({ name, truth, predictions }, i) => {
    const score = result.pages[i]?.score;
    if (score === undefined) return;
    console.log(row(printable(name), String(truth.length), String(predictions.length), cellsOf(score)));
  });
  const words = pairs.reduce((sum, { truth }) => sum + truth.length, 0);
  const boxes = pairs.reduce((sum, { predictions }) => sum + predictions.length, 0);
  for (const aggregation of ["mean", "pooled"] as const) {
    const label = aggregation === "mean" ? "mean of pages" : "pooled over pages";
    const mark = metric.reported === aggregation ? " *" : "";
    console.log(row(label + mark, String(words), String(boxes), cellsOf(result[aggregation])));
  }
  console.log("* the aggregation that this metric's reference reports");
  const { medianMs, p90Ms, n } = timesOf(result);
  console.log(
    `scoring took ${medianMs.toPrecision(3)} ms a page (median of ${n}; 9 in 10 within ${p90Ms.toPrecision(3)} ms)`,
  );
}

function printNotes({ unmentioned, unknown }: Pairing, result: SetResult, problems: readonly string[]): void {
  if (unmentioned.length > 0)
    console.log(`${unmentioned.length} page(s) without predictions, scored as empty: ${quoted(unmentioned)}`);
  if (unknown.length > 0)
    console.log(`${unknown.length} predicted page(s) not in the truth, not scored: ${quoted(unknown)}`);
  const leftOut = result.pages.reduce((sum, page) => sum + page.leftOut.length, 0);
  if (leftOut > 0) console.log(`${leftOut} polygon(s) that this metric does not count; --json lists them`);
  for (const problem of problems.slice(0, MOST_PROBLEMS_SHOWN)) console.error(problem);
  if (problems.length > MOST_PROBLEMS_SHOWN)
    console.error(`… and ${problems.length - MOST_PROBLEMS_SHOWN} more; --json lists them`);
}

function writeJson(
  path: string,
  { name, metric }: Options,
  { pairs, unmentioned, unknown }: Pairing,
  result: SetResult,
  problems: readonly string[],
): void {
  const report = {
    metric: name,
    label: metric.label,
    reported: metric.reported,
    total: { mean: result.mean, pooled: result.pooled },
    scoring: timesOf(result),
    pages: pairs.map((pair, i) => ({
      name: pair.name,
      truth: pair.truth.length,
      detections: pair.predictions.length,
      ...result.pages[i]?.score,
      leftOut: result.pages[i]?.leftOut ?? [],
    })),
    unmentioned,
    unknown,
    problems,
  };
  writeFileSync(path, `${JSON.stringify(report, null, 1)}\n`);
}

function timesOf({ pageMs }: SetResult): {
  readonly medianMs: number;
  readonly p90Ms: number;
  readonly n: number;
} {
  const sorted = pageMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { medianMs: at(0.5), p90Ms: at(0.9), n: sorted.length };
}

function cellsOf({ precision, recall, hmean }: Score): string[] {
  return [precision, recall, hmean].map((value) => value.toFixed(4));
}

/** A few names, shortened, without anything that would move the cursor. */
function quoted(names: readonly string[]): string {
  const some = names.slice(0, 3).map((name) => JSON.stringify(printable(name).slice(0, 60)));
  return some.join(", ") + (names.length > 3 ? `, … (${names.length})` : "");
}

function printable(name: string): string {
  return name.replace(/\p{Cc}/gu, "�");
}
