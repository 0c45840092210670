// Named arrays in one file, as PyTorch's users exchange them: eight bytes of header length, a JSON header, raw little-endian
// values. Lengths and offsets of a foreign file are checked before anything is allocated. https://github.com/huggingface/safetensors

import { PlaygroundError } from "../core/index.ts";

interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface TensorFile {
  readonly arrays: ReadonlyMap<string, NamedArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

const MOST_HEADER_BYTES = 16 * 2 ** 20;

/** Arrays in the given order; the header is padded to eight bytes, so that the values lie aligned. */
export function writeSafetensors({ arrays, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: "pt", ...metadata } };
  let offset = 0;
  for (const [name, { shape, values }] of arrays) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(text, 8);
  let at = 8 + headerBytes;
  for (const { values } of arrays.values()) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

/** Throws PlaygroundError "bad-file" naming the entry that is wrong. `name` is for messages. */
export function readSafetensors(bytes: Uint8Array, name: string): TensorFile {
  const refuse = (why: string): PlaygroundError =>
    new PlaygroundError({
      code: "bad-file",
      message: `${name} is no safetensors file that can be read: ${why}.`,
      what: name,
      doing: "reading weights",
      next: "Write it again, or check that the file arrived whole.",
    });
  if (bytes.length < 8) throw refuse("it has less than eight bytes");
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (headerBytes > MOST_HEADER_BYTES || headerBytes > bytes.length - 8) {
    throw refuse(`its header claims ${headerBytes} bytes of the ${bytes.length} that are there`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + headerBytes)));
  } catch (thrown) {
    throw refuse(`its header is no JSON (${thrown instanceof Error ? thrown.message : String(thrown)})`);
  }
  if (!isObject(header)) throw refuse("its header is no object");
  const data = bytes.subarray(8 + headerBytes);
  const arrays = new Map<string, NamedArray>();
  let metadata: Record<string, string> = {};
  for (const [key, entry] of Object.entries(header)) {
    if (!isObject(entry)) throw refuse(`its entry "${key}" is no object`);
    if (key === "__metadata__") {
      const texts = Object.entries(entry).filter(
        (pair): pair is [string, string] => typeof pair[1] === "string",
      );
      metadata = Object.fromEntries(texts);
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = entry;
    if (dtype !== "F32") throw refuse(`"${key}" holds ${JSON.stringify(dtype)}; F32 is expected`);
    if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
      throw refuse(`the shape or the place of "${key}" is missing`);
    const [from = 0, to = 0] = offsets;
    const count = shape.reduce((product, side) => product * side, 1);
    if (from > to || to > data.length || to - from !== 4 * count) {
      throw refuse(
        `"${key}" of shape [${shape.join(", ")}] does not fit its place ${from} to ${to} of ${data.length} bytes`,
      );
    }
    arrays.set(key, { shape, values: new Float32Array(new Uint8Array(data.subarray(from, to)).buffer) });
  }
  return { arrays, metadata };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= 16 &&
    value.every((each) => Number.isSafeInteger(each) && each >= 0)
  );
}
