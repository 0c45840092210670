// What a page's target geometry depends on, as named parts. Two requests share geometry when every part is the same; a part
// that differs can be named with both values. Taken before augmentation, so that it is the same in every epoch.

import type { Size } from "../../core/index.ts";
import type { Orientation, PageId, Word } from "../../dataset/index.ts";
import { TARGETS_VERSION, type TargetParams } from "../params.ts";
import type { ChangedPart } from "./types.ts";

export interface GeometryRequest {
  readonly pageId: PageId;
  /** Says which picture the page shows: a content hash, or whatever changes when the picture does. */
  readonly imageIdentity: string;
  readonly orientation: Orientation;
  readonly size: Size<"upright">;
  readonly words: readonly Pick<Word, "polygon" | "ignore">[];
  readonly params: TargetParams;
}

export interface GeometryKey extends KeyParts {
  readonly page: string;
  readonly image: string;
  /** Number of words and 128 bits over their corners, their grouping and their ignore marks. */
  readonly words: string;
  readonly orientation: number;
  readonly size: string;
  readonly variant: string;
  readonly shrinkRatio: number;
  readonly thresholds: string;
  readonly minTextSizePx: number;
  readonly clamp: boolean;
  readonly generatorVersion: number;
}

export function keyOf({
  pageId,
  imageIdentity,
  orientation,
  size,
  words,
  params,
}: GeometryRequest): GeometryKey {
  return {
    page: pageId,
    image: imageIdentity,
    words: wordsPart(words),
    orientation,
    size: `${size.widthPx}×${size.heightPx}`,
    variant: params.variant,
    shrinkRatio: params.shrinkRatio,
    thresholds: `${params.thresholdMin}…${params.thresholdMax}`,
    minTextSizePx: params.minTextSizePx,
    clamp: params.clamp !== false,
    generatorVersion: TARGETS_VERSION,
  };
}

/** Named parts of any tier's key; `page` says where the entry lies. */
export type KeyParts = Readonly<Record<string, string | number | boolean>>;

/** The first part in which two keys differ, or null. A key that was made once and kept needs no comparing with itself. */
export function firstDifference(was: KeyParts, is: KeyParts): ChangedPart | null {
  if (was === is) return null;
  for (const part in is) {
    if (was[part] !== is[part]) return { part, was: String(was[part]), is: String(is[part]) };
  }
  return null;
}

/** Characters of the key's texts, two bytes each, and eight bytes a number. */
export function keySizeBytes(key: KeyParts): number {
  let bytes = 0;
  for (const part in key) {
    const value = key[part];
    bytes += typeof value === "string" ? 2 * value.length : 8;
  }
  return bytes;
}

/** 128 bits over the bytes of an encoded picture, in this machine's byte order. */
export function hashBytes(bytes: Uint8Array): string {
  const hash = new Hash128();
  hash.add(bytes.length);
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
  hash.addMany(words);
  for (let i = 4 * words.length; i < bytes.length; i++) hash.add(bytes[i] as number);
  return hash.text();
}

const wordHashes = new WeakMap<object, string>();

/** An annotation never changes in place (a changed one is another array), so its hash is made once. */
function wordsPart(words: GeometryRequest["words"]): string {
  const known = wordHashes.get(words);
  if (known !== undefined) return known;
  const hash = hashWords(words);
  wordHashes.set(words, hash);
  return hash;
}

/** Word count and a hash over corner counts, ignore marks and the exact bits of every coordinate, in order. */
function hashWords(words: GeometryRequest["words"]): string {
  const hash = new Hash128();
  for (const { polygon, ignore } of words) {
    hash.add(polygon.length * 2 + (ignore ? 1 : 0));
    const bits = new Uint32Array(polygon.buffer, polygon.byteOffset, polygon.length * 2);
    for (let i = 0; i < bits.length; i++) hash.add(bits[i] as number);
  }
  return `${words.length}:${hash.text()}`;
}

/** Four 32-bit lanes, each multiplied and mixed with its neighbour at every step. No step forgets anything of what went in. */
class Hash128 {
  #a = 0x243f6a88;
  #b = 0x85a308d3;
  #c = 0x13198a2e;
  #d = 0x03707344;

  add(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x9e3779b1) ^ (this.#b >>> 15);
    this.#b = Math.imul(this.#b ^ value, 0x85ebca77) ^ (this.#c >>> 13);
    this.#c = Math.imul(this.#c ^ value, 0xc2b2ae3d) ^ (this.#d >>> 16);
    this.#d = Math.imul(this.#d ^ value, 0x27d4eb2f) ^ (this.#a >>> 14);
  }

  /** Four values a step, one for each lane; what is left over singly. */
  addMany(values: Uint32Array): void {
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d];
    const whole = values.length - (values.length % 4);
    for (let i = 0; i < whole; i += 4) {
      a = Math.imul(a ^ (values[i] as number), 0x9e3779b1) ^ (b >>> 15);
      b = Math.imul(b ^ (values[i + 1] as number), 0x85ebca77) ^ (c >>> 13);
      c = Math.imul(c ^ (values[i + 2] as number), 0xc2b2ae3d) ^ (d >>> 16);
      d = Math.imul(d ^ (values[i + 3] as number), 0x27d4eb2f) ^ (a >>> 14);
    }
    [this.#a, this.#b, this.#c, this.#d] = [a, b, c, d];
    for (let i = whole; i < values.length; i++) this.add(values[i] as number);
  }

  text(): string {
    return [this.#a, this.#b, this.#c, this.#d]
      .map((lane) => (lane >>> 0).toString(16).padStart(8, "0"))
      .join("");
  }
}
