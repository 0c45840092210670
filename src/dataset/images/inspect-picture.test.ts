import { crc32 as zlibCrc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32 } from "./crc32.ts";
import { inspectPicture } from "./inspect-picture.ts";

const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
const be16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
const be32 = (value: number): number[] => [...be16(value >>> 16), ...be16(value & 0xffff)];
const le16 = (value: number): number[] => be16(value).reverse();
const le32 = (value: number): number[] => be32(value).reverse();

/** A TIFF block whose first entry is another tag and whose second is the orientation. */
function tiff(orientation: number, little: boolean): number[] {
  const [u16, u32] = little ? [le16, le32] : [be16, be32];
  const entry = (tag: number, value: number): number[] => [
    ...u16(tag),
    ...u16(3),
    ...u32(1),
    ...u16(value),
    0,
    0,
  ];
  return [
    ...ascii(little ? "II" : "MM"),
    ...u16(42),
    ...u32(8),
    ...u16(2),
    ...entry(0x0100, 7),
    ...entry(0x0112, orientation),
    ...u32(0),
  ];
}

function jpeg({
  orientation = 1,
  little = false,
  width = 320,
  height = 200,
  frame = 0xc0,
  bits = 8,
} = {}): Uint8Array {
  const segment = (marker: number, payload: number[]): number[] => [
    0xff,
    marker,
    ...be16(payload.length + 2),
    ...payload,
  ];
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xe0, ascii("JFIF\0")),
    ...segment(0xe1, [...ascii("Exif\0\0"), ...tiff(orientation, little)]),
    // A second APP1 block (XMP) must not hide the first.
    ...segment(0xe1, ascii("http://ns.adobe.com/xap/1.0/\0")),
    ...segment(frame, [bits, ...be16(height), ...be16(width), 1, 1, 0x11, 0]),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    // Picture data with a stuffed byte, a restart marker and a second scan.
    ...[1, 0xff, 0x00, 2, 0xff, 0xd0, 3],
    ...segment(0xda, [1, 1, 0, 1, 63, 0]),
    ...[4, 5, 0xff, 0xd9],
  ]);
}

function chunk(type: string, payload: readonly number[]): number[] {
  const body = [...ascii(type), ...payload];
  return [...be32(payload.length), ...body, ...be32(zlibCrc32(Uint8Array.from(body)))];
}

function png({
  orientation = 0,
  width = 32,
  height = 20,
  depth = 8,
  colour = 2,
  data = [] as number[],
} = {}): Uint8Array {
  const pixels = data.length > 0 ? data : [...deflateSync(new Uint8Array(height * (1 + width * 3)))];
  return Uint8Array.from([
    ...[0x89, ...ascii("PNG\r\n\x1a\n")],
    ...chunk("IHDR", [...be32(width), ...be32(height), depth, colour, 0, 0, 0]),
    ...(orientation > 0 ? chunk("eXIf", tiff(orientation, false)) : []),
    ...chunk("IDAT", pixels),
    ...chunk("IEND", []),
  ]);
}

function webp(orientation: number, width = 300, height = 200): Uint8Array {
  const riff = (type: string, payload: number[]): number[] => [
    ...ascii(type),
    ...le32(payload.length),
    ...payload,
    ...(payload.length % 2 === 1 ? [0] : []),
  ];
  const side = (value: number): number[] => le32(value - 1).slice(0, 3);
  const bits = (width - 1) | ((height - 1) << 14);
  const body = [
    ...riff("VP8X", [8, 0, 0, 0, ...side(width), ...side(height)]),
    ...riff("VP8L", [0x2f, ...le32(bits)]),
    ...riff("EXIF", tiff(orientation, true)),
  ];
  return Uint8Array.from([...ascii("RIFF"), ...le32(body.length + 4), ...ascii("WEBP"), ...body]);
}

function errorOf(bytes: Uint8Array): string {
  const facts = inspectPicture(bytes);
  return facts.ok ? "accepted" : facts.error;
}

describe("inspectPicture", () => {
  it.each(ORIENTATIONS)("reads size and EXIF orientation %i of JPEG and PNG", (orientation) => {
    for (const little of [true, false]) {
      expect(inspectPicture(jpeg({ orientation, little }))).toEqual({
        ok: true,
        value: { format: "JPEG", storedSize: { widthPx: 320, heightPx: 200 }, orientation, warning: null },
      });
    }
    expect(inspectPicture(png({ orientation }))).toMatchObject({
      value: { format: "PNG", storedSize: { widthPx: 32, heightPx: 20 }, orientation },
    });
  });

  it.each(ORIENTATIONS)(
    "tells the EXIF orientation %i of a WebP, which decoders do not apply",
    (orientation) => {
      const facts = inspectPicture(webp(orientation));
      expect(facts).toMatchObject({
        value: { format: "WebP", storedSize: { widthPx: 300, heightPx: 200 }, orientation: 1 },
      });
      const warning = facts.ok ? facts.value.warning : null;
      if (orientation === 1) expect(warning).toBeNull();
      else expect(warning).toContain(`EXIF orientation ${orientation} is not applied`);
    },
  );

  it.each([0, 9, 65535])("takes the nonsense orientation %i as 1", (orientation) => {
    expect(inspectPicture(jpeg({ orientation }))).toMatchObject({ value: { orientation: 1 } });
  });

  it("refuses every file that was cut off, wherever it was cut", () => {
    for (const whole of [jpeg({}), png({ orientation: 6 }), webp(6)]) {
      expect(inspectPicture(whole).ok).toBe(true);
      for (let length = 0; length < whole.length; length++)
        expect([length, inspectPicture(whole.subarray(0, length)).ok]).toEqual([length, false]);
    }
  });

  it("accepts what follows the end: cameras append previews", () => {
    for (const whole of [jpeg({}), png(), webp(1)])
      expect(inspectPicture(Uint8Array.from([...whole, 1, 2, 3, 4])).ok).toBe(true);
  });

  it("refuses absurd sizes by the header alone, and lets large scans pass", () => {
    expect(errorOf(png({ width: 100_000, height: 100_000, data: [1] }))).toContain("100000 × 100000");
    expect(errorOf(png({ width: 60_000, height: 40, data: [1] }))).toContain("sides up to 16384");
    expect(errorOf(jpeg({ width: 16_000, height: 16_000 }))).toContain("megapixels");
    expect(errorOf(jpeg({ width: 0 }))).toContain("0 × 200");
    expect(errorOf(jpeg({ width: 7016, height: 9921 }))).toBe("accepted");
    expect(errorOf(webp(1, 16_384, 6_000))).toBe("accepted");
  });

  it("sees damage in a PNG", () => {
    const flipped = png();
    flipped[flipped.length - 20] = (flipped.at(-20) ?? 0) ^ 1;
    expect(errorOf(flipped)).toContain("checksum of chunk IDAT");
    expect(errorOf(png({ width: 3000, height: 3000, data: [1, 2, 3] }))).toContain("data is missing");
    expect(errorOf(png({ depth: 3 }))).toContain("does not exist");
  });

  it.each([
    ["GIF89a......", "GIF"],
    ["II*\0........", "TIFF"],
    ["\0\0\0\x1cftypheic", "HEIC"],
    ["\0\0\0\x1cftypavif", "AVIF"],
    ["%PDF-1.7", "PDF"],
  ])("refuses %j by name", (head, name) => {
    expect(errorOf(Uint8Array.from(ascii(head)))).toContain(`a ${name} file`);
  });

  it.each([0xc3, 0xc9, 0xcf])("refuses JPEG frames that browsers do not decode (%i)", (frame) => {
    expect(errorOf(jpeg({ frame }))).toContain("browsers do not decode");
    expect(errorOf(jpeg({ bits: 12 }))).toContain("12 bits");
  });

  it("survives random bytes after a good start and random changes", () => {
    const starts = [jpeg({}), png({ orientation: 3 }), webp(8)];
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.nat(),
        fc.uint8Array({ maxLength: 200 }),
        (start, cut, noise) => {
          const bytes = Uint8Array.from([...start.subarray(0, cut % start.length), ...noise]);
          const facts = inspectPicture(bytes);
          if (!facts.ok) return;
          const { widthPx, heightPx } = facts.value.storedSize;
          expect(widthPx > 0 && heightPx > 0 && widthPx * heightPx <= 1e8).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

it("crc32 is zlib's", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(crc32(bytes, 0, bytes.length)).toBe(zlibCrc32(bytes));
    }),
  );
});
