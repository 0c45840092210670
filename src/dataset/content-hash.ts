// A short fingerprint of bytes and text, for telling whether a dataset changed. Not a defence against an attacker.
// MurmurHash3 (Appleby, x86 32 bit) run with two seeds, which gives 64 bits without WebCrypto.

export interface ContentHash {
  addBytes(bytes: Uint8Array): void;
  addText(text: string): void;
  /** 16 hexadecimal digits. */
  hex(): string;
}

/** Parts are kept apart: ("ab", "c") and ("a", "bc") differ. */
export function contentHash(): ContentHash {
  const encoder = new TextEncoder();
  let low = 0x9747b28c;
  let high = 0x3c6ef372;
  const addWord = (word: number): void => {
    low = mix(low, word);
    high = mix(high, word);
  };
  const addBytes = (bytes: Uint8Array): void => {
    addWord(bytes.length | 0);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const whole = bytes.length & ~3;
    for (let i = 0; i < whole; i += 4) addWord(view.getInt32(i, true));
    let rest = 0;
    for (let i = bytes.length - 1; i >= whole; i--) rest = (rest << 8) | (bytes[i] ?? 0);
    if (whole < bytes.length) addWord(rest);
  };
  return {
    addBytes,
    addText: (text) => addBytes(encoder.encode(text)),
    hex: () => hex32(finish(low)) + hex32(finish(high ^ low)),
  };
}

function mix(state: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = state ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(state: number): number {
  let h = state;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}
