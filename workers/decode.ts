// How a worker decodes a page: the browser's decoder, off the main thread, with the EXIF orientation applied once.

import { PlaygroundError } from "../src/core/index.ts";
import type { Page, Pixels } from "../src/dataset/index.ts";

let canvas: OffscreenCanvas | undefined;

/**
 * Upright pixels of a page, in `into` when that has their length: fresh memory costs more than the copying.
 * Throws PlaygroundError "bad-file" naming the page when it cannot be decoded.
 */
export async function decodePage(
  page: Pick<Page, "name" | "file" | "size" | "orientation">,
  into?: Uint8ClampedArray<ArrayBuffer>,
): Promise<Pixels> {
  const { widthPx, heightPx } = page.size;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(page.file as Blob, {
      imageOrientation: "from-image",
      premultiplyAlpha: "none",
    });
  } catch (thrown) {
    throw new PlaygroundError({
      code: "bad-file",
      message: `The picture of page "${page.name}" cannot be decoded.`,
      what: page.name,
      next: "Open it in an image editor and save it again, or leave it out.",
      cause: String(thrown),
    });
  }
  const opaque = await opaquePixels(bitmap, page, into);
  if (opaque !== undefined) {
    bitmap.close();
    return { rgba: opaque, size: page.size };
  }
  canvas ??= new OffscreenCanvas(1, 1);
  if (canvas.width !== widthPx || canvas.height !== heightPx) {
    canvas.width = widthPx;
    canvas.height = heightPx;
  }
  const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  if (context === null)
    throw new PlaygroundError({ code: "out-of-memory", message: "No canvas could be made for a page." });
  // Transparent pictures are read on white paper.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, widthPx, heightPx);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, widthPx, heightPx);
  return { rgba: data as Uint8ClampedArray<ArrayBuffer>, size: page.size };
}

/** Without a canvas; undefined for a picture that may be transparent, is turned (frames lose that) or has another size. */
async function opaquePixels(
  bitmap: ImageBitmap,
  { orientation, size: { widthPx, heightPx } }: Pick<Page, "orientation" | "size">,
  into?: Uint8ClampedArray<ArrayBuffer>,
): Promise<Uint8ClampedArray<ArrayBuffer> | undefined> {
  if (orientation !== 1 || bitmap.width !== widthPx || bitmap.height !== heightPx) return undefined;
  const frame = new VideoFrame(bitmap, { timestamp: 0 });
  try {
    if (frame.format !== "BGRX" && frame.format !== "RGBX") return undefined;
    const length = widthPx * heightPx * 4;
    const rgba = into?.length === length ? into : new Uint8ClampedArray(length);
    await frame.copyTo(rgba, { format: "RGBX" });
    return rgba;
  } finally {
    frame.close();
  }
}

/** How a loader in this thread reads and decodes pages. */
export const loaderTools = {
  /** Nothing: the browser reads a file while it decodes it, and reading it before that took a third of a page's time. */
  load: async (page: Page): Promise<Page> => page,
  decode: decodePage,
  now: () => performance.now(),
};
