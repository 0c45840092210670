// Bytes (of contents, not of field names) and checksum of a value that structured clone takes, in one walk: by the checksum a damaged record is told from a good one.
// The checksum is FNV-1a over 32-bit words: it finds damage, not forgery. Of a blob only size and type are looked at.

export interface Measured {
  readonly bytes: number;
  readonly checksum: number;
}

const float = new Float64Array(1);
const floatWords = new Uint32Array(float.buffer);

/** Throws TypeError for what cannot be stored (functions, symbols, class instances that clone to something else). */
export function measure(value: unknown): Measured {
  let bytes = 0;
  let hash = 0x811c9dc5;
  const word = (bits: number): void => {
    hash = Math.imul(hash ^ bits, 0x01000193);
  };
  const text = (characters: string): void => {
    word(characters.length);
    for (let i = 0; i < characters.length; i++) word(characters.charCodeAt(i));
  };
  const raw = (view: ArrayBufferView): void => {
    bytes += view.byteLength;
    word(view.byteLength);
    hash = hashOf(view, hash);
  };
  const visit = (part: unknown): void => {
    if (part === null || part === undefined) word(part === null ? 1 : 2);
    else if (typeof part === "boolean") word(part ? 3 : 4);
    else if (typeof part === "number") {
      bytes += 8;
      float[0] = part;
      word(floatWords[0] as number);
      word(floatWords[1] as number);
    } else if (typeof part === "string") {
      bytes += 2 * part.length;
      text(part);
    } else if (typeof part === "bigint") visit(part.toString());
    else if (ArrayBuffer.isView(part)) raw(part);
    else if (part instanceof ArrayBuffer) raw(new Uint8Array(part));
    else if (part instanceof Date) visit(part.getTime());
    else if (part instanceof Blob) {
      bytes += part.size;
      word(part.size);
      text(part.type);
    } else if (part instanceof Map || part instanceof Set) visit([...part]);
    else if (Array.isArray(part)) {
      word(part.length);
      for (const item of part) visit(item);
    } else if (typeof part === "object") {
      for (const [key, item] of Object.entries(part)) {
        text(key);
        visit(item);
      }
    } else throw new TypeError(`a ${typeof part} cannot be stored`);
  };
  visit(value);
  return { bytes, checksum: hash >>> 0 };
}

function hashOf(view: ArrayBufferView, seed: number): number {
  const { buffer, byteOffset, byteLength } = view;
  const isAligned = byteOffset % 4 === 0;
  const words = isAligned
    ? new Uint32Array(buffer, byteOffset, byteLength >> 2)
    : new Uint32Array(buffer.slice(byteOffset, byteOffset + (byteLength & ~3)));
  let hash = seed;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ (words[i] as number), 0x01000193);
  const rest = new Uint8Array(buffer, byteOffset + (byteLength & ~3), byteLength & 3);
  for (const byte of rest) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
