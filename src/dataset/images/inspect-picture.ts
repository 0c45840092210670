// Tells by its first bytes what a file is, and reads a picture's facts without decoding it. File names do not matter here.

import { err, type Result } from "../../core/index.ts";
import type { PictureFacts } from "./facts.ts";
import { inspectJpeg } from "./jpeg.ts";
import { inspectPng } from "./png.ts";
import { inspectWebp } from "./webp.ts";

/** Enough leading bytes for `sniffPicture`. */
export const SNIFF_BYTES = 32;

type Inspect = (bytes: Uint8Array) => Result<PictureFacts, string>;

interface Signature {
  readonly name: string;
  readonly offset: number;
  readonly bytes: string;
  /** Absent where browsers cannot decode the kind dependably. */
  readonly inspect?: Inspect;
}

const SIGNATURES: readonly Signature[] = [
  { name: "JPEG", offset: 0, bytes: "\xff\xd8\xff", inspect: inspectJpeg },
  { name: "PNG", offset: 0, bytes: "\x89PNG\r\n\x1a\n", inspect: inspectPng },
  { name: "WebP", offset: 8, bytes: "WEBP", inspect: inspectWebp },
  { name: "GIF", offset: 0, bytes: "GIF8" },
  { name: "TIFF", offset: 0, bytes: "II*\0" },
  { name: "TIFF", offset: 0, bytes: "MM\0*" },
  { name: "AVIF", offset: 4, bytes: "ftypavif" },
  { name: "HEIC", offset: 4, bytes: "ftyphei" },
  { name: "HEIC", offset: 4, bytes: "ftypmif1" },
  { name: "JPEG XL", offset: 0, bytes: "\0\0\0\x0cJXL " },
  { name: "JPEG 2000", offset: 0, bytes: "\0\0\0\x0cjP  " },
  { name: "Photoshop", offset: 0, bytes: "8BPS" },
  { name: "PDF", offset: 0, bytes: "%PDF-" },
];
const PICTURE_NAME = /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?|avif|hei[cf]|jxl|jp2|psd)$/i;

/** The kind of picture that the bytes start like, by its common name. */
export function sniffPicture(head: Uint8Array): string | undefined {
  return signatureOf(head)?.name;
}

export function hasPictureName(path: string): boolean {
  return PICTURE_NAME.test(path);
}

/** Facts of a whole picture file, or one sentence saying why it is refused. Never throws, allocates nothing. */
export function inspectPicture(bytes: Uint8Array): Result<PictureFacts, string> {
  if (bytes.length === 0) return err("the file is empty");
  const signature = signatureOf(bytes);
  if (signature === undefined)
    return err("the content is no picture: it starts like neither JPEG, PNG nor WebP");
  if (signature.inspect === undefined)
    return err(`a ${signature.name} file; JPEG, PNG and WebP are read, so save it as one of those`);
  return signature.inspect(bytes);
}

function signatureOf(head: Uint8Array): Signature | undefined {
  return SIGNATURES.find(({ offset, bytes }) => {
    for (let i = 0; i < bytes.length; i++) if (head[offset + i] !== bytes.charCodeAt(i)) return false;
    return true;
  });
}
