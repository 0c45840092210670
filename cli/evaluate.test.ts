// `npm run evaluate` as a person runs it: four metrics, every submission format, one and the same score, sentences for bad input.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { run } from "./evaluate.ts";

const box = (x: number) => [
  [x, 0],
  [x + 80, 0],
  [x + 80, 20],
  [x, 20],
];
const line = (points: readonly (readonly number[])[], by: string) => points.flat().join(by);
/** Two words, the first found, and one false box. */
const WORDS = [box(0), box(200)];
const FOUND = [box(0), box(500)];

describe("evaluate", () => {
  let dir = "";
  let said: string[] = [];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "evaluate-"));
    said = [];
    vi.spyOn(console, "log").mockImplementation((text: string) => said.push(text));
    vi.spyOn(console, "error").mockImplementation((text: string) => said.push(text));
    put("truth.json", ufo(WORDS, "word"));
  });

  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(dir, { recursive: true });
  });

  function put(name: string, content: string | Uint8Array): string {
    const path = join(dir, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  const ufo = (boxes: readonly (readonly number[][])[], transcription?: string) =>
    JSON.stringify({
      images: {
        "a.jpg": {
          words: Object.fromEntries(boxes.map((points, i) => [String(i), { points, transcription }])),
        },
      },
    });

  async function score(predictions: string, ...args: readonly string[]) {
    const json = join(dir, "out.json");
    const code = await run([
      "--truth",
      join(dir, "truth.json"),
      "--predictions",
      predictions,
      "--json",
      json,
      ...args,
    ]);
    return { code, report: JSON.parse(readFileSync(json, "utf8")) };
  }

  it.each([
    ["competition JSON", () => put("p.json", ufo(FOUND))],
    [
      "competition CSV",
      () => put("p.csv", `filename,polygons\na.jpg,${FOUND.map((one) => line(one, " ")).join("|")}\n`),
    ],
    ["an ICDAR text file", () => put("res_a.txt", FOUND.map((one) => line(one, ",")).join("\r\n"))],
    [
      "a folder of ICDAR text files",
      () => join(put("res/res_a.txt", FOUND.map((one) => line(one, ",")).join("\n")), ".."),
    ],
    [
      "a zip of ICDAR text files",
      () => put("res.zip", zipSync({ "res_a.txt": strToU8(FOUND.map((one) => line(one, ",")).join("\n")) })),
    ],
  ])("gives the same score from %s", async (_, write) => {
    const { code, report } = await score(write(), "--metric", "icdar");
    expect(code).toBe(0);
    expect(report).toMatchObject({
      metric: "icdar",
      reported: "pooled",
      total: { pooled: { precision: 0.5, recall: 0.5, hmean: 0.5 } },
      pages: [{ name: "a.jpg", truth: 2, detections: 2, hmean: 0.5 }],
      scoring: { n: 1 },
      problems: [],
    });
  });

  it.each([
    // Four pseudo characters a word (80 : 20); the false box costs round(0.5 + 4).
    ["cleval", "mean", { recall: 0.5, precision: 0.5 }],
    // Four letters a word; a horizontal false box costs one.
    ["cleval-upstream", "pooled", { recall: 0.5, precision: 0.8 }],
    ["icdar", "pooled", { recall: 0.5, precision: 0.5 }],
    ["deteval", "pooled", { recall: 0.5, precision: 0.5 }],
  ])("scores by %s and names variant and aggregation", async (metric, reported, expected) => {
    const { code, report } = await score(put("p.json", ufo(FOUND)), "--metric", metric);
    expect(code).toBe(0);
    expect(report).toMatchObject({ metric, reported, total: { [reported]: expected } });
    expect(said[0]).toBe(report.label);
    expect(said.filter((text) => text.includes(" *"))).toHaveLength(1);
    expect(said.join("\n")).toMatch(/scoring took [\d.e-]+ ms a page \(median of 1;/);
  });

  it.each([
    ["no file", "nowhere.json", null, /nowhere\.json \(predictions\) does not exist/],
    ["no JSON", "p.json", "{", /p\.json is not JSON/],
    ["no zip", "p.zip", "hello", /not a zip archive/],
    ["an unknown ending", "p.xml", "<a/>", /p\.xml: should end in/],
    ["a CSV without its header", "p.csv", "a.jpg,1 2 3", /p\.csv, line 1: should be/],
    ["other pages", "p.json", '{"images": {"b.jpg": {"words": {}}}}', /Not one page/],
  ])("answers %s with a sentence and 1", async (_, name, content, says) => {
    const path = content === null ? join(dir, name) : put(name, content);
    expect(await run(["--truth", join(dir, "truth.json"), "--predictions", path])).toBe(1);
    expect(said.join("\n")).toMatch(says);
  });

  it("scores the rest of a file with bad rows, and says which they are", async () => {
    const { code, report } = await score(
      put("p.csv", `filename,polygons\na.jpg,${line(box(0), " ")}|1 2 x\n`),
    );
    expect(code).toBe(1);
    expect(report.pages[0]).toMatchObject({ detections: 1, recall: 0.5, precision: 1 });
    expect(report.problems).toEqual([expect.stringMatching(/p\.csv, line 2, polygon 2/)]);
  });

  it.each([
    [[], "--truth is missing"],
    [["--truth", "t"], "--predictions is missing"],
    [["--truth", "t", "--predictions", "p", "--metric", "f1"], 'no metric "f1"'],
    [["--loud"], "--loud"],
  ])("answers wrong arguments %j with a sentence and 2", async (args, says) => {
    expect(await run(args)).toBe(2);
    expect(said.join("\n")).toContain(says);
  });
});
