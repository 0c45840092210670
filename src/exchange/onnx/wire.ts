// Protocol Buffers on the wire, as little as ONNX needs: tagged fields in order, read without copying and written once.
// The reader never recurses and never allocates by a length that a file claims, so a hostile file costs its own size at
// most. https://protobuf.dev/programming-guides/encoding

/** Fields of a whole file; PP-OCR detectors have about ten thousand. */
const MOST_FIELDS = 1_000_000;

/** A file that is not well formed: one clause, "a length reaches 12 bytes beyond the end". */
export class WireError extends Error {}

/** Shared by all readers of one file. */
interface WireBudget {
  fields: number;
}

export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #budget: WireBudget;
  #at = 0;
  #wire = 0;

  constructor(bytes: Uint8Array, budget: WireBudget = { fields: 0 }) {
    this.#bytes = bytes;
    this.#budget = budget;
  }

  /** Number of the next field, 0 at the end. Its value must be read or skipped before the next call. */
  next(): number {
    if (this.#at >= this.#bytes.length) return 0;
    if (++this.#budget.fields > MOST_FIELDS) throw new WireError(`it has more than ${MOST_FIELDS} fields`);
    const tag = this.#varint();
    this.#wire = tag % 8;
    const field = Math.floor(tag / 8);
    if (field < 1 || field >= 2 ** 29) throw new WireError(`byte ${this.#at} names no field`);
    return field;
  }

  /** A whole number, signed 64 bit; exact up to 2^53. */
  integer(): number {
    this.#expect(0, "a whole number");
    return this.#varint();
  }

  /** 32-bit float. */
  float(): number {
    this.#expect(5, "a float");
    const at = this.#take(4);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 4).getFloat32(0, true);
  }

  /** A stretch of the file itself, not a copy. */
  bytes(): Uint8Array {
    this.#expect(2, "a stretch of bytes");
    const length = this.#varint();
    const left = this.#bytes.length - this.#at;
    if (length < 0 || length > left) {
      throw new WireError(`a length of ${length} bytes reaches beyond the ${left} bytes that are left`);
    }
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  message(): WireReader {
    return new WireReader(this.bytes(), this.#budget);
  }

  /** UTF-8 of at most `most` bytes. */
  text(most = 4096): string {
    const bytes = this.bytes();
    if (bytes.length > most)
      throw new WireError(`a text of ${bytes.length} bytes stands where ${most} are the most`);
    return new TextDecoder().decode(bytes);
  }

  /** Adds one number, or a packed run of them. */
  integers(into: number[], most: number): void {
    if (this.#wire === 0) into.push(this.#varint());
    else {
      const packed = this.message();
      while (packed.#at < packed.#bytes.length) {
        into.push(packed.#varint());
        if (into.length > most) break;
      }
    }
    if (into.length > most) throw new WireError(`a list has more than ${most} numbers`);
  }

  /** As `integers`, for 32-bit floats. */
  floats(into: number[], most: number): void {
    if (this.#wire === 5) into.push(this.float());
    else {
      const bytes = this.bytes();
      if (bytes.length % 4 !== 0) throw new WireError("a run of floats is no multiple of four bytes");
      if (bytes.length / 4 + into.length > most) throw new WireError(`a list has more than ${most} numbers`);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = 0; at < bytes.length; at += 4) into.push(view.getFloat32(at, true));
    }
    if (into.length > most) throw new WireError(`a list has more than ${most} numbers`);
  }

  /** True where the value is a stretch of bytes (a packed run, a message). */
  isStretch(): boolean {
    return this.#wire === 2;
  }

  skip(): void {
    if (this.#wire === 0) this.#varint();
    else if (this.#wire === 1) this.#take(8);
    else if (this.#wire === 2) this.bytes();
    else if (this.#wire === 5) this.#take(4);
    else throw new WireError(`wire type ${this.#wire} at byte ${this.#at} is not used by ONNX`);
  }

  #expect(wire: number, what: string): void {
    if (this.#wire !== wire) throw new WireError(`${what} was expected before byte ${this.#at}`);
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw new WireError("the file ends in the middle of a value");
    this.#at += length;
    return at;
  }

  #varint(): number {
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new WireError("the file ends in the middle of a number");
      this.#at++;
      const bits = byte & 0x7f;
      if (i < 4) low += bits * 2 ** (7 * i);
      else if (i === 4) {
        low += (bits & 0xf) * 2 ** 28;
        high += bits >>> 4;
      } else high += bits * 2 ** (7 * i - 32);
      if (byte < 0x80) {
        // Two's complement of 64 bits: the upper half decides the sign.
        const signed = ((high % 2 ** 32) | 0) * 2 ** 32 + low;
        return signed;
      }
    }
    throw new WireError("a number has more than ten bytes");
  }
}

/** Collects a message; nested ones are written into writers of their own. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  integer(field: number, value: number): this {
    return this.#push(varint(field * 8), varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(varint(field * 8 + 5), bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(varint(field * 8 + 2), varint(value.length), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, write: (writer: WireWriter) => void): this {
    const inner = new WireWriter();
    write(inner);
    this.#push(varint(field * 8 + 2), varint(inner.#length));
    return this.#push(...inner.#parts);
  }

  /** Unpacked, as ONNX files write dimensions and attributes. */
  integers(field: number, values: readonly number[]): this {
    for (const value of values) this.integer(field, value);
    return this;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #push(...parts: readonly Uint8Array[]): this {
    for (const part of parts) {
      this.#parts.push(part);
      this.#length += part.length;
    }
    return this;
  }
}

/** Whole numbers from 0 to 2^53. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
