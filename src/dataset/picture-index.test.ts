import { describe, expect, it } from "vitest";
import { indexPictures } from "./picture-index.ts";

const index = indexPictures(
  ["set/images/a.jpg", "set/images/b.jpg", "other/b.png", "set/Foto.JPG", "caf\u00e9.png"].map((path) => ({
    path,
  })),
);
const byFile = (name: string, from = "set/labels.json") => index.find({ by: "file", name }, from);
const byStem = (stems: string[], from: string) => index.find({ by: "stem", stems }, from);

describe("indexPictures", () => {
  it.each([
    ["a.jpg", "set/images/a.jpg"],
    ["images/a.jpg", "set/images/a.jpg"],
    ["./images/a.jpg", "set/images/a.jpg"],
    ["images\\a.jpg", "set/images/a.jpg"],
    ["foto.jpg", "set/Foto.JPG"],
    ["cafe\u0301.png", "caf\u00e9.png"],
    ["/somewhere/else/a.jpg", "set/images/a.jpg"],
  ])("finds %s", (name, path) => {
    expect(byFile(name)).toEqual({ kind: "found", entry: { path } });
  });

  it.each(["", ".", "..", "../../secret.jpg", "__proto__", "constructor", "toString", "a", "jpg"])(
    "knows no picture %j",
    (name) => {
      expect(byFile(name).kind).toBe("missing");
    },
  );

  it("pairs by stem, nearest first, and does not guess between two", () => {
    expect(byStem(["b", "gt_b"], "set/images/gt_b.txt")).toMatchObject({
      entry: { path: "set/images/b.jpg" },
    });
    expect(byStem(["b"], "labels/b.txt")).toEqual({
      kind: "ambiguous",
      paths: ["set/images/b.jpg", "other/b.png"],
    });
    expect(byStem(["x", "a"], "labels/x.txt")).toMatchObject({ kind: "found" });
    expect(byStem(["a.jpg"], "labels/a.jpg.txt")).toMatchObject({ entry: { path: "set/images/a.jpg" } });
  });
});
