// Puts an EXIF orientation into the bytes of a picture: for tests of decoders.

import { crc32 } from "../../src/dataset/images/crc32.ts";

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
const be32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const le32 = (value: number): number[] => be32(value).reverse();

function tiff(orientation: number): number[] {
  const entry = [0x12, 0, 3, ...be32(1), 0, orientation, 0, 0];
  return [...ascii("MM"), 0, 42, ...be32(8), 0, 1, 1, ...entry, ...be32(0)];
}

/** `bytes` as a canvas wrote them, without EXIF. A WebP in the simple form is extended; `size` is only needed for that. */
export function withOrientation(
  type: string,
  bytes: Uint8Array,
  orientation: number,
  size: { readonly widthPx: number; readonly heightPx: number },
): Uint8Array<ArrayBuffer> {
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
  const isExtended = String.fromCharCode(...bytes.subarray(12, 16)) === "VP8X";
  const sides = [...le32(size.widthPx - 1).slice(0, 3), ...le32(size.heightPx - 1).slice(0, 3)];
  const header = isExtended ? [] : [...ascii("VP8X"), ...le32(10), 0, 0, 0, 0, ...sides];
  const whole = [...bytes.subarray(0, 12), ...header, ...bytes.subarray(12)];
  whole.push(...ascii("EXIF"), ...le32(exif.length), ...exif);
  // Bit 3 of the flags announces the EXIF chunk.
  whole[20] = (whole[20] ?? 0) | 8;
  whole.splice(4, 4, ...le32(whole.length - 8));
  return Uint8Array.from(whole);
}
