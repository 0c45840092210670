import { describe, expect, it } from "vitest";
import { decideLabelSpace, type LabelSpaceQuestion } from "./label-space.ts";
import type { Orientation } from "./types.ts";

/** Boxes clockwise from the top left: x, y, width, height. */
function boxes(...list: readonly (readonly [number, number, number, number])[]) {
  return list.map(([x, y, w, h]) => ({ xy: Float64Array.of(x, y, x + w, y, x + w, y + h, x, y + h) }));
}

function ask(
  orientation: Orientation,
  question: Partial<LabelSpaceQuestion>,
  side = { widthPx: 200, heightPx: 320 },
) {
  return decideLabelSpace({
    picture: { format: "JPEG", storedSize: side, orientation, warning: null },
    declaredSize: null,
    words: [],
    asked: "auto",
    ...question,
  });
}

const upright = { widthPx: 320, heightPx: 200 };
const stored = { widthPx: 200, heightPx: 320 };
/** Fits a 200 × 320 and a 320 × 200 picture. */
const small = boxes([10, 10, 50, 20]);

describe("decideLabelSpace", () => {
  it("has nothing to decide at orientation 1", () => {
    expect(ask(1, { words: small, asked: "stored" })).toMatchObject({ space: "either", isDoubtful: false });
  });

  it("obeys the setting", () => {
    expect(ask(6, { words: boxes([250, 10, 50, 20]), asked: "stored" }).space).toBe("stored");
    expect(ask(3, { words: small, asked: "upright" }).space).toBe("upright");
  });

  it.each([5, 6, 7, 8] as const)("reads the declared size at orientation %i", (orientation) => {
    expect(ask(orientation, { words: small, declaredSize: upright }).space).toBe("upright");
    expect(ask(orientation, { words: small, declaredSize: stored }).space).toBe("stored");
  });

  it("reads which frame the points fit, and prefers it to a declared size", () => {
    expect(ask(6, { words: boxes([250, 10, 50, 20]) })).toMatchObject({
      space: "upright",
      isDoubtful: false,
    });
    expect(ask(6, { words: boxes([10, 250, 50, 20]) })).toMatchObject({ space: "stored", isDoubtful: false });
    expect(ask(6, { words: boxes([250, 10, 50, 20]), declaredSize: stored })).toMatchObject({
      space: "upright",
      isDoubtful: true,
    });
  });

  it("reads the order of the corners where sizes tell nothing", () => {
    const words = boxes([10, 10, 50, 20], [10, 40, 70, 20], [90, 10, 30, 20]);
    const mirrored = words.map(({ xy }) => ({
      xy: xy.map((value, i) => (i % 2 === 0 ? 200 - value : value)),
    }));
    const turned = words.map(({ xy }) => ({ xy: xy.map((value, i) => (i % 2 === 0 ? 200 : 320) - value) }));
    expect(ask(2, { words }).space).toBe("upright");
    expect(ask(2, { words: mirrored })).toMatchObject({ space: "stored", isDoubtful: false });
    expect(ask(3, { words: turned })).toMatchObject({ space: "stored", isDoubtful: false });
  });

  it("takes upright and says so where nothing tells", () => {
    expect(ask(3, { words: small })).toMatchObject({ space: "upright", isDoubtful: true });
    const square = { widthPx: 200, heightPx: 200 };
    expect(ask(6, { words: small, declaredSize: square }, square)).toMatchObject({ isDoubtful: true });
    const mixed = [
      ...small,
      ...boxes([10, 40, 70, 20]),
      { xy: Float64Array.of(90, 90, 10, 90, 10, 60, 90, 60) },
    ];
    expect(ask(3, { words: mixed })).toMatchObject({ space: "upright", isDoubtful: true });
  });
});
