// What must hold for any truth and any detections: order does not matter where it should not, scores stay in [0, 1], scaling leaves
// IoU alone, and no input throws.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { polygonIn } from "../core/index.ts";
import {
  aggregate,
  type Detection,
  type Score,
  scoreClevalQuad,
  scoreDetEval,
  scoreIcdarIou,
  scorePage,
  type TruthBox,
} from "./index.ts";

/** Axis-aligned boxes on a small grid, so that they overlap often. */
const box = fc
  .tuple(fc.nat(200), fc.nat(100), fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 30 }))
  .map(([x, y, w, h]) => [x, y, x + w, y, x + w, y + h, x, y + h]);
const quad = fc.array(fc.nat(200), { minLength: 8, maxLength: 8 });
const anyNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, 1e308, -1e308, 5e-324),
  fc.integer({ min: -50, max: 50 }),
);
const garbage = fc.array(fc.tuple(anyNumber, anyNumber), { maxLength: 12 }).map((points) => points.flat());

function truthFrom(polygons: fc.Arbitrary<number[]>): fc.Arbitrary<TruthBox[]> {
  const word = fc.record({
    polygon: polygons.map((xy) => polygonIn("upright", xy)),
    ignore: fc.boolean(),
    text: fc.option(fc.string()),
  });
  return fc.array(word, { maxLength: 12 });
}

function detectionsFrom(polygons: fc.Arbitrary<number[]>): fc.Arbitrary<Detection[]> {
  return fc.array(
    polygons.map((xy) => ({ polygon: polygonIn("upright", xy), score: 1 })),
    { maxLength: 12 },
  );
}

/** A list and the same list in another order. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, i) => ({ item, key: Math.sin((i + 1) * (seed + 1)) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function expectScore({ hmean, precision, recall }: Score): void {
  for (const value of [hmean, precision, recall]) {
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThanOrEqual(1);
  }
}

const RUNS = { numRuns: 100 };

describe("any order", () => {
  it("of words and detections gives the same CLEval, with outcomes that travel along", () => {
    fc.assert(
      fc.property(
        truthFrom(fc.oneof(box, quad)),
        detectionsFrom(fc.oneof(box, quad)),
        fc.nat(999),
        (truth, detections, seed) => {
          const plain = scorePage(truth, detections);
          const mixedTruth = shuffled(truth, seed);
          const mixed = scorePage(mixedTruth, shuffled(detections, seed + 7));
          expect(mixed.cleval.counts).toEqual(plain.cleval.counts);
          const byWord = new Map(truth.map((word, i) => [word, plain.words[i]]));
          expect(mixed.words).toEqual(mixedTruth.map((word) => byWord.get(word)));
        },
      ),
      RUNS,
    );
  });

  it("of pages gives the same scores of the set", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(truthFrom(box), detectionsFrom(box)), { maxLength: 6 }),
        fc.nat(999),
        (pages, seed) => {
          const scored = pages.map(([truth, detections]) => scorePage(truth, detections));
          const plain = aggregate(scored);
          const mixed = aggregate(shuffled(scored, seed));
          expect(mixed.cleval.pooled).toEqual(plain.cleval.pooled);
          expect(mixed.icdarIou.pooled).toEqual(plain.icdarIou.pooled);
          expect(mixed.cleval.mean.hmean).toBeCloseTo(plain.cleval.mean.hmean, 12);
          expect(mixed.icdarIou.mean.hmean).toBeCloseTo(plain.icdarIou.mean.hmean, 12);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("of a polygon's points gives the same IoU", () => {
    fc.assert(
      fc.property(quad, quad, fc.integer({ min: 1, max: 3 }), (a, b, turn) => {
        const word = { polygon: polygonIn("upright", a), ignore: false, text: null };
        const turned = [...b.slice(2 * turn), ...b.slice(0, 2 * turn)];
        const plain = scoreIcdarIou([word], [{ polygon: polygonIn("upright", b) }]);
        const other = scoreIcdarIou([word], [{ polygon: polygonIn("upright", turned) }]);
        expect(other.score).toEqual(plain.score);
        expect(other.iou[0]?.[0] ?? 0).toBeCloseTo(plain.iou[0]?.[0] ?? 0, 12);
      }),
      RUNS,
    );
  });
});

it("scores lie in [0, 1], and every word and detection has an outcome", () => {
  fc.assert(
    fc.property(
      truthFrom(fc.oneof(box, quad, garbage)),
      detectionsFrom(fc.oneof(box, quad, garbage)),
      (truth, detections) => {
        const page = scorePage(truth, detections);
        for (const score of [page.cleval.score, page.icdarIou.score]) expectScore(score);
        expectScore(scoreDetEval(truth, detections).score);
        expectScore(scoreClevalQuad(truth, detections).page.score);
        const set = aggregate([page, page]);
        for (const { mean, pooled } of [set.cleval, set.icdarIou]) {
          expectScore(mean);
          expectScore(pooled);
        }
        expect(page.words).toHaveLength(truth.length);
        expect(page.boxes).toHaveLength(detections.length);
      },
    ),
    { numRuns: 200 },
  );
});

it("scaling every coordinate leaves IoU alone", () => {
  fc.assert(
    fc.property(
      truthFrom(fc.oneof(box, quad)),
      detectionsFrom(fc.oneof(box, quad)),
      fc.constantFrom(2 ** -7, 0.25, 2, 2 ** 11),
      (truth, detections, factor) => {
        const scaled = <T extends { readonly polygon: TruthBox["polygon"] }>(item: T): T => ({
          ...item,
          polygon: polygonIn(
            "upright",
            item.polygon.map((value) => value * factor),
          ),
        });
        const plain = scoreIcdarIou(truth, detections);
        const other = scoreIcdarIou(truth.map(scaled), detections.map(scaled));
        expect(other.score).toEqual(plain.score);
        expect(other.pairs).toEqual(plain.pairs);
      },
    ),
    RUNS,
  );
});

it("detections equal to the truth are a perfect score", () => {
  // Boxes apart from each other, at least one.
  const apart = fc
    .array(fc.tuple(fc.integer({ min: 5, max: 60 }), fc.integer({ min: 5, max: 30 })), {
      minLength: 1,
      maxLength: 8,
    })
    .map((sizes) => sizes.map(([w, h], i) => [100 * i, 0, 100 * i + w, 0, 100 * i + w, h, 100 * i, h]));
  fc.assert(
    fc.property(apart, (boxes) => {
      const truth = boxes.map((xy) => ({ polygon: polygonIn("upright", xy), ignore: false, text: null }));
      const page = scorePage(
        truth,
        boxes.map((xy) => ({ polygon: polygonIn("upright", xy), score: 1 })),
      );
      expect(page.icdarIou.score.hmean).toBe(1);
      expect(page.cleval.score.hmean).toBe(1);
      expect(new Set([...page.words, ...page.boxes])).toEqual(new Set(["matched"]));
    }),
    RUNS,
  );
});
