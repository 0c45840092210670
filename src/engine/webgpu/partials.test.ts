import { expect, it } from "vitest";
import { PartialSpace, TABLE_WORDS } from "./partials.ts";

it("gives every copy of a slot its own place and tells each block of parameters where its copies lie", () => {
  const space = new PartialSpace(64 * 4);
  const first = space.reserve({ store: "trainable", offset: 64, size: 100 }, 3);
  const second = space.reserve({ store: "trainable", offset: 192, size: 5 }, 1);
  expect(first).toEqual({ offset: 0, stride: 128, size: 384 });
  expect(second).toEqual({ offset: 384, stride: 64, size: 64 });
  expect(space.sizeWords).toBe(448);
  const rows = [0, 1, 2, 3].map((block) => [
    ...space.tableWords.subarray(block * TABLE_WORDS, block * TABLE_WORDS + 3),
  ]);
  // Block 0 has no gradient, blocks 1 and 2 belong to the first slot, block 3 to the second.
  expect(rows).toEqual([
    [0, 0, 0],
    [0, 128, 3],
    [64, 128, 3],
    [384, 64, 1],
  ]);
});
