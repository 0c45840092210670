// The importer tells sizes and orientation from headers; the browser's decoder turns the pixels. This holds them together:
// if a browser starts or stops applying EXIF in one of the formats, boxes would sit in the wrong places, and this fails.

import { describe, expect, it } from "vitest";
import { withOrientation } from "../../tests/pictures/with-orientation.ts";
import { inspectPicture } from "./images/inspect-picture.ts";
import { storedToUpright, uprightSize } from "./orientation.ts";

const stored = { widthPx: 40, heightPx: 20 };
/** Middle of the only white block, in stored pixels. */
const MARK = { u: 5, v: 5 };
const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
async function drawn(type: string): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(stored.widthPx, stored.heightPx);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.fillRect(0, 0, stored.widthPx, stored.heightPx);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, 2 * MARK.u, 2 * MARK.v);
  return new Uint8Array(await (await canvas.convertToBlob({ type, quality: 1 })).arrayBuffer());
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
    const bytes = withOrientation(type, await drawn(type), orientation, stored);
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
