import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeLinePages } from "./line-pages.ts";
import { readPages } from "./pages.ts";

it("line pages are read back with every word inside the page, several to a line", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lines-"));
  try {
    writeLinePages(folder, { pages: 2, sizePx: 256, seed: 5 });
    const { pages } = await readPages(folder, undefined);
    expect(pages.map(({ name }) => name)).toEqual(["page-000.png", "page-001.png"]);
    for (const { words } of pages) {
      expect(words.length).toBeGreaterThan(10);
      for (const { polygon, text } of words) {
        expect(text).toMatch(/^[a-z]+$/);
        expect(Math.max(...polygon)).toBeLessThanOrEqual(256);
        expect(Math.min(...polygon)).toBeGreaterThanOrEqual(0);
      }
      const tops = words.map(({ polygon }) => polygon[7]);
      expect(new Set(tops).size).toBeLessThan(words.length);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
