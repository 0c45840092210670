import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCanvas } from "@napi-rs/canvas";
import { expect, it } from "vitest";
import { readPages } from "./pages.ts";

it("reports a picture without pixels and reads the others", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pages-"));
  try {
    const whole = createCanvas(40, 20).toBuffer("image/png");
    writeFileSync(join(folder, "whole.png"), whole);
    // A JPEG as far as headers go: no tables, no pixels.
    const torn = [
      ...[0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 1, 64, 0, 200, 1, 1, 0x11, 0],
      ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 7, 0xff, 0xd9],
    ];
    writeFileSync(join(folder, "torn.jpg"), Uint8Array.from(torn));
    for (const name of ["whole", "torn"])
      writeFileSync(join(folder, `${name}.txt`), "1,1,9,1,9,9,1,9,word\n");
    const { pages, dataset } = await readPages(folder, undefined);
    expect(pages.map(({ name }) => name)).toEqual(["whole.png"]);
    const refused = dataset.reports.filter(({ verdict }) => verdict === "refused").map(({ file }) => file);
    expect(refused).toEqual(["torn.jpg"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
