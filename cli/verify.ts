// `npm run verify -- DIR`: computes what every reference file in DIR holds with the product's own code and compares.
// One row a file and executor; ends with `N passed, N failed` in cases. Exit code 0 all passed, 1 something failed or nothing
// was checked, 2 wrong arguments.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { checkDocument, sentenceOf } from "./verify/check-file.ts";
import { CHECKS, type Wishes } from "./verify/checks.ts";
import { broken, type CaseResult, type NamedCheck } from "./verify/types.ts";

const USAGE = `Usage: npm run verify -- DIR [--only NAME] [--json FILE] [--browser]
  DIR           folder of reference files (*.json, *.json.gz)
  --only NAME   only files whose name contains NAME
  --json FILE   write every result and every deviation as JSON
  --browser     also ask the executors that need a browser (webgpu, tfjs-webgpu, tfjs-webgl), in Chromium;
                minutes a file on the software adapter
OCR_GPU=real gives the browser the machine's graphics card instead of the software adapter.`;

interface FileResult {
  readonly file: string;
  /** What it ran on, where there are several: "tfjs-cpu", "wasm". */
  readonly executor?: string;
  /** Passed and failed. */
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  /** Greatest deviation as a share of its tolerance; null stands for a count or shape that differs. */
  readonly worst: number | null;
  /** Cases that ask for something the product or this executor does not have, with the reason. */
  readonly outside: readonly { readonly id: string; readonly reason: string }[];
  readonly results: readonly CaseResult[];
}

interface Absent {
  readonly file: string;
  readonly executor: string;
  readonly reason: string;
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
  const files: FileResult[] = [];
  const skipped: string[] = [];
  const absent: Absent[] = [];
  console.log(row("file", "cases", "passed", "failed", "worst / tolerance"));
  try {
    for (const file of options.files) {
      const read = readDocument(join(options.dir, file));
      const checks = await checksOf(read, options);
      if (typeof checks === "string") {
        skipped.push(`${file}: ${checks}`);
        continue;
      }
      for (const one of checks) {
        if ("absent" in one) {
          absent.push({ file, executor: one.executor, reason: one.absent });
          console.log(`  – ${file} on ${one.executor} left out: ${one.absent}`);
          continue;
        }
        const results =
          "error" in read
            ? [broken("the whole file", read.error)]
            : await checkDocument(one.check, read.document, { dir: options.dir });
        files.push(summed(file, one.executor, results));
        print(files.at(-1));
      }
    }
  } finally {
    if (files.some(({ executor }) => executor !== undefined))
      await (await import("./verify/training.ts")).closeBrowser();
  }
  for (const line of skipped) console.log(`skipped ${line}`);
  const failed = files.reduce((sum, file) => sum + file.failed, 0);
  const passed = files.reduce((sum, file) => sum + file.passed, 0);
  const outside = files.reduce((sum, file) => sum + file.outside.length, 0);
  if (outside > 0)
    console.log(
      `${outside} questions marked – are for what the product or that executor does not have; they count as no case`,
    );
  let exitCode = failed === 0 && passed > 0 ? 0 : 1;
  if (options.json !== undefined && !writeJson(options.json, { files, skipped, absent })) exitCode = 2;
  if (passed + failed === 0) console.error(`Nothing in ${options.dir} could be checked.`);
  console.log(`${passed} passed, ${failed} failed`);
  return exitCode;
}

interface Options extends Wishes {
  readonly dir: string;
  readonly files: readonly string[];
  readonly json: string | undefined;
}

/** Options, "help", or a sentence saying what is wrong. */
function readOptions(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: "string" },
        json: { type: "string" },
        browser: { type: "boolean", default: false },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) return "help";
    const [given, ...more] = positionals;
    if (given === undefined) return "Name the folder of the reference files.";
    if (more.length > 0) return `One folder at a time; "${more[0]}" is one too many.`;
    const dir = resolve(given);
    const found = statSync(dir, { throwIfNoEntry: false });
    if (found === undefined) return `There is no folder "${given}".`;
    if (!found.isDirectory()) return `"${given}" is a file; name the folder that holds the reference files.`;
    const only = values.only ?? "";
    const files = readdirSync(dir)
      .filter((name) => /\.json(\.gz)?$/.test(name) && name.includes(only))
      .sort();
    if (files.length === 0)
      return only === ""
        ? `${dir} holds no .json or .json.gz file.`
        : `No .json or .json.gz file in ${dir} has "${only}" in its name.`;
    return { dir, files, json: values.json, browser: values.browser };
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

type Read = { readonly document: unknown } | { readonly error: string };

function readDocument(path: string): Read {
  try {
    const bytes = readFileSync(path);
    return { document: JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")) };
  } catch (thrown) {
    return { error: `cannot be read: ${sentenceOf(thrown)}` };
  }
}

/** Checks for the file, or the reason why it is none of ours. One that cannot be read is one failed case. */
async function checksOf(read: Read, wishes: Wishes): Promise<readonly NamedCheck[] | string> {
  if ("error" in read) return [{ check: async () => [] }];
  const kind = kindOf(read.document);
  const load = CHECKS.get(kind ?? "");
  if (load === undefined)
    return kind === null
      ? "it has no header.kind, so it is no reference file"
      : `its kind "${kind}" is unknown`;
  return load(wishes);
}

function summed(file: string, executor: string | undefined, all: readonly CaseResult[]): FileResult {
  const results = all.filter(({ outside }) => outside === undefined);
  const passed = results.filter((result) => result.passed).length;
  return {
    file,
    ...(executor === undefined ? {} : { executor }),
    cases: results.length,
    passed,
    failed: results.length - passed,
    worst: finiteOrNull(results.reduce((most, { worst }) => Math.max(most, worst), 0)),
    outside: all.flatMap(({ id, outside }) => (outside === undefined ? [] : [{ id, reason: outside }])),
    results,
  };
}

function kindOf(document: unknown): string | null {
  if (typeof document !== "object" || document === null || !("header" in document)) return null;
  const { header } = document;
  if (typeof header !== "object" || header === null || !("kind" in header)) return null;
  return typeof header.kind === "string" ? header.kind : null;
}

/** JSON has no Infinity: null stands for what has no share, such as a count that differs. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** False, with a sentence said, when it cannot be written. */
function writeJson(path: string, report: unknown): boolean {
  const text = JSON.stringify(
    report,
    (_, value: unknown) => (typeof value === "number" ? finiteOrNull(value) : value),
    1,
  );
  try {
    writeFileSync(path, `${text}\n`);
    return true;
  } catch (thrown) {
    console.error(`--json ${path} cannot be written: ${sentenceOf(thrown)}`);
    return false;
  }
}

function print(result: FileResult | undefined): void {
  if (result === undefined) return;
  const { file, executor, cases, passed, failed, worst, results, outside } = result;
  const name = executor === undefined ? file : `${file} · ${executor}`;
  const share = worst === null ? "a count differs" : worst.toPrecision(3);
  console.log(row(name, String(cases), String(passed), String(failed), share));
  for (const { id, passed: isGood, says } of results) if (!isGood) console.log(`  ✗ ${id}: ${says}`);
  const reasons = new Map<string, string[]>();
  for (const { id, reason } of outside) reasons.set(reason, [...(reasons.get(reason) ?? []), id]);
  for (const [reason, ids] of reasons) {
    const shown = ids.length > 3 ? `${ids.length} questions, ${ids[0]} to ${ids.at(-1)}` : ids.join(", ");
    console.log(`  – ${shown}: ${reason}`);
  }
}

function row(file: string, cases: string, passed: string, failed: string, worst: string): string {
  return `${file.padEnd(40)}${cases.padStart(7)}${passed.padStart(8)}${failed.padStart(8)}  ${worst}`;
}
