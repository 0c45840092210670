import { describe, expect, it } from "vitest";
import { decodeText } from "./decode-text.ts";
import { parseJson } from "./parse-json.ts";
import { IMPORTERS, readLabels } from "./table.ts";
import type { Labels } from "./types.ts";

function labels(path: string, text: string): Labels {
  const read = readLabels(path, text);
  if (!read.ok) throw new Error(read.error);
  return read.value.labels;
}

function refusal(path: string, text: string): string {
  const read = readLabels(path, text);
  return read.ok ? `read as ${read.value.importer.id}` : read.error;
}

const ROW = "10,20,60,20,60,40,10,40";
const SQUARE = [
  [10, 20],
  [60, 20],
  [60, 40],
  [10, 40],
];

describe("ICDAR text", () => {
  const words = (text: string) => labels("a/gt_img_1.txt", text).pictures[0]?.words ?? [];

  it("belongs to the picture of its name", () => {
    const stems = (path: string) => labels(path, ROW).pictures[0]?.picture;
    expect(stems("a/gt_img_1.txt")).toEqual({ by: "stem", stems: ["img_1", "gt_img_1"] });
    expect(stems("img_1.txt")).toEqual({ by: "stem", stems: ["img_1"] });
    expect(stems("img.v2.jpg.txt")).toEqual({ by: "stem", stems: ["img.v2.jpg"] });
  });

  it("keeps commas, quotes and spaces of the text", () => {
    const texts = words(`${ROW},a,b,,c\r\n${ROW},"1,234.50"\n${ROW}, x \n${ROW}\n${ROW},`).map(
      ({ text }) => text,
    );
    expect(texts).toEqual(["a,b,,c", '"1,234.50"', " x ", null, ""]);
  });

  it("marks ### as don't-care, and only that", () => {
    expect(words(`${ROW},###\n${ROW},"###"\n${ROW},###a\n${ROW},#`).map(({ ignore }) => ignore)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("reads decimals, signs, exponents and spaces, and rejects what is no number", () => {
    expect([...(words("1.5, -2,+60.25,2,6e1,40.,.5,40,x")[0]?.xy ?? [])]).toEqual([
      1.5, -2, 60.25, 2, 60, 40, 0.5, 40,
    ]);
    const [picture] = labels("a.txt", `${ROW},ok\n0x10,20,60,20,60,40,10,40,hex\n,,,,,,,,empty`).pictures;
    expect(picture?.words).toHaveLength(1);
    expect(picture?.rejected).toEqual([
      'line 2: field 1 is "0x10", expected a number',
      'line 3: field 1 is "", expected a number',
    ]);
  });

  it("is not taken for polygons when the text is made of numbers", () => {
    expect(words(`${ROW},1,2,3,4\n${ROW},2019,12,31,5,7 pm`)).toHaveLength(2);
  });
});

describe("competition JSON", () => {
  it("reads the original form: points only", () => {
    const [picture] = labels(
      "train.json",
      JSON.stringify({ images: { "a.jpg": { words: { "0001": { points: SQUARE } } } } }),
    ).pictures;
    expect(picture).toMatchObject({
      picture: { by: "file", name: "a.jpg" },
      declaredSize: null,
      rejected: [],
    });
    expect(picture?.words[0]).toMatchObject({ ignore: false, text: null });
  });

  it("names the field of every entry it leaves out", () => {
    const read = labels(
      "x.json",
      JSON.stringify({
        images: {
          a: null,
          b: { words: [] },
          c: {},
          d: { img_w: 0, img_h: "5", words: { w: 3, v: { points: SQUARE, illegibility: true } } },
        },
      }),
    );
    expect(read.rejected).toEqual(['images["a"] should be an object and is null']);
    expect(read.pictures.map(({ rejected }) => rejected)).toEqual([
      ['images["b"].words should be an object and is an array'],
      [],
      ['images["d"].words["w"]: should be an object and is a number'],
    ]);
    expect(read.pictures[2]).toMatchObject({ declaredSize: null, words: [{ ignore: true }] });
  });

  it("treats names with a meaning in JavaScript as names", () => {
    const read = labels(
      "x.json",
      '{"images":{"__proto__":{"words":{"constructor":{"points":[[0,0],[9,0],[9,9]]}}}}}',
    );
    expect(read.pictures[0]?.picture).toEqual({ by: "file", name: "__proto__" });
    expect(read.pictures[0]?.words).toHaveLength(1);
    expect(refusal("x.json", '{"__proto__":{"images":{}}}')).toContain("no label format we know");
  });
});

describe("the other formats", () => {
  it("PaddleOCR: good lines stay when one is cut", () => {
    const line = JSON.stringify([
      { transcription: "a", points: SQUARE },
      { transcription: "*", points: SQUARE },
      {},
    ]);
    const read = labels("Label.txt", `images/a b.jpg\t${line}\nimages/c.jpg\t[{"points": [[1,`);
    expect(read.pictures[0]).toMatchObject({
      picture: { by: "file", name: "images/a b.jpg" },
      words: [{ ignore: false }, { ignore: true }],
      rejected: ["line 1, entry 3: expected a list of points, found missing"],
    });
    expect(read.rejected).toHaveLength(1);
    expect(read.rejected[0]).toMatch(/^line 2: not valid JSON/);
  });

  it("LabelMe: rectangles get four corners, other shapes are left out", () => {
    const shapes = [
      {
        label: "a",
        points: [
          [60, 40],
          [10, 20],
        ],
        shape_type: "rectangle",
      },
      { label: "b", points: SQUARE, flags: { ignore: true } },
      {
        label: "c",
        points: [
          [1, 1],
          [2, 2],
        ],
        shape_type: "circle",
      },
    ];
    const [picture] = labels(
      "a.json",
      JSON.stringify({ shapes, imagePath: "../a.jpg", imageWidth: 9, imageHeight: 8 }),
    ).pictures;
    expect([...(picture?.words[0]?.xy ?? [])]).toEqual([10, 20, 60, 20, 60, 40, 10, 40]);
    expect(picture).toMatchObject({
      declaredSize: { widthPx: 9, heightPx: 8 },
      words: [{ ignore: false }, { ignore: true }],
      rejected: ["shapes[2]: a circle is no text region"],
    });
  });

  it("MMOCR: flat polygons, boxes where there is none", () => {
    const instances = [
      { polygon: SQUARE.flat(), ignore: true },
      { bbox: [1, 2, 30, 40] },
      { polygon: [1, 2, 3] },
      {},
    ];
    const [picture] = labels(
      "a.json",
      JSON.stringify({ data_list: [{ img_path: "a.jpg", instances }] }),
    ).pictures;
    expect([...(picture?.words[1]?.xy ?? [])]).toEqual([1, 2, 30, 2, 30, 40, 1, 40]);
    expect(picture?.words[0]?.ignore).toBe(true);
    expect(picture?.rejected).toHaveLength(2);
  });
});

describe("refusals", () => {
  it.each([
    ["COCO", "a.json", '{"images": [], "annotations": [], "categories": []}'],
    ["COCO-Text", "a.json", '{"cats": {}, "anns": {}, "imgs": {}, "imgToAnns": {}}'],
    ["FUNSD", "a.json", '{"form": []}'],
    ["Label Studio", "a.json", '[{"id": 1, "data": {"image": "a.jpg"}, "annotations": []}]'],
    ["docTR", "a.json", '{"a.jpg": {"img_dimensions": [1, 2], "img_hash": "", "polygons": []}}'],
    ["WildReceipt", "data.txt", '{"file_name": "a.jpg", "annotations": []}'],
    ["Total-Text", "poly_gt_a.txt", "x: [[1 2 3]], y: [[1 2 3]], ornt: [u'c'], transcriptions: [u'a']"],
    ["CTW", "a.txt", "431,510,536,564,619,571,724,526,757,556,625,624,509,615,403,543,word"],
    ["ICDAR 2013", "gt_1.txt", '38, 43, 920, 215, "Tiredness"\n275, 264, 665, 450, "kills"'],
    ["YOLO", "a.txt", "0 0.5 0.5 0.25 0.125\n0 0.1 0.2 0.3 0.4\n"],
    ["PAGE-XML", "a.xml", '<?xml version="1.0"?>\n<PcGts xmlns="x"></PcGts>'],
    ["Pascal VOC", "a.xml", "<annotation><folder/></annotation>"],
  ])("knows %s by name", (name, path, text) => {
    expect(refusal(path, text)).toContain(`this looks like ${name}`);
  });

  it.each([
    ["notes.txt", "buy milk, bread", "neither a picture nor a label file"],
    ["a.json", "", "empty"],
    ["a.json", "42", "a number"],
    ["a.json", "[1,2]", "an array"],
    ["a.json", '{"foo": 1}', "keys foo"],
    ["a.json", "<!doctype html><p>404</p>", "HTML"],
    ["a.json", '{"images": {"a": {"words"', "cut off"],
    ["a.json", '{\n"images": {},\n}', "line 3"],
    ["a.json", "[".repeat(200_000), "not valid JSON"],
  ])("says what %s is not", (path, text, says) => {
    expect(refusal(path, text)).toContain(says);
  });

  it("every importer has its own name", () => {
    expect(new Set(IMPORTERS.map(({ id }) => id)).size).toBe(IMPORTERS.length);
  });
});

describe("decodeText and parseJson", () => {
  const utf16 = (text: string, mark: boolean, little: boolean): Uint8Array => {
    const units = [...(mark ? "\ufeff" : ""), ...text].map((letter) => letter.charCodeAt(0));
    return Uint8Array.from(
      units.flatMap((unit) => (little ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])),
    );
  };

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])("reads UTF-16 (mark %s, little %s)", (mark, little) => {
    expect(decodeText(utf16("1,2,\ud55c", mark, little))).toEqual({ text: "1,2,\ud55c", warning: null });
  });

  it("warns of bytes that are not UTF-8 and not of a replacement character that was written so", () => {
    expect(decodeText(Uint8Array.of(0x31, 0xc7, 0xd1))?.warning).toContain("not UTF-8");
    expect(decodeText(new TextEncoder().encode("a\ufffd"))?.warning).toBeNull();
    expect(decodeText(Uint8Array.of(1, 2, 0, 3, 4))).toBeNull();
  });

  it("reads Python's NaN as null, outside strings only", () => {
    const cut = { ok: false, error: expect.stringMatching(/^not valid JSON: the file seems cut off/) };
    expect(parseJson('[{"points": [[1, 2')).toMatchObject(cut);
    expect(parseJson('{\n"images": {\n"a": 1 2}}')).toMatchObject({
      error: expect.stringMatching(/in line 3/),
    });
    expect(parseJson('{"a": [NaN, -Infinity, 1], "NaN": "Infinity \\" NaN"}')).toEqual({
      ok: true,
      value: { a: [null, null, 1], NaN: 'Infinity " NaN' },
    });
  });
});
