// Node's decoder against what the importer says of the same bytes: EXIF is applied exactly once, in every format.

import { createCanvas } from "@napi-rs/canvas";
import { describe, expect, it } from "vitest";
import { inspectPicture } from "../../../src/dataset/images/inspect-picture.ts";
import { storedToUpright, uprightSize } from "../../../src/dataset/orientation.ts";
import { withOrientation } from "../../../tests/pictures/with-orientation.ts";
import { decodePage } from "./decode.ts";

const stored = { widthPx: 40, heightPx: 20 } as Parameters<typeof uprightSize>[0];
/** Middle of the only white block, in stored pixels. */
const MARK = { u: 5, v: 5 };

function drawn(type: string): Uint8Array {
  const canvas = createCanvas(stored.widthPx, stored.heightPx);
  const context = canvas.getContext("2d");
  context.fillRect(0, 0, stored.widthPx, stored.heightPx);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, 2 * MARK.u, 2 * MARK.v);
  if (type === "image/png") return canvas.toBuffer("image/png");
  return type === "image/jpeg" ? canvas.toBuffer("image/jpeg", 100) : canvas.toBuffer("image/webp", 100);
}

describe.each(["image/jpeg", "image/png", "image/webp"])("%s", (type) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)(
    "is decoded as the importer expects, orientation %i",
    async (tag) => {
      const bytes = withOrientation(type, drawn(type), tag, stored);
      const facts = inspectPicture(bytes);
      if (!facts.ok) throw new Error(facts.error);
      const { orientation } = facts.value;
      const size = uprightSize(stored, orientation);
      const page = { name: "page", file: new Blob([bytes]), orientation, size };
      const picture = await decodePage(page);
      const { a, b, c, d, e, f } = storedToUpright(orientation, stored);
      const redAt = (u: number, v: number): number => {
        const [x, y] = [Math.floor(a * u + c * v + e), Math.floor(b * u + d * v + f)];
        return picture.rgba[4 * (y * size.widthPx + x)] ?? -1;
      };
      expect(redAt(MARK.u, MARK.v)).toBeGreaterThan(200);
      expect(redAt(stored.widthPx - MARK.u, MARK.v)).toBeLessThan(60);
      expect(redAt(MARK.u, stored.heightPx - MARK.v + 1)).toBeLessThan(60);
      expect(redAt(stored.widthPx - MARK.u, stored.heightPx - MARK.v + 1)).toBeLessThan(60);
    },
  );
});

describe("a picture that is none", () => {
  const size = uprightSize(stored, 1);

  it("is named", async () => {
    const page = { name: "torn.png", file: new Blob(["no picture"]), orientation: 1, size } as const;
    await expect(decodePage(page)).rejects.toThrow('The picture of page "torn.png" cannot be decoded.');
  });

  it("is refused when it has another size than was listed", async () => {
    const file = new Blob([Uint8Array.from(drawn("image/png"))]);
    const page = { name: "other.png", file, orientation: 6, size } as const;
    await expect(decodePage(page)).rejects.toThrow(
      /"other.png" was decoded as 40×20 px .* listed as 40×20 px/,
    );
  });
});

it("reads transparent pictures on white paper", async () => {
  const file = new Blob([Uint8Array.from(createCanvas(40, 20).toBuffer("image/png"))]);
  const { rgba } = await decodePage({ name: "glass", file, orientation: 1, size: uprightSize(stored, 1) });
  expect(rgba.every((value) => value === 255)).toBe(true);
});
