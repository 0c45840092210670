// `npm run verify -- DIR`: computes what every reference file in DIR holds with the product's own code and compares.
// One row a file and executor; ends with `N passed, N failed` in cases. Exit code 0 all passed, 1 something failed, 2 wrong arguments.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { CHECKS } from "./verify/checks.ts";
import type { CaseResult, NamedCheck } from "./verify/types.ts";

const USAGE = `Usage: npm run verify -- DIR [--only NAME] [--json FILE]
  DIR          folder of reference files (*.json, *.json.gz)
  --only NAME  only files whose name contains NAME
  --json FILE  write every result as JSON`;

interface FileResult {
  readonly file: string;
  /** What it ran on, where there are several: "tfjs-cpu", "wasm". */
  readonly executor?: string;
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  /** Cases that ask for something the product or this executor does not have; neither passed nor failed. */
  readonly outside: number;
  /** Greatest deviation as a share of its tolerance; null stands for a count or shape that differs. */
  readonly worst: number | null;
  readonly results: readonly (Omit<CaseResult, "worst"> & { readonly worst: number | null })[];
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
  console.log(row("file", "cases", "passed", "failed", "worst / tolerance"));
  for (const file of options.files) {
    const path = join(options.dir, file);
    const checks = await checksOf(path);
    if (typeof checks === "string") {
      skipped.push(`${file}: ${checks}`);
      continue;
    }
    for (const check of checks) {
      const result = await checkFile(path, options.dir, file, check);
      files.push(result);
      print(result);
    }
  }
  for (const line of skipped) console.log(`skipped ${line}`);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ files, skipped }, null, 1)}\n`);
  const failed = files.reduce((sum, file) => sum + file.failed, 0);
  const outside = files.reduce((sum, { cases, passed, failed }) => sum + cases - passed - failed, 0);
  if (outside > 0)
    console.log(`${outside} cases marked – ask for what the product or that executor does not have`);
  console.log(`${files.reduce((sum, file) => sum + file.passed, 0)} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

interface Options {
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
      options: { only: { type: "string" }, json: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) return "help";
    const [given, ...more] = positionals;
    if (given === undefined) return "Name the folder of the reference files.";
    if (more.length > 0) return `One folder at a time; "${more[0]}" is one too many.`;
    const dir = resolve(given);
    const only = values.only ?? "";
    const files = readdirSync(dir)
      .filter((name) => /\.json(\.gz)?$/.test(name) && name.includes(only))
      .sort();
    if (files.length === 0)
      return only === ""
        ? `${dir} holds no .json or .json.gz file.`
        : `No .json or .json.gz file in ${dir} has "${only}" in its name.`;
    return { dir, files, json: values.json };
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** Checks for the file, or the reason why it is none of ours. One that cannot be read is checked by what says so. */
async function checksOf(path: string): Promise<readonly NamedCheck[] | string> {
  try {
    const kind = kindOf(read(path));
    const load = CHECKS.get(kind ?? "");
    if (load === undefined) return kind === null ? "no header.kind" : `unknown kind "${kind}"`;
    return await load();
  } catch (thrown) {
    return [{ check: () => Promise.reject(thrown) }];
  }
}

function read(path: string): unknown {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
}

/** A file that cannot be read or checked is one failed case. */
async function checkFile(
  path: string,
  dir: string,
  file: string,
  { check, executor }: NamedCheck,
): Promise<FileResult> {
  let results: readonly CaseResult[];
  try {
    results = await check(read(path), { dir });
  } catch (thrown) {
    const says = thrown instanceof Error ? thrown.message : String(thrown);
    results = [{ id: "the whole file", passed: false, worst: Infinity, says }];
  }
  const checked = results.filter(({ outside }) => outside === undefined);
  const passed = checked.filter((result) => result.passed).length;
  return {
    file,
    ...(executor === undefined ? {} : { executor }),
    cases: results.length,
    passed,
    failed: checked.length - passed,
    outside: results.length - checked.length,
    worst: finiteOrNull(checked.reduce((most, { worst }) => Math.max(most, worst), 0)),
    results: results.map((result) => ({ ...result, worst: finiteOrNull(result.worst) })),
  };
}

function kindOf(document: unknown): string | null {
  if (typeof document !== "object" || document === null || !("header" in document)) return null;
  const { header } = document;
  if (typeof header !== "object" || header === null || !("kind" in header)) return null;
  return typeof header.kind === "string" ? header.kind : null;
}

/** JSON has no Infinity. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function print({ file, executor, cases, passed, failed, worst, results }: FileResult): void {
  const name = executor === undefined ? file : `${file} · ${executor}`;
  const share = worst === null ? "a count differs" : worst.toPrecision(3);
  console.log(row(name, String(cases), String(passed), String(failed), share));
  const reasons = new Map<string, string[]>();
  for (const { id, passed, says, outside } of results) {
    if (outside !== undefined) reasons.set(outside, [...(reasons.get(outside) ?? []), id]);
    else if (!passed) console.log(`  ✗ ${id}: ${says}`);
  }
  for (const [reason, ids] of reasons) {
    const shown = ids.length > 3 ? `${ids.length} cases, ${ids[0]} to ${ids.at(-1)}` : ids.join(", ");
    console.log(`  – ${shown}: ${reason}`);
  }
}

function row(file: string, cases: string, passed: string, failed: string, worst: string): string {
  return `${file.padEnd(40)}${cases.padStart(7)}${passed.padStart(8)}${failed.padStart(8)}  ${worst}`;
}
