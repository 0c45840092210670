// The importer tells sizes and orientation from headers; the browser's decoder turns the pixels. This holds them together:
// if a browser starts or stops applying EXIF in one of the formats, boxes would sit in the wrong places, and this fails.

import { describe, expect, it } from "vitest";
import { crc32 } from "./images/crc32.ts";
import { inspectPicture } from "./images/inspect-picture.ts";
import { storedToUpright, uprightSize } from "./orientation.ts";

const stored = { widthPx: 40, heightPx: 20 };
/** Middle of the only white block, in stored pixels. */
const MARK = { u: 5, v: 5 };
const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
const be32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const le32 = (value: number): number[] => be32(value).reverse();

function tiff(orientation: number): number[] {
  return [
    ...ascii("MM"),
    0,
    42,
    ...be32(8),
    0,
    1,
    1,
    0x12,
    0,
    3,
    ...be32(1),
    0,
    orientation,
    0,
    0,
    ...be32(0),
  ];
}

async function drawn(type: string): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(stored.widthPx, stored.heightPx);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.fillRect(0, 0, stored.widthPx, stored.heightPx);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, 2 * MARK.u, 2 * MARK.v);
  return new Uint8Array(await (await canvas.convertToBlob({ type, quality: 1 })).arrayBuffer());
}

async function withOrientation(type: string, orientation: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await drawn(type);
  const exif = tiff(orientation);
  if (type === "image/jpeg") {
    const block = [...ascii("Exif\0\0"), ...exif];
    return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, block.length + 2, ...block, ...bytes.subarray(2)]);
  }
  if (type === "image/png") {
    const body = Uint8Array.from([...ascii("eXIf"), ...exif]);
    const chunk = [...be32(exif.length), ...body, ...be32(crc32(body, 0, body.length))];
    return Uint8Array.from([...bytes.subarray(0, 33), ...chunk, ...bytes.subarray(33)]);
  }
  // The canvas writes the extended form; bit 3 of its flags announces the EXIF chunk.
  const whole = [...bytes, ...ascii("EXIF"), ...le32(exif.length), ...exif];
  whole[20] = (whole[20] ?? 0) | 8;
  whole.splice(4, 4, ...le32(whole.length - 8));
  return Uint8Array.from(whole);
}

async function decode(bytes: Uint8Array<ArrayBuffer>) {
  const bitmap = await createImageBitmap(new Blob([bytes]), { imageOrientation: "from-image" });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return {
    width,
    height,
    redAt: (x: number, y: number) => data[4 * (Math.floor(y) * width + Math.floor(x))] ?? 0,
  };
}

describe.each(["image/jpeg", "image/png", "image/webp"])("%s", (type) => {
  it.each(ORIENTATIONS)("is decoded as the importer expects, orientation %i", async (orientation) => {
    const bytes = await withOrientation(type, orientation);
    const facts = inspectPicture(bytes);
    if (!facts.ok) throw new Error(facts.error);
    expect(facts.value.storedSize).toEqual(stored);
    const picture = await decode(bytes);
    const size = uprightSize(stored, facts.value.orientation);
    expect([picture.width, picture.height]).toEqual([size.widthPx, size.heightPx]);
    const { a, b, c, d, e, f } = storedToUpright(facts.value.orientation, stored);
    const at = (u: number, v: number): number => picture.redAt(a * u + c * v + e, b * u + d * v + f);
    expect(at(MARK.u, MARK.v)).toBeGreaterThan(200);
    expect(at(stored.widthPx - MARK.u, MARK.v)).toBeLessThan(60);
    expect(at(MARK.u, stored.heightPx - MARK.v + 1)).toBeLessThan(60);
    expect(at(stored.widthPx - MARK.u, stored.heightPx - MARK.v + 1)).toBeLessThan(60);
  });
});
