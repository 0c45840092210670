// Looks at a JPEG without decoding it: size, EXIF orientation, and whether the picture data runs up to its end marker.
// Source: ITU-T T.81 annex B (markers). Damage inside the entropy-coded data is not seen; the decoder meets it.

import { err, ok, type Result } from "../../core/index.ts";
import type { Orientation } from "../types.ts";
import { readOrientation } from "./exif.ts";
import { type PictureFacts, refuseSize } from "./facts.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const TEM = 0x01;
/** Baseline, extended sequential and progressive Huffman: what browsers decode. */
const DECODABLE_FRAMES: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);
/** The other frame kinds; C4, C8 and CC are no frames. */
const OTHER_FRAMES: ReadonlySet<number> = new Set([
  0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf,
]);
const EXIF_NAME = [0x45, 0x78, 0x69, 0x66, 0, 0];

export function inspectJpeg(bytes: Uint8Array): Result<PictureFacts, string> {
  let size: { widthPx: number; heightPx: number } | undefined;
  let orientation: Orientation | undefined;
  let hasScan = false;
  let offset = 2;
  for (;;) {
    offset = hasScan ? nextMarker(bytes, offset) : skipFill(bytes, offset);
    if (offset + 1 >= bytes.length) return err(cutOff(size, hasScan));
    if (bytes[offset] !== 0xff) return err(`byte ${offset} should start a marker and does not`);
    const marker = bytes[offset + 1] as number;
    if (marker === EOI) break;
    if (isStandalone(marker)) {
      offset += 2;
      continue;
    }
    const length = word(bytes, offset + 2);
    const segment = bytes.subarray(offset + 4, offset + 2 + length);
    if (length < 2 || offset + 2 + length > bytes.length) return err(cutOff(size, hasScan));
    if (OTHER_FRAMES.has(marker))
      return err("a lossless, hierarchical or arithmetic-coded JPEG; browsers do not decode those");
    if (DECODABLE_FRAMES.has(marker)) {
      if (segment.length < 6) return err("the frame header is too short");
      if (segment[0] !== 8) return err(`a JPEG with ${segment[0]} bits a sample; browsers decode 8`);
      size = { heightPx: word(segment, 1), widthPx: word(segment, 3) };
      const refusal = refuseSize(size.widthPx, size.heightPx);
      if (refusal !== undefined) return err(refusal);
    }
    if (marker === APP1 && orientation === undefined && EXIF_NAME.every((byte, i) => segment[i] === byte))
      orientation = readOrientation(segment.subarray(EXIF_NAME.length));
    if (marker === SOS) hasScan = true;
    offset += 2 + length;
  }
  if (size === undefined) return err("there is no frame header, so the size is unknown");
  if (!hasScan) return err("the picture data is missing");
  return ok({ format: "JPEG", storedSize: size, orientation: orientation ?? 1, warning: null });
}

/** The next marker after picture data: 0xFF that is neither stuffed (00), nor a restart (D0–D7), nor fill (FF). */
function nextMarker(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at !== -1 && at + 1 < bytes.length) {
    const follows = bytes[at + 1] as number;
    if (follows !== 0 && follows !== 0xff && !(follows >= 0xd0 && follows <= 0xd7)) return at;
    at = bytes.indexOf(0xff, at + (follows === 0xff ? 1 : 2));
  }
  return bytes.length;
}

/** Any number of 0xFF may stand before a marker. */
function skipFill(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
  return at;
}

function isStandalone(marker: number): boolean {
  return marker === SOI || marker === TEM || (marker >= 0xd0 && marker <= 0xd7);
}

function cutOff(size: unknown, hasScan: boolean): string {
  if (hasScan) return "the file ends inside the picture data, without the end marker: it was cut off";
  return size === undefined
    ? "the file ends before the frame header: it was cut off"
    : "the file ends before the picture data: it was cut off";
}

/** Big-endian 16 bits; 0 past the end. */
function word(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}
