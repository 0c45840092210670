// Whatever bytes come, importing answers with reports: it never throws and never lets a number through that is none.

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importDataset } from "./import-dataset.ts";

const sharedDir = resolve(import.meta.dirname, "../../../shared/data");
const read = (path: string): Uint8Array => Uint8Array.from(readFileSync(join(sharedDir, path)));

async function importNeverFails(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const set = await importDataset({
    files: Object.entries(files).map(([path, bytes]) => ({ path, file: new Blob([Uint8Array.from(bytes)]) })),
    name: "fuzz",
    labelSpace: "auto",
    validationShare: 0.5,
    seed: 1,
  });
  expect(set.reports.map(({ file }) => file).sort()).toEqual(Object.keys(files).sort());
  for (const { verdict, reasons, instances, ignored, rejected } of set.reports) {
    if (verdict !== "accepted") expect(reasons.length).toBeGreaterThan(0);
    expect([instances, ignored, rejected].every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
    expect(ignored).toBeLessThanOrEqual(instances);
  }
  for (const { words, size } of [...set.train, ...set.validation]) {
    expect(size.widthPx > 0 && size.heightPx > 0).toBe(true);
    for (const { polygon } of words) expect(polygon.length >= 6 && polygon.every(Number.isFinite)).toBe(true);
  }
}

interface Change {
  readonly at: number;
  readonly drop: number;
  readonly insert: Uint8Array;
}

/** Bytes that label files are made of, so that changes reach beyond the first syntax error. */
const telling = [...'0123456789.,-+e[]{}":#\n\t\r \\nuNaIfty\0\ufeff'].map(
  (letter) => letter.charCodeAt(0) & 255,
);
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  drop: fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 400 })),
  insert: fc
    .array(fc.oneof(fc.constantFrom(...telling), fc.integer({ min: 0, max: 255 })), { maxLength: 6 })
    .map((bytes) => Uint8Array.from(bytes)),
});

function changed(bytes: Uint8Array, changes: readonly Change[]): Uint8Array {
  let now = bytes;
  for (const { at, drop, insert } of changes) {
    const start = at % (now.length + 1);
    now = Uint8Array.from([...now.subarray(0, start), ...insert, ...now.subarray(start + drop)]);
  }
  return now;
}

describe("importDataset", () => {
  it("survives random bytes under any name", async () => {
    const name = fc.constantFrom(
      "a.txt",
      "a.json",
      "a.jpg",
      "a.png",
      "a.webp",
      "Label.txt",
      "a",
      ".",
      "__proto__",
    );
    await fc.assert(
      fc.asyncProperty(name, fc.uint8Array({ maxLength: 300 }), (path, bytes) =>
        importNeverFails({ [path]: bytes }),
      ),
      { numRuns: 500 },
    );
  });

  it("survives random text made of what label files are made of", async () => {
    const text = fc
      .array(fc.constantFrom(...telling), { maxLength: 200 })
      .map((bytes) => Uint8Array.from(bytes));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("a.txt", "a.json", "a.csv"), text, (path, bytes) =>
        importNeverFails({ [path]: bytes }),
      ),
      { numRuns: 500 },
    );
  });

  it.skipIf(!existsSync(sharedDir)).each([
    ["malformed/labels/good_ufo.json", "labels.json"],
    ["malformed/labels/good_icdar.txt", "good.txt"],
    ["malformed/labels/icdar_utf16.txt", "good.txt"],
    ["malformed/labels/labelme_rectangle.json", "good.json"],
    ["malformed/labels/odd_coordinate_count_mmocr.json", "data.json"],
    ["malformed/labels/truncated_paddle_Label.txt", "Label.txt"],
    ["malformed/exif/orientation_6.stored.ufo.json", "labels.json"],
  ])("survives changes to %s, its picture beside it", async (source, path) => {
    const labels = read(source);
    const pictures = {
      "good.jpg": read("malformed/images/good.jpg"),
      "orientation_6.jpg": read("malformed/exif/orientation_6.jpg"),
    };
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) =>
        importNeverFails({ ...pictures, [path]: changed(labels, changes) }),
      ),
      { numRuns: 60 },
    );
  });

  it.skipIf(!existsSync(sharedDir)).each(["malformed/images/good.jpg", "malformed/images/alpha.png"])(
    "survives changes to %s",
    async (source) => {
      const picture = read(source);
      const labels = new TextEncoder().encode("10,20,60,20,60,40,10,40,word");
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) =>
          importNeverFails({ "a.jpg": changed(picture, changes), "a.txt": labels }),
        ),
        { numRuns: 30 },
      );
    },
  );
});
