// Bytes of a label file → text: byte-order marks, UTF-16 with and without one, and what to do when it is not UTF-8.
// Does not guess legacy encodings: digits survive in all of them, so words keep their places and lose only their letters.

export interface DecodedText {
  readonly text: string;
  /** What the person should know about the encoding. */
  readonly warning: string | null;
}

/** null when the bytes are no text. */
export function decodeText(bytes: Uint8Array): DecodedText | null {
  const wide = wideEncoding(bytes);
  const text = new TextDecoder(wide ?? "utf-8").decode(bytes);
  if (text.includes("\0")) return null;
  const isDamaged = wide === undefined && text.includes("\ufffd") && !isUtf8(bytes);
  return {
    text,
    warning: isDamaged
      ? "not UTF-8: letters that could not be read show as \ufffd, the coordinates are not affected"
      : null,
  };
}

/** UTF-16 by its mark, or by the zero byte that every ASCII letter has in it. */
function wideEncoding(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const [first = 1, second = 1] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (bytes.length < 4 || bytes.length % 2 !== 0) return undefined;
  if (first !== 0 && second === 0 && bytes[3] === 0) return "utf-16le";
  if (first === 0 && second !== 0 && bytes[2] === 0) return "utf-16be";
  return undefined;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
