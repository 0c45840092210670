// Looks at a PNG without decoding it: size, EXIF orientation, checksums, and whether its data can be all there.
// Source: PNG specification, third edition (chunks 5.3, IHDR 11.2.1, eXIf 11.3.6). Interlaced files count like plain ones.

import { err, ok, type Result } from "../../core/index.ts";
import type { Orientation } from "../types.ts";
import { crc32 } from "./crc32.ts";
import { readOrientation } from "./exif.ts";
import { type PictureFacts, refuseSize } from "./facts.ts";

/** Allowed bit depths and samples a pixel by colour type. */
const COLOUR_TYPES: ReadonlyMap<number, { readonly depths: readonly number[]; readonly samples: number }> =
  new Map([
    [0, { depths: [1, 2, 4, 8, 16], samples: 1 }],
    [2, { depths: [8, 16], samples: 3 }],
    [3, { depths: [1, 2, 4, 8], samples: 1 }],
    [4, { depths: [8, 16], samples: 2 }],
    [6, { depths: [8, 16], samples: 4 }],
  ]);
/** Deflate cannot expand a byte into more than this many (zlib, technical details). */
const MAX_INFLATION = 1032;

export function inspectPng(bytes: Uint8Array): Result<PictureFacts, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(bytes, view);
  if (!header.ok) return header;
  const { widthPx, heightPx, bitsPerPixel } = header.value;
  let orientation: Orientation = 1;
  let dataBytes = 0;
  let offset = 33;
  for (;;) {
    if (offset + 12 > bytes.length) return err("the file ends before the end chunk (IEND): it was cut off");
    const length = view.getUint32(offset);
    const end = offset + 8 + length;
    const type = chunkType(bytes, offset + 4);
    if (end + 4 > bytes.length) return err(`the file ends inside chunk ${type}: it was cut off`);
    // Decoders skip an ancillary chunk (lower-case first letter) whose checksum is wrong; so do we.
    const isIntact = crc32(bytes, offset + 4, end) === view.getUint32(end);
    if (!isIntact && isCritical(type)) return err(`the checksum of chunk ${type} at byte ${offset} is wrong`);
    if (type === "IDAT") dataBytes += length;
    if (type === "eXIf" && isIntact) orientation = readOrientation(bytes.subarray(offset + 8, end));
    if (type === "IEND") break;
    offset = end + 4;
  }
  const neededBytes = heightPx * Math.ceil((widthPx * bitsPerPixel) / 8);
  if (dataBytes * MAX_INFLATION < neededBytes)
    return err(`${dataBytes} bytes of data cannot hold ${widthPx} × ${heightPx} pixels: the data is missing`);
  return ok({ format: "PNG", storedSize: { widthPx, heightPx }, orientation, warning: null });
}

interface Header {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bitsPerPixel: number;
}

function readHeader(bytes: Uint8Array, view: DataView): Result<Header, string> {
  if (bytes.length < 33) return err("the file ends inside the header: it was cut off");
  if (view.getUint32(8) !== 13 || chunkType(bytes, 12) !== "IHDR")
    return err("the header chunk (IHDR) is missing");
  if (crc32(bytes, 12, 29) !== view.getUint32(29))
    return err("the checksum of the header chunk (IHDR) is wrong");
  const widthPx = view.getUint32(16);
  const heightPx = view.getUint32(20);
  const refusal = refuseSize(widthPx, heightPx);
  if (refusal !== undefined) return err(refusal);
  const depth = view.getUint8(24);
  const colourType = view.getUint8(25);
  const colour = COLOUR_TYPES.get(colourType);
  if (colour === undefined || !colour.depths.includes(depth))
    return err(`colour type ${colourType} with ${depth} bits does not exist in PNG`);
  return ok({ widthPx, heightPx, bitsPerPixel: depth * colour.samples });
}

function chunkType(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}

function isCritical(type: string): boolean {
  return (type.charCodeAt(0) & 0x20) === 0;
}
