// `npm run check-data -- PATH… [--images DIR] [--label-space S] [--json FILE]`: judges pictures and label files one by
// one, without training. Prints a table; exit code 0 when it ran, whatever the files are worth, 2 for wrong arguments.

import { readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type FileReport, type ForeignFile, judgeFiles } from "../src/dataset/index.ts";
import { diskFile } from "./disk-file.ts";

/** Raised when a key of the JSON changes its meaning. */
const SCHEMA = "check-data/1";
const USAGE = `Usage: npm run check-data -- PATH… [--images DIR] [--label-space auto|upright|stored] [--json FILE]
  PATH…           pictures, label files, or folders of them; each file is judged on its own, nothing is trained
  --images DIR    where the pictures lie, when not beside the labels
  --label-space   how labels of turned photographs are meant (auto: told apart for each picture)
  --json FILE     writes every verdict with its reasons`;
const LABEL_SPACES = ["auto", "upright", "stored"] as const;

class WrongArguments extends Error {}

interface Job {
  readonly files: readonly ForeignFile[];
  readonly imagesDir: string | undefined;
  readonly labelSpace: (typeof LABEL_SPACES)[number];
  readonly jsonFile: string | undefined;
}

export async function run(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  let job: Job;
  try {
    job = readArguments(args);
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : String(thrown));
    console.error(USAGE);
    return 2;
  }
  const reports = await judgeFiles({
    files: job.files,
    picturesFor: pictureLookup(job.imagesDir),
    labelSpace: job.labelSpace,
  });
  printTable(reports);
  if (job.jsonFile !== undefined) {
    try {
      writeFileSync(job.jsonFile, `${JSON.stringify({ schema: SCHEMA, files: reports }, null, 1)}\n`);
    } catch (thrown) {
      console.error(`--json: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      return 2;
    }
  }
  return 0;
}

function readArguments(args: readonly string[]): Job {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      images: { type: "string" },
      json: { type: "string" },
      "label-space": { type: "string", default: "auto" },
    },
  });
  if (positionals.length === 0) throw new WrongArguments("Which files? Name at least one file or folder.");
  const labelSpace = LABEL_SPACES.find((space) => space === values["label-space"]);
  if (labelSpace === undefined)
    throw new WrongArguments(
      `--label-space is one of ${LABEL_SPACES.join(", ")}, not "${values["label-space"]}".`,
    );
  if (values.images !== undefined && !isFolder(values.images))
    throw new WrongArguments(`--images: there is no folder "${values.images}".`);
  return { files: positionals.flatMap(filesAt), imagesDir: values.images, labelSpace, jsonFile: values.json };
}

/** The file itself, or every file below a folder, in order of their names. */
function filesAt(path: string): ForeignFile[] {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw new WrongArguments(`There is no file or folder "${path}".`);
  return status.isDirectory() ? filesBelow(path) : [foreignFile(path)];
}

function filesBelow(folder: string): ForeignFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .sort()
    .map(foreignFile);
}

function foreignFile(path: string): ForeignFile {
  return { path: path.replaceAll("\\", "/"), file: diskFile(path) };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Looks beside the label file, and in --images or, without it, in a folder `images` beside it or one level up. */
function pictureLookup(
  imagesDir: string | undefined,
): (labelPath: string) => Promise<readonly ForeignFile[]> {
  const given = imagesDir === undefined ? undefined : filesBelow(imagesDir);
  const byFolder = new Map<string, readonly ForeignFile[]>();
  return async (labelPath) => {
    const folder = dirname(labelPath);
    const known =
      byFolder.get(folder) ?? withoutDoubles([...filesIn(folder), ...(given ?? imagesNear(folder))]);
    byFolder.set(folder, known);
    return known;
  };
}

function filesIn(folder: string): ForeignFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => foreignFile(join(folder, entry.name)));
}

function imagesNear(folder: string): ForeignFile[] {
  return [join(folder, "images"), join(folder, "..", "images")].filter(isFolder).flatMap(filesBelow);
}

/** Two folders may hold the same file, spelt differently. */
function withoutDoubles(files: readonly ForeignFile[]): ForeignFile[] {
  return [...new Map(files.map((foreign) => [resolve(foreign.path), foreign])).values()];
}

function printTable(reports: readonly FileReport[]): void {
  const widest = Math.min(60, Math.max(4, ...reports.map(({ file }) => file.length)));
  console.log(`${"verdict".padEnd(9)} ${"file".padEnd(widest)}  words ignore reject        size  labels`);
  for (const report of reports) {
    const size = report.width === null ? "" : `${report.width}×${report.height}`;
    const counts = [report.instances, report.ignored, report.rejected]
      .map((n) => String(n).padStart(6))
      .join("");
    console.log(
      `${report.verdict.padEnd(9)} ${report.file.padEnd(widest)} ${counts} ${size.padStart(11)}  ${report.labelSpace ?? ""}`.trimEnd(),
    );
    for (const reason of report.reasons) console.log(`          · ${reason}`);
  }
  const count = (verdict: FileReport["verdict"]): string =>
    `${reports.filter((report) => report.verdict === verdict).length} ${verdict}`;
  const total = reports.length === 1 ? "1 file" : `${reports.length} files`;
  console.log(
    `${total}: ${count("accepted")}, ${count("warning")}, ${count("partial")}, ${count("refused")}.`,
  );
}
