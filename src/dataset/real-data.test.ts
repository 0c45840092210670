// Runs the importers over the shared real and malformed data, in place. Skipped where that folder is absent.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { importDataset } from "./import-dataset.ts";
import { judgeFiles } from "./judge-files.ts";
import type { ForeignFile } from "./open-file.ts";
import type { FileReport, Verdict } from "./types.ts";

const dataDir = resolve(import.meta.dirname, "../../../shared/data");
const realDir = join(dataDir, "real");
const malformedDir = join(dataDir, "malformed");

function foreign(root: string, path: string): ForeignFile {
  return { path, file: new Blob([readFileSync(join(root, path))]) };
}

function below(root: string, folder: string): ForeignFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => foreign(root, join(entry.parentPath, entry.name).slice(root.length + 1)));
}

interface Truth {
  readonly images: readonly {
    readonly file: string;
    readonly width: number;
    readonly height: number;
    readonly instances: readonly {
      readonly ignore: boolean;
      readonly points: readonly (readonly number[])[];
    }[];
  }[];
}

describe.skipIf(!existsSync(realDir))("real data", () => {
  const truth = () => JSON.parse(readFileSync(join(realDir, "labels.json"), "utf8")) as Truth;

  async function pagesFrom(folder: string) {
    const set = await importDataset({
      files: [...below(realDir, "images"), ...below(realDir, folder)],
      name: folder,
      labelSpace: "auto",
      validationShare: 0.2,
      seed: 1,
    });
    expect(set.reports.filter(({ verdict }) => verdict === "refused" || verdict === "partial")).toEqual([]);
    return new Map([...set.train, ...set.validation].map((page) => [page.id, page]));
  }

  // Half a pixel where the converted file holds rounded numbers.
  it.each([
    ["formats/ufo", 47, 0],
    ["formats/paddleocr", 47, 0.5],
    ["formats/icdar2015/converted", 46, 0.5],
    ["formats/icdar2015/original", 1, 0],
    ["formats/mtwi", 12, 0],
    ["formats/labelme", 10, 0],
    ["formats/mmocr_1x", 6, 0],
  ])("%s gives %i pages with the words of labels.json", async (folder, count, tolerancePx) => {
    const pages = await pagesFrom(folder);
    expect(pages.size).toBe(count);
    for (const { file, width, height, instances } of truth().images) {
      const page = pages.get(file);
      if (page === undefined) continue;
      expect([page.size.widthPx, page.size.heightPx]).toEqual([width, height]);
      expect(page.words.map(({ ignore }) => ignore)).toEqual(instances.map(({ ignore }) => ignore));
      for (const [i, { points }] of instances.entries()) {
        const flat = points.flat();
        const read = [...(page.words[i]?.polygon ?? [])];
        expect([file, i, read.length]).toEqual([file, i, flat.length]);
        const worst = Math.max(...flat.map((value, j) => Math.abs(value - (read[j] ?? Number.NaN))));
        expect(worst).toBeLessThanOrEqual(tolerancePx);
      }
    }
  });

  it("names every format that is not read yet", async () => {
    const folders = [
      "coco",
      "coco_text",
      "doctr",
      "funsd",
      "labelstudio",
      "pagexml",
      "totaltext",
      "wildreceipt",
    ];
    const files = folders.flatMap((folder) => below(realDir, `formats/${folder}`));
    const reports = await judgeFiles({ files, picturesFor: async () => [], labelSpace: "auto" });
    for (const { file, verdict, reasons } of reports)
      expect([file, verdict, /^this looks like /.test(reasons[0] ?? "")]).toEqual([file, "refused", true]);
  });
});

interface Fixture {
  readonly file: string;
  readonly expect: string;
  readonly width?: number;
  readonly height?: number;
  readonly instances?: number;
  readonly ignored?: number;
  readonly rejected?: number;
  readonly goodInstances?: readonly string[];
  readonly mustSkip?: readonly string[];
  readonly eitherWay?: readonly string[];
  readonly labelSpace?: "canonical" | "stored";
}

const VERDICTS: Readonly<Record<string, readonly Verdict[]>> = {
  accept: ["accepted"],
  accept_with_warning: ["warning"],
  accept_rest: ["partial"],
  reject: ["refused"],
  accept_or_clear_error: ["accepted", "warning", "refused"],
  reject_or_accept_rest: ["refused", "partial"],
  reject_or_warn: ["refused", "warning"],
};

describe.skipIf(!existsSync(malformedDir))("malformed data", () => {
  const manifest = existsSync(malformedDir)
    ? (JSON.parse(readFileSync(join(malformedDir, "manifest.json"), "utf8")) as { fixtures: Fixture[] })
        .fixtures
    : [];

  async function judge(file: string): Promise<FileReport> {
    const pictures = [...below(malformedDir, "images"), ...below(malformedDir, "exif")];
    const [report] = await judgeFiles({
      files: [foreign(malformedDir, file)],
      picturesFor: async () => pictures,
      labelSpace: "auto",
    });
    if (report === undefined) throw new Error(`no report of ${file}`);
    return report;
  }

  it.each(manifest.map((fixture) => [fixture.file, fixture] as const))("%s", async (file, fixture) => {
    const report = await judge(file);
    expect(VERDICTS[fixture.expect]).toContain(report.verdict);
    if (report.verdict !== "accepted") expect(report.reasons.length).toBeGreaterThan(0);
    if (report.verdict === "refused") return;
    for (const key of ["width", "height", "instances", "ignored", "rejected"] as const)
      if (fixture[key] !== undefined) expect([key, report[key]]).toEqual([key, fixture[key]]);
    if (fixture.labelSpace !== undefined)
      expect(report.labelSpace).toBe(fixture.labelSpace === "canonical" ? "upright" : "stored");
    const either = fixture.eitherWay?.length ?? 0;
    if (fixture.goodInstances !== undefined) {
      expect(report.instances).toBeGreaterThanOrEqual(fixture.goodInstances.length);
      expect(report.instances).toBeLessThanOrEqual(fixture.goodInstances.length + either);
      for (const id of fixture.mustSkip ?? [])
        expect(report.reasons.some((reason) => reason.includes(`words["${id}"]`))).toBe(true);
    }
  });

  it("maps the labels of every orientation onto the same upright words, in whichever space they came", async () => {
    const names = new Set(readdirSync(join(malformedDir, "exif")).map((name) => name.split(".")[0] ?? ""));
    const placed = async (name: string, space: string) => {
      const files = [`exif/${name}.jpg`, `exif/${name}.${space}.ufo.json`].map((path) =>
        foreign(malformedDir, path),
      );
      const set = await importDataset({ files, name, labelSpace: "auto", validationShare: 0, seed: 1 });
      return set.train[0]?.words.map(({ polygon }) => [...polygon]);
    };
    for (const name of names) {
      const canonical = await placed(name, "canonical");
      expect(canonical).toHaveLength(3);
      expect(await placed(name, "stored")).toEqual(canonical);
    }
  });

  it("tells words partly and wholly outside once the picture is known", async () => {
    const labels = readFileSync(join(malformedDir, "labels/icdar_out_of_bounds.txt"));
    const files = [
      foreign(malformedDir, "images/good.jpg"),
      { path: "images/good.txt", file: new Blob([labels]) },
    ];
    const set = await importDataset({
      files,
      name: "bounds",
      labelSpace: "auto",
      validationShare: 0,
      seed: 1,
    });
    const report = set.reports.find(({ file }) => file === "images/good.txt");
    expect(report).toMatchObject({ verdict: "warning", instances: 6, ignored: 1, rejected: 0 });
    expect(report?.reasons.join("\n")).toMatch(
      /2 words lie partly outside.*line 4, line 6\n.*1 word lies wholly/,
    );
  });
});
