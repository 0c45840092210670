import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandTest } from "./command-test.ts";
import { run } from "./check-data.ts";

const ROW = "10,20,60,20,60,40,10,40,word\n";

describe("check-data", () => {
  const test = commandTest("check-data");

  /** A JPEG as far as headers go, 200 × 320 with EXIF orientation 6. */
  const turned = Uint8Array.from([
    ...[0xff, 0xd8, 0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8],
    ...[0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0],
    ...[0xff, 0xc0, 0, 11, 8, 1, 64, 0, 200, 1, 1, 0x11, 0],
    ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 7, 0xff, 0xd9],
  ]);

  it("judges every file of a folder and writes the reports", async () => {
    test.put("set/b.txt", `${ROW}1,2,3\n`);
    test.put("set/sub/a.txt", "");
    test.put("set/broken.png", "<html>");
    const json = join(test.dir, "out.json");
    expect(await run([join(test.dir, "set"), "--json", json])).toBe(0);
    const written = JSON.parse(readFileSync(json, "utf8")) as {
      schema: string;
      files: Record<string, unknown>[];
    };
    expect(written.schema).toBe("check-data/1");
    expect(
      written.files.map(({ file, verdict }) => [String(file).slice(test.dir.length + 1), verdict]),
    ).toEqual([
      ["set/b.txt", "partial"],
      ["set/broken.png", "refused"],
      ["set/sub/a.txt", "accepted"],
    ]);
    expect(written.files[0]).toMatchObject({
      instances: 1,
      ignored: 0,
      rejected: 1,
      width: null,
      labelSpace: null,
    });
    expect(test.said.at(-1)).toBe("3 files: 1 accepted, 0 warning, 1 partial, 1 refused.");
  });

  it.each([
    ["beside the labels", "labels/photo.jpg", []],
    ["in a folder images beside them", "labels/images/photo.jpg", []],
    ["in a folder images one level up", "images/photo.jpg", []],
    ["where --images says", "elsewhere/deep/photo.jpg", ["--images", "elsewhere"]],
    ["where --images and habit agree", "images/photo.jpg", ["--images", "labels/../images"]],
    ["beside the labels, which --images names too", "labels/photo.jpg", ["--images", "labels"]],
  ])("finds the picture %s", async (_, place, [flag, folder]) => {
    test.put(place, turned);
    const words = {
      w: {
        points: [
          [250, 10],
          [300, 10],
          [300, 30],
          [250, 30],
        ],
      },
    };
    const labels = test.put("labels/labels.json", JSON.stringify({ images: { "photo.jpg": { words } } }));
    const json = join(test.dir, "out.json");
    const images = flag === undefined ? [] : [flag, join(test.dir, folder ?? "")];
    expect(await run([labels, join(test.dir, place), "--json", json, ...images])).toBe(0);
    expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({
      files: [
        { verdict: "accepted", labelSpace: "upright" },
        { verdict: "accepted", width: 320, height: 200 },
      ],
    });
  });

  it.each([
    [[], "Which files?"],
    [["no-such-file"], 'no file or folder "no-such-file"'],
    [[".", "--images", "no-such-folder"], 'no folder "no-such-folder"'],
    [[".", "--label-space", "sideways"], '"sideways"'],
    [[".", "--unknown"], "--unknown"],
    [[".", "--json"], "--json"],
  ])("answers wrong arguments %j with a sentence and 2", async (args, says) => {
    expect(await run(args)).toBe(2);
    expect(test.said.join("\n")).toContain(says);
    expect(test.said.at(-1)).toContain("Usage");
  });
});
