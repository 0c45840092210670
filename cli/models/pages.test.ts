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
    // Its header is whole and tells a size; what follows are no pixels.
    writeFileSync(join(folder, "torn.png"), Uint8Array.from(whole).fill(0, 41, -16));
    for (const name of ["whole", "torn"])
      writeFileSync(join(folder, `${name}.txt`), "1,1,9,1,9,9,1,9,word\n");
    const { pages, dataset } = await readPages(folder, undefined);
    expect(pages.map(({ name }) => name)).toEqual(["whole.png"]);
    const refused = dataset.reports.filter(({ verdict }) => verdict === "refused").map(({ file }) => file);
    expect(refused).toEqual(["torn.png"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
