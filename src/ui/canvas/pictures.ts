// Decoded page pictures at the size they are shown: createImageBitmap decodes off the main thread, a small cache keeps the
// newest, and evicted bitmaps give their memory back at once.

import type { Page } from "../../protocol/index.ts";

const CAPACITY = 48;
const cache = new Map<string, Promise<ImageBitmap>>();

/**
 * The page upright, `widthPx` wide or its own width if that is less. Rejects when the picture cannot be decoded.
 * `setRevision` keeps pages of different sets with one name apart.
 */
export function pictureOf(page: Page, widthPx: number, setRevision: number): Promise<ImageBitmap> {
  const width = Math.max(1, Math.min(page.size.widthPx, Math.ceil(widthPx / 64) * 64));
  const key = `${setRevision} ${width} ${page.id}`;
  const known = cache.get(key);
  if (known !== undefined) {
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const made = decode(page, width);
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  for (const [oldest, picture] of cache) {
    if (cache.size <= CAPACITY) break;
    cache.delete(oldest);
    picture.then(
      (bitmap) => bitmap.close(),
      () => undefined,
    );
  }
  return made;
}

function decode(page: Page, widthPx: number): Promise<ImageBitmap> {
  if (!(page.file instanceof Blob)) return Promise.reject(new TypeError(`${page.name} is not a file`));
  // Browsers differ in whether they resize before or after turning; a turned page is scaled when it is drawn.
  if (page.orientation !== 1) return createImageBitmap(page.file);
  const heightPx = Math.max(1, Math.round((page.size.heightPx * widthPx) / page.size.widthPx));
  return createImageBitmap(page.file, {
    resizeWidth: widthPx,
    resizeHeight: heightPx,
    resizeQuality: "medium",
  });
}
