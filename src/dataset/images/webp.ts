// Looks at a WebP without decoding it: size, and whether the file holds what its container claims. An EXIF orientation is
// told and not applied: Chrome's decoder ignores it in WebP (it applies it in JPEG and PNG), and labels must fit what is decoded.
// Source: RFC 9649 (container, VP8X, VP8L) and RFC 6386 section 9.1 (VP8 frame header).

import { err, ok, type Result } from "../../core/index.ts";
import type { Orientation } from "../types.ts";
import { readOrientation } from "./exif.ts";
import { type PictureFacts, refuseSize } from "./facts.ts";

type Sides = readonly [widthPx: number, heightPx: number];

export function inspectWebp(bytes: Uint8Array): Result<PictureFacts, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 8 + view.getUint32(4, true);
  if (end > bytes.length)
    return err(`the container claims ${end} bytes and the file has ${bytes.length}: it was cut off`);
  let canvas: Sides | undefined;
  let frame: Sides | undefined;
  let orientation: Orientation = 1;
  let hasFrame = false;
  let offset = 12;
  while (offset + 8 <= end) {
    const type = String.fromCharCode(...bytes.subarray(offset, offset + 4));
    const length = view.getUint32(offset + 4, true);
    const start = offset + 8;
    if (start + length > end) return err(`the file ends inside chunk "${type.trim()}": it was cut off`);
    const chunk = bytes.subarray(start, start + length);
    if (type === "VP8X") canvas = canvasSides(chunk);
    if (type === "VP8 " || type === "VP8L") {
      frame ??= type === "VP8 " ? lossySides(chunk) : losslessSides(chunk);
      if (frame === undefined) return err(`the frame header in chunk "${type.trim()}" is damaged`);
    }
    if (type === "VP8 " || type === "VP8L" || type === "ANMF") hasFrame = true;
    if (type === "EXIF") orientation = readOrientation(withoutExifName(chunk));
    offset = start + length + (length & 1);
  }
  if (!hasFrame) return err("the picture data is missing");
  const [widthPx, heightPx] = canvas ?? frame ?? [0, 0];
  const refusal = refuseSize(widthPx, heightPx);
  if (refusal !== undefined) return err(refusal);
  const warning =
    orientation === 1
      ? null
      : `EXIF orientation ${orientation} is not applied, because browsers show WebP pictures as they are stored; saved as JPEG it is`;
  return ok({ format: "WebP", storedSize: { widthPx, heightPx }, orientation: 1, warning });
}

function canvasSides(chunk: Uint8Array): Sides | undefined {
  return chunk.length < 10 ? undefined : [1 + littleEndian(chunk, 4, 3), 1 + littleEndian(chunk, 7, 3)];
}

function lossySides(chunk: Uint8Array): Sides | undefined {
  const hasStartCode = chunk[3] === 0x9d && chunk[4] === 0x01 && chunk[5] === 0x2a;
  if (chunk.length < 10 || !hasStartCode) return undefined;
  return [littleEndian(chunk, 6, 2) & 0x3fff, littleEndian(chunk, 8, 2) & 0x3fff];
}

function losslessSides(chunk: Uint8Array): Sides | undefined {
  if (chunk.length < 5 || chunk[0] !== 0x2f) return undefined;
  const bits = littleEndian(chunk, 1, 4);
  return [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)];
}

/** Some writers keep the JPEG name "Exif\0\0" before the TIFF block. */
function withoutExifName(chunk: Uint8Array): Uint8Array {
  return chunk[0] === 0x45 && chunk[1] === 0x78 ? chunk.subarray(6) : chunk;
}

function littleEndian(bytes: Uint8Array, offset: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = (value << 8) | (bytes[offset + i] ?? 0);
  return value >>> 0;
}
