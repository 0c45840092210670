// Reads the one EXIF tag that changes geometry: orientation (0x0112). Everything else in the block is left alone.
// Source: EXIF 2.32 / TIFF 6.0: byte order, first directory, 12-byte entries.

import type { Orientation } from "../types.ts";

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;

/** `tiff` starts at the byte-order mark ("II" or "MM"). 1 where the tag is absent or the block is damaged. */
export function readOrientation(tiff: Uint8Array): Orientation {
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (view.getUint16(2, little) !== 42 || directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > tiff.length) return 1;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    if (view.getUint16(entry + 2, little) !== SHORT) return 1;
    return asOrientation(view.getUint16(entry + 8, little));
  }
  return 1;
}

function asOrientation(value: number): Orientation {
  return value >= 1 && value <= 8 ? (value as Orientation) : 1;
}
