import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32 } from "./images/crc32.ts";
import { type ImportOptions, importDataset } from "./import-dataset.ts";

const ROW = "10,20,60,20,60,40,10,40,word\n";

/** A readable grey PNG; `shade` tells two of them apart. */
function picture(shade = 0, widthPx = 64, heightPx = 48): Blob {
  const chunk = (type: string, payload: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(12 + payload.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, payload.length);
    bytes.set(new TextEncoder().encode(type), 4);
    bytes.set(payload, 8);
    view.setUint32(8 + payload.length, crc32(bytes, 4, 8 + payload.length));
    return bytes;
  };
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, widthPx);
  new DataView(header.buffer).setUint32(4, heightPx);
  header[8] = 8;
  const pixels = new Uint8Array((widthPx + 1) * heightPx).fill(shade);
  return new Blob([
    Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    ...[chunk("IHDR", header), chunk("IDAT", deflateSync(pixels)), chunk("IEND", new Uint8Array())].map(
      (part) => Uint8Array.from(part),
    ),
  ]);
}

function importing(files: Readonly<Record<string, Blob | string>>, options: Partial<ImportOptions> = {}) {
  return importDataset({
    files: Object.entries(files).map(([path, content]) => ({
      path,
      file: typeof content === "string" ? new Blob([content]) : content,
    })),
    name: "own",
    labelSpace: "auto",
    validationShare: 0,
    seed: 1,
    ...options,
  });
}

type Imported = Awaited<ReturnType<typeof importDataset>>;

function reportOf({ reports }: Imported, file: string) {
  const report = reports.find((candidate) => candidate.file === file);
  if (report === undefined) throw new Error(`no report of ${file}`);
  return report;
}

describe("importDataset", () => {
  it("pairs labels with pictures by name and keeps the order of paths", async () => {
    const set = await importing({
      "images/b.png": picture(),
      "images/a.png": picture(),
      "labels/gt_a.txt": ROW,
      "labels/b.txt": `${ROW}${ROW}`,
    });
    expect(set.train.map(({ id, words }) => [id, words.length])).toEqual([
      ["images/a.png", 1],
      ["images/b.png", 2],
    ]);
    expect(set.train[0]).toMatchObject({
      name: "a.png",
      orientation: 1,
      size: { widthPx: 64, heightPx: 48 },
      labelSpace: "either",
      words: [{ ignore: false, text: "word" }],
    });
    expect(set.reports.map(({ verdict }) => verdict)).toEqual([
      "accepted",
      "accepted",
      "accepted",
      "accepted",
    ]);
  });

  it("says something about every file and drops nothing silently", async () => {
    const files = {
      "labelled.png": picture(),
      "labelled.txt": ROW,
      "empty.png": picture(),
      "empty.txt": "",
      "lonely.png": picture(),
      "lonely-labels.txt": ROW,
      "broken.jpg": "no picture",
      "broken.txt": ROW,
      "hopeless.png": picture(),
      "hopeless.txt": "1,2,3,4,5,6,7,8,line\n",
      "notes.md": "# hello",
    };
    const set = await importing(files);
    expect(set.reports.map(({ file }) => file).sort()).toEqual(Object.keys(files).sort());
    expect(set.train.map(({ id }) => id)).toEqual(["empty.png", "labelled.png"]);
    const verdict = (file: string) => reportOf(set, file).verdict;
    expect(verdict("labelled.txt")).toBe("accepted");
    expect(reportOf(set, "lonely.png")).toMatchObject({ verdict: "warning" });
    expect(reportOf(set, "lonely-labels.txt").reasons.join()).toContain('no picture "lonely-labels"');
    expect(verdict("broken.jpg")).toBe("refused");
    expect(reportOf(set, "broken.txt").reasons.join()).toContain("broken.jpg was refused");
    expect(reportOf(set, "hopeless.txt")).toMatchObject({ verdict: "refused", rejected: 1 });
    expect(verdict("hopeless.png")).toBe("warning");
    expect(verdict("notes.md")).toBe("refused");
  });

  it("refuses a picture whose header is right and whose pixels are not, and keeps the rest", async () => {
    const decode = async ({ id }: { id: string }) => {
      if (id === "torn.png") throw new Error("bad data");
    };
    const files = { "a.png": picture(), "a.txt": ROW, "torn.png": picture(1), "torn.txt": ROW };
    const set = await importing(files, { decode });
    expect(set.train.map(({ id }) => id)).toEqual(["a.png"]);
    expect(reportOf(set, "torn.png")).toMatchObject({ verdict: "refused" });
    expect(reportOf(set, "torn.png").reasons.join()).toContain("cannot be decoded");
  });

  it("does not guess between two pictures of one name, nor take two label files for one picture", async () => {
    const set = await importing({
      "a/x.png": picture(),
      "b/x.png": picture(),
      "labels/x.txt": ROW,
      "y.png": picture(),
      "gt_y.txt": ROW,
      "y.txt": `${ROW}${ROW}`,
    });
    expect(reportOf(set, "labels/x.txt").reasons.join()).toContain("a/x.png or b/x.png");
    expect(set.train.map(({ id, words }) => [id, words.length])).toEqual([["y.png", 1]]);
    expect(reportOf(set, "y.txt").reasons.join()).toContain("words from gt_y.txt already");
  });

  it("keeps what cannot be trusted as don't-care", async () => {
    const set = await importing({
      "a.png": picture(),
      "a.txt": `${ROW}900,900,960,900,960,940,900,940,outside\n10,10,60,45,60,10,10,40,crossed\n50,20,90,20,90,40,50,40,over\n`,
    });
    expect(set.train[0]?.words.map(({ ignore }) => ignore)).toEqual([false, true, true, false]);
    expect(reportOf(set, "a.txt")).toMatchObject({
      verdict: "warning",
      instances: 4,
      ignored: 2,
      rejected: 0,
    });
  });

  it("treats hostile names as names", async () => {
    const words = {
      w: {
        points: [
          [1, 1],
          [9, 1],
          [9, 9],
        ],
      },
    };
    const images = JSON.parse(`{"__proto__": 0, "../../x.png": 0, "constructor": 0}`) as Record<
      string,
      unknown
    >;
    for (const name of Object.keys(images))
      Object.defineProperty(images, name, { value: { words }, enumerable: true });
    const set = await importing({
      "labels.json": JSON.stringify({ images }),
      __proto__x: "?",
      "../../x.png": picture(),
      constructor: picture(),
    });
    expect(set.train.map(({ id }) => id)).toEqual(["../../x.png", "constructor"]);
    expect(reportOf(set, "labels.json").reasons.join()).toContain('no picture "__proto__"');
  });

  it("changes its hash with any picture, label or split and with nothing else", async () => {
    const base = {
      "a.png": picture(),
      "a.txt": ROW,
      "b.png": picture(1),
      "b.txt": ROW,
      "c.png": picture(),
      "c.txt": ROW,
    };
    const options = { validationShare: 0.4 };
    const hashes = await Promise.all([
      importing(base, options),
      importing({ ...base, "a.png": picture(2) }, options),
      importing({ ...base, "a.txt": ROW.replace("10,", "11,") }, options),
      importing({ ...base, "a.txt": ROW.replace("word", "###") }, options),
      importing({ ...base, "d.png": picture(), "d.txt": ROW }, options),
      importing(base, { validationShare: 0 }),
    ]);
    expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(hashes.length);
    const turned = Object.fromEntries(Object.entries(base).reverse());
    expect((await importing(turned, { ...options, name: "else" })).hash).toBe(hashes[0]?.hash);
  });

  it("splits by seed and id: a new page moves no other", async () => {
    const files = (count: number): Record<string, Blob | string> =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          [`p${i}.png`, picture()] as const,
          [`p${i}.txt`, ROW] as const,
        ]).flat(),
      );
    const ids = (set: Imported) => set.validation.map(({ id }) => id);
    const options = { validationShare: 0.3, seed: 5 };
    const [few, more, other] = await Promise.all([
      importing(files(40), options),
      importing(files(60), options),
      importing(files(40), { ...options, seed: 6 }),
    ]);
    expect(ids(more).slice().sort()).toEqual(expect.arrayContaining(ids(few)));
    expect(ids(few).length).toBeGreaterThan(4);
    expect(ids(few).length).toBeLessThan(20);
    expect(ids(other)).not.toEqual(ids(few));
    const two = await importing(files(2), { validationShare: 0.01 });
    expect([two.train.length, two.validation.length]).toEqual([1, 1]);
  });

  it("reads a huge file that is no picture only at its start, and reports one that cannot be read", async () => {
    const huge = {
      size: 3e9,
      type: "",
      arrayBuffer: () => Promise.reject(new Error("read as a whole")),
      slice: () => ({ arrayBuffer: () => Promise.resolve(new ArrayBuffer(32)) }),
    };
    const gone = { size: 10, type: "", arrayBuffer: () => Promise.reject(new Error("the disk is gone")) };
    const files = [
      { path: "film.mp4", file: huge },
      { path: "gone.jpg", file: gone },
      { path: "gone.jpg", file: gone },
    ];
    const set = await importing({}, { files });
    expect(reportOf(set, "film.mp4").reasons.join()).toContain("3000 MB");
    expect(
      set.reports.filter(({ file }) => file === "gone.jpg").map(({ reasons }) => reasons.join()),
    ).toEqual([
      "the file could not be read: the disk is gone",
      "a file of this path came twice; the first is used",
    ]);
  });

  it("tells its progress and makes an empty set of nothing", async () => {
    const seen: string[] = [];
    const set = await importing(
      { "a.png": picture(), "a.txt": ROW, "b.png": picture() },
      { onProgress: (...at) => seen.push(at.join("/")) },
    );
    expect(seen).toEqual(["reading/1/3", "reading/2/3", "reading/3/3", "decoding/1/1"]);
    expect(set.train).toHaveLength(1);
    expect(await importing({})).toMatchObject({ train: [], validation: [], reports: [] });
  });
});
