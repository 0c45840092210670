// A picture's bytes without its EXIF block. Decoders disagree on EXIF (this one turns JPEG and WebP, browsers turn JPEG and
// PNG), so the block is hidden from the decoder and the importer's orientation is applied, once, whatever the format.

const [APP1, START_OF_SCAN, RESTART_FIRST, END] = [0xe1, 0xda, 0xd0, 0xd9];

/** The same bytes, with the names of EXIF blocks overwritten in place; readers skip blocks of unknown names. */
export function withoutExif(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) hideInJpeg(bytes);
  else if (textAt(bytes, 0) === "RIFF" && textAt(bytes, 8) === "WEBP") hideInWebp(bytes);
  return bytes;
}

/** Segments: FF, marker, two bytes of length, content; up to the start of the scan. */
function hideInJpeg(bytes: Uint8Array): void {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? END;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === START_OF_SCAN || marker === END) return;
    if (marker >= RESTART_FIRST && marker < END) {
      at += 2;
      continue;
    }
    if (marker === APP1 && textAt(bytes, at + 4) === "Exif") bytes.fill(0x2d, at + 4, at + 8);
    at += 2 + (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
  }
}

/** Chunks: name, four bytes of length (little-endian), content padded to an even length. */
function hideInWebp(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length; ) {
    if (textAt(bytes, at) === "EXIF") bytes.fill(0x2d, at, at + 4);
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length % 2);
  }
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
