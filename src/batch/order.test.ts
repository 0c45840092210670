import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectBatch, epochOrder, type Sample, sampleSequence } from "./index.ts";

const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${i}`);

describe("the order of pages", () => {
  it("has every page once an epoch, in another order each epoch and seed", () => {
    const order = epochOrder(ids(50), 1, 0);
    expect([...order].sort()).toEqual(ids(50).sort());
    expect(order).not.toEqual(epochOrder(ids(50), 1, 1));
    expect(order).not.toEqual(epochOrder(ids(50), 2, 0));
    expect(order).toEqual(epochOrder(ids(50), 1, 0));
  });

  it("is the same from wherever it starts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(100), fc.nat(50), (count, start, length) => {
        const whole = sampleSequence(ids(count), 7);
        const all = Array.from({ length: start + length }, () => whole.next().value);
        const part = sampleSequence(ids(count), 7, start);
        expect(Array.from({ length }, () => part.next().value)).toEqual(all.slice(start));
      }),
    );
  });

  it("needs a page", () => {
    expect(() => sampleSequence([], 1).next()).toThrow(RangeError);
  });
});

describe("collectBatch", () => {
  const sample = (value: number, sizePx = 2): Sample => ({
    request: { pageId: `p${value}`, split: "train", epoch: 0, sequence: value },
    image: new Uint8Array(sizePx * sizePx * 4).fill(value),
    thresholds: new Uint8Array(sizePx * sizePx).fill(value + 1),
    flags: new Uint8Array(sizePx * sizePx).fill(value + 2),
    placement: { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 },
    timing: { startMs: 0, loadMs: 0, decodeMs: 0, augmentMs: 0, targetsMs: 0 },
  });

  it("copies samples one after another", () => {
    const { images, thresholds, flags } = collectBatch([sample(1), sample(5)], 2);
    expect([...images.subarray(14, 18)]).toEqual([1, 1, 5, 5]);
    expect([...thresholds]).toEqual([2, 2, 2, 2, 6, 6, 6, 6]);
    expect([...flags]).toEqual([3, 3, 3, 3, 7, 7, 7, 7]);
  });

  it("writes a former batch of the same size again", () => {
    const first = collectBatch([sample(1), sample(5)], 2);
    const second = collectBatch([sample(5), sample(1)], 2, first);
    expect(second).toBe(first);
    expect(second).toEqual(collectBatch([sample(5), sample(1)], 2));
    expect(collectBatch([sample(1)], 2, first).flags).toHaveLength(4);
  });

  it("refuses samples of another size or without targets", () => {
    expect(() => collectBatch([sample(1, 3)], 2)).toThrow(/page "p1"/);
    expect(() => collectBatch([{ ...sample(1), flags: new Uint8Array(0) }], 2)).toThrow(RangeError);
  });
});
