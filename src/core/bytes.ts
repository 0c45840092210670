// Memory that is written again and again: the first touch of a fresh array costs more than filling it once it is there.

/** `used` where it has exactly this length and a buffer to itself, with what it held; else fresh zeros. */
export function bytesIn(used: Uint8Array<ArrayBuffer> | undefined, length: number): Uint8Array<ArrayBuffer> {
  return used?.length === length && used.buffer.byteLength === length ? used : new Uint8Array(length);
}
