// From the bytes of a picture and a label file to words in upright pixels: the eight EXIF orientations × labels in the stored or the
// upright space. The stored picture is made from the meaning of the tag in the EXIF standard, not with the product's maps.

import { createCanvas } from "@napi-rs/canvas";
import { describe, expect, it } from "vitest";
import { decodePage } from "../../cli/train/node/decode.ts";
import { withOrientation } from "../../tests/pictures/with-orientation.ts";
import { importDataset } from "./import-dataset.ts";

const WIDTH = 120;
const HEIGHT = 72;

/** Which visual side the stored picture's first row and first column are. */
const FIRST = {
  1: { row: "top", column: "left" },
  2: { row: "top", column: "right" },
  3: { row: "bottom", column: "right" },
  4: { row: "bottom", column: "left" },
  5: { row: "left", column: "top" },
  6: { row: "right", column: "top" },
  7: { row: "right", column: "bottom" },
  8: { row: "left", column: "bottom" },
} as const;
type Tag = keyof typeof FIRST;
const TAGS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** Words of an upright page: left, top, right, bottom, and the colour of the box drawn there. */
const WORDS = [
  { box: [8, 6, 40, 16], rgb: [200, 20, 20] },
  { box: [84, 30, 116, 42], rgb: [20, 160, 20] },
  { box: [12, 52, 60, 68], rgb: [20, 20, 200] },
] as const;

function corners([left, top, right, bottom]: readonly [number, number, number, number]): [number, number][] {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/** Distance from the first row and from the first column: the stored v and u. `far` is the far border on each axis. */
function toStored(tag: Tag, [x, y]: readonly [number, number], farX: number, farY: number): [number, number] {
  const from = { top: y, left: x, bottom: farY - y, right: farX - x };
  return [from[FIRST[tag].column], from[FIRST[tag].row]];
}

function picture(tag: Tag, type: string): Uint8Array<ArrayBuffer> {
  const isOnItsSide = tag >= 5;
  const [width, height] = isOnItsSide ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT];
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  image.data.fill(255);
  for (const { box, rgb } of WORDS) {
    const [left, top, right, bottom] = box;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const [u, v] = toStored(tag, [x, y], WIDTH - 1, HEIGHT - 1);
        image.data.set(rgb, 4 * (v * width + u));
      }
    }
  }
  context.putImageData(image, 0, 0);
  const bytes = type === "image/png" ? canvas.toBuffer("image/png") : canvas.toBuffer("image/jpeg", 100);
  return withOrientation(type, bytes, tag, { widthPx: width, heightPx: height });
}

function labels(tag: Tag, name: string, space: "stored" | "upright", isSized: boolean): string {
  const place = (point: readonly [number, number]) =>
    space === "stored" ? toStored(tag, point, WIDTH, HEIGHT) : point;
  const isTurned = space === "stored" && tag >= 5;
  const size = isTurned ? { img_w: HEIGHT, img_h: WIDTH } : { img_w: WIDTH, img_h: HEIGHT };
  const words = WORDS.map(({ box }, i) => [`000${i}`, { points: corners(box).map(place) }]);
  return JSON.stringify({
    images: { [name]: { ...(isSized ? size : {}), words: Object.fromEntries(words) } },
  });
}

async function pageFrom(tag: Tag, type: string, asked: "auto" | "stored" | "upright", text: string) {
  const name = type === "image/png" ? "page.png" : "page.jpg";
  const set = await importDataset({
    files: [
      { path: `images/${name}`, file: new Blob([picture(tag, type)]) },
      { path: "labels.json", file: new Blob([text]) },
    ],
    name: "turned",
    labelSpace: asked,
    validationShare: 0,
    seed: 1,
  });
  const [page] = set.train;
  if (page === undefined) throw new Error(JSON.stringify(set.reports));
  return page;
}

const expected = WORDS.map(({ box }) => corners(box).flat());

describe.each(["image/jpeg", "image/png"])("%s", (type) => {
  const name = type === "image/png" ? "page.png" : "page.jpg";
  describe.each(TAGS)("orientation %i", (tag) => {
    it.each(["stored", "upright"] as const)("with labels in %s pixels", async (space) => {
      for (const [asked, isSized] of [
        ["auto", true],
        ["auto", false],
        [space, false],
      ] as const) {
        const page = await pageFrom(tag, type, asked, labels(tag, name, space, isSized));
        expect(page.size).toEqual({ widthPx: WIDTH, heightPx: HEIGHT });
        expect(page.words.map(({ polygon }) => [...polygon])).toEqual(expected);
        expect(page.words.every(({ ignore }) => !ignore)).toBe(true);
        const { rgba } = await decodePage(page);
        for (const [i, { rgb }] of WORDS.entries()) {
          const polygon = page.words[i]?.polygon ?? [];
          const [x, y] = [0, 1].map((axis) =>
            Math.floor(((polygon[axis] as number) + (polygon[axis + 4] as number)) / 2),
          ) as [number, number];
          const at = 4 * (y * WIDTH + x);
          const off = rgb.map((value, channel) => Math.abs((rgba[at + channel] as number) - value));
          expect(Math.max(...off)).toBeLessThan(12);
        }
      }
    });
  });
});
