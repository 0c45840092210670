// A 64-bit name for a stream of bytes: two 32-bit lanes mixed as in cyrb53. It tells sets apart; it protects nothing.

export interface Digest {
  bytes(data: Uint8Array): void;
  text(value: string): void;
  hex(): string;
}

export function startDigest(): Digest {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  const encoder = new TextEncoder();
  const bytes = (data: Uint8Array): void => {
    for (let i = 0; i < data.length; i++) {
      const byte = data[i] as number;
      high = Math.imul(high ^ byte, 2654435761);
      low = Math.imul(low ^ byte, 1597334677);
    }
    // The length keeps "ab" + "c" apart from "a" + "bc".
    high = Math.imul(high ^ (high >>> 16) ^ data.length, 2246822507);
    low = Math.imul(low ^ (low >>> 13) ^ data.length, 3266489909);
  };
  return {
    bytes,
    text: (value) => bytes(encoder.encode(value)),
    hex: () =>
      [high ^ (low >>> 15), low ^ (high >>> 13)]
        .map((lane) => (lane >>> 0).toString(16).padStart(8, "0"))
        .join(""),
  };
}
