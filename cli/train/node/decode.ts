// How Node decodes a page: with the canvas library's decoder, upright as the importer says, on white paper as in a browser.

import { type Canvas, createCanvas, loadImage } from "@napi-rs/canvas";
import { PlaygroundError } from "../../../src/core/index.ts";
import { type Page, type Pixels, storedToUpright, swapsSides } from "../../../src/dataset/index.ts";
import { withoutExif } from "./stored-picture.ts";

let canvas: Canvas | undefined;

/** Upright pixels of a page. Throws PlaygroundError "bad-file" naming the page when it cannot be decoded. */
export async function decodePage(
  page: Pick<Page, "name" | "file" | "size" | "orientation">,
): Promise<Pixels> {
  const { widthPx, heightPx } = page.size;
  const bytes = withoutExif(new Uint8Array(await page.file.arrayBuffer()));
  let picture: Awaited<ReturnType<typeof loadImage>>;
  try {
    picture = await loadImage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (thrown) {
    throw new PlaygroundError({
      code: "bad-file",
      message: `The picture of page "${page.name}" cannot be decoded.`,
      what: page.name,
      next: "Open it in an image editor and save it again, or leave it out.",
      cause: String(thrown),
    });
  }
  canvas ??= createCanvas(widthPx, heightPx);
  if (canvas.width !== widthPx || canvas.height !== heightPx) {
    canvas.width = widthPx;
    canvas.height = heightPx;
  }
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.resetTransform();
  context.fillStyle = "#fff";
  context.fillRect(0, 0, widthPx, heightPx);
  const stored = swapsSides(page.orientation)
    ? { widthPx: heightPx, heightPx: widthPx }
    : { widthPx, heightPx };
  if (picture.width !== stored.widthPx || picture.height !== stored.heightPx) throw otherSize(page, picture);
  const { a, b, c, d, e, f } = storedToUpright(
    page.orientation,
    stored as Parameters<typeof storedToUpright>[1],
  );
  context.setTransform(a, b, c, d, e, f);
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, widthPx, heightPx);
  return { rgba: data as Uint8ClampedArray<ArrayBuffer>, size: page.size };
}

/** How a loader in Node reads and decodes pages, in whatever thread it is. */
export const loaderTools = {
  /** Reads the encoded picture into memory, so that reading and decoding are told apart. */
  load: async (page: Page): Promise<Page> => ({ ...page, file: new Blob([await page.file.arrayBuffer()]) }),
  decode: decodePage,
  now: () => performance.now(),
};

function otherSize(
  { name, size, orientation }: Pick<Page, "name" | "size" | "orientation">,
  { width, height }: { readonly width: number; readonly height: number },
): PlaygroundError {
  return new PlaygroundError({
    code: "bad-file",
    message:
      `Page "${name}" was decoded as ${width}×${height} px before it is turned (EXIF ${orientation}), ` +
      `but is listed as ${size.widthPx}×${size.heightPx} px.`,
    what: name,
    next: "Open it in an image editor and save it again, or leave it out.",
  });
}
