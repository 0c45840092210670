// Pictures are read without a canvas where that gives the same pixels: this compares both, in every orientation and format.

import { describe, expect, it } from "vitest";
import type { Page } from "../src/dataset/index.ts";
import { withOrientation } from "../tests/pictures/with-orientation.ts";
import { decodePage } from "./decode.ts";

const stored = { widthPx: 40, heightPx: 24 };

async function drawn(type: string, alpha: number): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(stored.widthPx, stored.heightPx);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  const colors = context.createLinearGradient(0, 0, stored.widthPx, stored.heightPx);
  colors.addColorStop(0, `rgba(255, 40, 0, ${alpha})`);
  colors.addColorStop(1, "rgb(0, 90, 255)");
  context.fillStyle = colors;
  context.fillRect(0, 0, stored.widthPx, stored.heightPx);
  return new Uint8Array(await (await canvas.convertToBlob({ type, quality: 0.9 })).arrayBuffer());
}

/** What a canvas of white paper shows of it. */
async function onPaper(
  file: Blob,
): Promise<{ readonly size: Page["size"]; readonly rgba: Uint8ClampedArray }> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image", premultiplyAlpha: "none" });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { alpha: false });
  if (context === null) throw new Error("no canvas");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  const size = { widthPx: width, heightPx: height } as Page["size"];
  return { size, rgba: context.getImageData(0, 0, width, height).data };
}

describe.each(["image/jpeg", "image/png", "image/webp"])("decodePage of %s", (type) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)(
    "gives what a canvas shows, orientation %i",
    async (orientation) => {
      const file = new Blob([withOrientation(type, await drawn(type, 1), orientation, stored)], { type });
      const { size, rgba } = await onPaper(file);
      const used = new Uint8ClampedArray(rgba.length).fill(7);
      const decoded = await decodePage({ name: "page", file, size, orientation }, used);
      expect(decoded.rgba).toEqual(rgba);
      if (type === "image/jpeg" && orientation === 1) expect(decoded.rgba).toBe(used);
      const unfit = await decodePage({ name: "page", file, size, orientation }, new Uint8ClampedArray(4));
      expect(unfit.rgba).toEqual(rgba);
    },
  );

  it("reads transparent pictures on white paper", async () => {
    const file = new Blob([(await drawn(type, 0.3)) as Uint8Array<ArrayBuffer>], { type });
    const { size, rgba } = await onPaper(file);
    expect((await decodePage({ name: "page", file, size, orientation: 1 })).rgba).toEqual(rgba);
  });
});
