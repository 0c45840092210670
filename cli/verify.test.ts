// `npm run verify` as a person runs it: rows, closing line, exit code, the JSON, and sentences for whatever is wrong with files.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { commandTest } from "./command-test.ts";
import { run } from "./verify.ts";

const square = (x: number) => [
  [x, 0],
  [x + 10, 0],
  [x + 10, 10],
  [x, 10],
];
/** One word found, one box beside it. The numbers are those of the protocol, by hand. */
const found = {
  id: "found",
  tags: ["edge"],
  gt: [{ points: square(0), ignore: false }],
  pred: [{ points: square(0) }, { points: square(40) }],
  expected: {
    ...{ recall: 1, precision: 0.5, hmean: 2 / 3, gtCare: 1, detCare: 2, detMatched: 1 },
    ...{ gtDontCare: [], detDontCare: [], validGt: 1, validPred: 2, pairs: [{ gt: 0, det: 0 }] },
  },
};
const header = { kind: "eval-iou", tolerance: { ratios_abs: 1e-9 } };
const withHmean = (id: string, hmean: number) => ({ ...found, id, expected: { ...found.expected, hmean } });

describe("verify", () => {
  const test = commandTest("verify");

  function put(name: string, content: unknown): void {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    test.put(name, name.endsWith(".gz") ? gzipSync(text) : text);
  }

  async function report(...args: readonly string[]) {
    const json = join(test.dir, "report.out");
    const code = await run([test.dir, "--json", json, ...args]);
    return { code, written: JSON.parse(readFileSync(json, "utf8")) };
  }

  it("passes what is right, in plain and in packed files, and ends with the counts", async () => {
    put("a.json", {
      header,
      cases: [found],
      sets: [{ id: "all", cases: ["found"], expected: { recall: 1, precision: 0.5, hmean: 2 / 3 } }],
    });
    put("b.json.gz", { header, cases: [found], sets: [] });
    put("notes.txt", "no reference");
    const { code, written } = await report();
    expect(code).toBe(0);
    expect(test.said.at(-1)).toBe("3 passed, 0 failed");
    expect(written.files).toMatchObject([
      { file: "a.json", cases: 2, passed: 2, failed: 0, worst: 0 },
      { file: "b.json.gz", cases: 1, passed: 1, failed: 0, worst: 0 },
    ]);
  });

  it("fails what is wrong, with every deviation as a share of its tolerance", async () => {
    const cases = [found, withHmean("near", 2 / 3 + 5e-10), withHmean("far", 0.7)];
    put("a.json", {
      header,
      cases: [...cases, { ...found, id: "count", expected: { ...found.expected, detMatched: 2 } }],
      sets: [],
    });
    const { code, written } = await report();
    expect(code).toBe(1);
    expect(test.said.at(-1)).toBe("2 passed, 2 failed");
    const [file] = written.files;
    expect(file).toMatchObject({ cases: 4, passed: 2, failed: 2, worst: null });
    const [, near, far, count] = file.results;
    expect(near).toMatchObject({ id: "near", passed: true, worst: expect.closeTo(0.5, 3) });
    expect(near.deviations).toEqual([
      { what: expect.stringMatching(/^hmean: /), share: expect.closeTo(0.5, 3) },
    ]);
    expect(far.says).toMatch(/^hmean: 0\.66.* instead of 0\.7$/);
    expect(count).toMatchObject({
      worst: null,
      deviations: [{ what: "detMatched: 1 instead of 2", share: null }],
    });
    expect(test.said.join("\n")).toContain("✗ far: hmean");
  });

  it("--only picks files by name", async () => {
    put("one.json", { header, cases: [found], sets: [] });
    put("two.json", "broken");
    const { code, written } = await report("--only", "one");
    expect([code, written.files.length]).toEqual([0, 1]);
    expect(await run([test.dir, "--only", "three"])).toBe(2);
    expect(test.said.join("\n")).toContain('has "three" in its name');
  });

  it.each([
    ["no JSON", "{", /cannot be read/],
    ["another shape", { header, cases: [] }, /sets: /],
    [
      "another variant",
      { header: { ...header, kind: "eval-cleval", variant: "word" }, cases: [], sets: [] },
      /"word"/,
    ],
    [
      "tensors cut off",
      {
        header: {
          kind: "db-postprocess",
          params: { min_size: 3, unclip_ratio_quad: 1, unclip_ratio_polygon: 2 },
        },
        cases: [{ id: "x", map: { shape: [2, 2], dtype: "uint8", data: "AAAA" }, runs: [] }],
      },
      /./,
    ],
  ])("a file with %s is one failed case with a sentence", async (_, content, says) => {
    put("odd.json", content);
    put("good.json", { header, cases: [found], sets: [] });
    const { code, written } = await report();
    expect(code).toBe(1);
    expect(test.said.at(-1)).toBe("1 passed, 1 failed");
    const odd = written.files.find(({ file }: { file: string }) => file === "odd.json");
    expect(odd.results[0].says).toMatch(says);
    expect(odd.results[0].says).not.toMatch(/\n/);
  });

  it("a case of another shape costs itself and not its file", async () => {
    put("a.json", { header, cases: [found, { id: "odd", tags: [] }, withHmean("far", 0.7)], sets: [] });
    const { written } = await report();
    expect(test.said.at(-1)).toBe("1 passed, 2 failed");
    expect(
      written.files[0].results.map(({ id, passed }: { id: string; passed: boolean }) => [id, passed]),
    ).toEqual([
      ["found", true],
      ["odd", false],
      ["far", false],
    ]);
  });

  it("a file that is no reference is skipped with the reason; nothing checked is no success", async () => {
    put("package.json", { name: "x" });
    put("later.json", { header: { kind: "ctc" } });
    const { code, written } = await report();
    expect(code).toBe(1);
    expect(written.skipped).toEqual([
      'later.json: its kind "ctc" is unknown',
      "package.json: it has no header.kind, so it is no reference file",
    ]);
    expect(test.said.join("\n")).toContain("Nothing in");
  });

  it("real pages need their labels: inside the folder, or in ../data", async () => {
    const sums = { sum: 0, blocks: [[0]] };
    const maps = {
      gt: sums,
      mask: { sum: 4, blocks: [[1]] },
      thresh_map: { sum: 1.2, blocks: [[0.3]] },
      thresh_mask: sums,
    };
    const image = {
      id: "p",
      width: 2,
      height: 2,
      db: maps,
      seed: { prob_map: sums, thresh_map: maps.thresh_map },
    };
    put("real.json", { header: { kind: "db-targets-real" }, images: [image] });
    expect((await report()).written.files[0].results[0].says).toContain("labels.json");
    put("real/labels.json", { images: [{ id: "p", instances: [] }] });
    expect((await report("--only", "real")).code).toBe(0);
  });

  it.each([
    [[], "Name the folder"],
    [["no-such-folder"], 'no folder "no-such-folder"'],
    [["package.json"], "is a file"],
    [["src", "cli"], '"cli" is one too many'],
    [["src"], "holds no .json"],
    [["src", "--loud"], "--loud"],
  ])("answers wrong arguments %j with a sentence and 2", async (args, says) => {
    expect(await run(args)).toBe(2);
    expect(test.said.join("\n")).toContain(says);
    expect(test.said.join("\n")).toContain("Usage");
  });

  it("says when the report cannot be written", async () => {
    put("a.json", { header, cases: [found], sets: [] });
    expect(await run([test.dir, "--json", join(test.dir, "no", "where.json")])).toBe(2);
    expect(test.said.join("\n")).toMatch(/--json .*where\.json cannot be written/);
  });
});
