// Opens one foreign file: decides by content whether it is a picture or text, and reads what it says. Each file is read
// once and let go; what is huge and no picture is not read at all. Judges the file alone: pairing is elsewhere.

import { err, type Result, toErrorData } from "../core/index.ts";
import { contentHash } from "./content-hash.ts";
import { MAX_PICTURE_BYTES, type PictureFacts } from "./images/facts.ts";
import { hasPictureName, inspectPicture, SNIFF_BYTES, sniffPicture } from "./images/inspect-picture.ts";
import { decodeText } from "./importers/decode-text.ts";
import { type ReadLabels, readLabels } from "./importers/table.ts";
import type { PageFile } from "./types.ts";

/** Largest label file read: the text is held in memory while it is parsed. */
const MAX_LABEL_BYTES = 256 * 1024 * 1024;

export interface ForeignFile {
  /** As it came, with "/" between folders; plain data, never used to open anything. */
  readonly path: string;
  readonly file: PageFile;
}

export interface OpenedPicture {
  readonly kind: "picture";
  readonly path: string;
  readonly file: PageFile;
  readonly facts: Result<PictureFacts, string>;
  /** Of the whole file. */
  readonly hash: string;
}

export interface OpenedLabels {
  readonly kind: "labels";
  readonly path: string;
  readonly labels: Result<ReadLabels, string>;
  readonly encodingWarning: string | null;
}

export type OpenedFile = OpenedPicture | OpenedLabels;

/** Never rejects because of what the file holds, nor because it cannot be read: both become refusals. */
export async function openFile({ path, file }: ForeignFile): Promise<OpenedFile> {
  try {
    const head = await readBytes(file, SNIFF_BYTES);
    const isPicture = sniffPicture(head) !== undefined || hasPictureName(path);
    return isPicture ? await openPicture(path, file) : await openLabels(path, file);
  } catch (thrown) {
    const reason = err(`the file could not be read: ${toErrorData(thrown, "reading").message}`);
    return hasPictureName(path)
      ? { kind: "picture", path, file, facts: reason, hash: "" }
      : { kind: "labels", path, labels: reason, encodingWarning: null };
  }
}

async function openPicture(path: string, file: PageFile): Promise<OpenedPicture> {
  if (file.size > MAX_PICTURE_BYTES)
    return { kind: "picture", path, file, facts: err(tooBig(file.size, MAX_PICTURE_BYTES)), hash: "" };
  const bytes = await readBytes(file);
  const hash = contentHash();
  hash.addBytes(bytes);
  return { kind: "picture", path, file, facts: inspectPicture(bytes), hash: hash.hex() };
}

async function openLabels(path: string, file: PageFile): Promise<OpenedLabels> {
  if (file.size > MAX_LABEL_BYTES)
    return { kind: "labels", path, labels: err(tooBig(file.size, MAX_LABEL_BYTES)), encodingWarning: null };
  const decoded = decodeText(await readBytes(file));
  if (decoded === null)
    return {
      kind: "labels",
      path,
      labels: err("binary data that is neither a picture nor text"),
      encodingWarning: null,
    };
  return { kind: "labels", path, labels: readLabels(path, decoded.text), encodingWarning: decoded.warning };
}

/** The first `count` bytes where the file can be sliced, else and without `count` all of it. */
async function readBytes(file: PageFile, count?: number): Promise<Uint8Array> {
  const part = count === undefined ? file : (file.slice?.(0, Math.min(count, file.size)) ?? file);
  return new Uint8Array(await part.arrayBuffer());
}

function tooBig(sizeBytes: number, limitBytes: number): string {
  return `the file has ${Math.round(sizeBytes / 1e6)} MB; up to ${Math.round(limitBytes / 1e6)} MB are read`;
}
