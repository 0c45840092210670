// The readers and the pairing of `npm run evaluate`: formats, foreign names, and sentences with file and line.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterAll, describe, expect, it } from "vitest";
import { pairPages } from "./pair-pages.ts";
import { readCompetitionJson } from "./read-competition-json.ts";
import { readPath } from "./read-path.ts";
import { readSubmissionCsv } from "./read-submission-csv.ts";

const folder = mkdtempSync(join(tmpdir(), "evaluate-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SQUARE = [0, 0, 10, 0, 10, 10, 0, 10];

it("competition JSON: names are plain data, a bad word costs only itself", () => {
  const text = `{"images": {"__proto__": {"words": {"1": {"points": [[0,0],[10,0],[10,10],[0,10]], "transcription": "###"}}},
    "a.jpg": {"words": {"x": {"points": [[1,2],[3,"4"]]}}}}}`;
  const { pages, problems } = readCompetitionJson("t.json", text);
  expect([...pages]).toEqual([
    ["__proto__", [{ xy: SQUARE, ignore: true, text: "###" }]],
    ["a.jpg", []],
  ]);
  expect(problems).toEqual(['t.json: images["a.jpg"].words["x"].points[1] should be two numbers [x, y].']);
  expect(() => readCompetitionJson("t.json", "{")).toThrow(/t\.json is not JSON/);
});

it("submission CSV: polygons by |, commas in names, lines in messages", () => {
  const text = 'filename,polygons\n"a, b.jpg",0 0 10 0 10 10 0 10|1 2 3\nnone.jpg,\nc.jpg,1 x 2 3\n';
  const { pages, problems } = readSubmissionCsv("p.csv", text);
  expect([...pages].map(([name, words]) => [name, words.map(({ xy }) => xy)])).toEqual([
    ["a, b.jpg", [SQUARE]],
    ["none.jpg", []],
    ["c.jpg", []],
  ]);
  expect(problems).toEqual([
    "p.csv, line 2, polygon 2: 3 numbers do not make x, y pairs.",
    "p.csv, line 4, polygon 1: number 2 is not a number.",
  ]);
});

describe("ICDAR text in a zip", () => {
  const zip = join(folder, "res.zip");
  const text = "\uFEFF0,0,10,0,10,10,0,10\r\n0,0,10,0,10,10,0,10,0.93\r\n0,0,5,0,5,5\r\nno\r\n";
  writeFileSync(zip, zipSync({ "sub/res_img_1.txt": strToU8(text), "readme.md": strToU8("hello") }));

  it("reads boxes, confidences and polygons", () => {
    const { pages, problems } = readPath(zip, "predictions");
    expect(pages.get("img_1")?.map(({ xy }) => xy)).toEqual([SQUARE, SQUARE, [0, 0, 5, 0, 5, 5]]);
    expect(problems).toEqual(['sub/res_img_1.txt, line 4: field 1 is "no", not a number.']);
  });

  it("refuses what is no zip", () => {
    const broken = join(folder, "broken.zip");
    writeFileSync(broken, "hello");
    expect(() => readPath(broken, "truth")).toThrow(/not a zip archive/);
  });
});

it("pairs pages by name, else by a stem that only one has", () => {
  const pairing = pairPages(
    new Map([
      ["a.jpg", []],
      ["b.jpg", []],
      ["b.png", []],
    ]),
    new Map([
      ["a", []],
      ["b", []],
    ]),
  );
  expect(pairing.pairs.map(({ name }) => name)).toEqual(["a.jpg", "b.jpg", "b.png"]);
  expect(pairing.unmentioned).toEqual(["b.jpg", "b.png"]);
  expect(pairing.unknown).toEqual(["b"]);
});
