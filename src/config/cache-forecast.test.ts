import { describe, expect, it } from "vitest";
import { randomFrom } from "../core/index.ts";
import {
  type CacheSwitch,
  forecastCache,
  forecastKeyAfterAugmentation,
  type PageTotals,
  resolveOrThrow,
} from "./index.ts";

const totals: PageTotals = {
  ...{ trainPages: 100, validationPages: 20, trainWords: 5000 },
  ...{ trainPx: 100 * 1000 * 1000, validationPx: 20 * 1000 * 1000 },
};

function forecast(which: CacheSwitch, values: Record<string, unknown> = {}) {
  const base = {
    "train.length.unit": "epochs",
    "train.length.count": 10,
    "evaluation.every.unit": "epochs",
    "evaluation.every.count": 1,
    "augment.rotateDeg": 10,
    "model.inputSizePx": 640,
  };
  const layer = { layer: "file", from: "test", values: { ...base, ...values } } as const;
  return forecastCache(resolveOrThrow({ layers: [layer] }).resolved.config, which, totals);
}

/** A least-recently-used store of `room` of `pages`, asked in shuffled passes. */
function simulated(pages: number, room: number): number {
  const random = randomFrom("simulation", pages, room);
  const kept: number[] = [];
  let hits = 0;
  const passes = 60;
  for (let pass = 0; pass < passes; pass++) {
    const order = Array.from({ length: pages }, (_, i) => [random.next(), i] as const).sort(
      ([a], [b]) => a - b,
    );
    for (const [, page] of order) {
      const at = kept.indexOf(page);
      if (at >= 0) {
        kept.splice(at, 1);
        hits++;
      }
      kept.push(page);
      if (kept.length > room) kept.shift();
    }
  }
  return hits / (pages * (passes - 1));
}

describe("the forecast", () => {
  it("counts what the pages need and the first pass, which cannot hit", () => {
    const polygons = forecast("polygonCache");
    expect(polygons).toMatchObject({ fits: true, pays: true, bypass: "" });
    expect(polygons.needsBytes).toBe(5000 * 300 + 100 * 400);
    expect(polygons.overall).toBeCloseTo(0.9, 6);
    expect(forecast("imageCache").needsBytes).toBe(4 * 120e6 + 120 * 400);
  });

  it("sees that nothing hits in one epoch", () => {
    expect(forecast("polygonCache", { "train.length.count": 1 })).toMatchObject({ overall: 0, pays: false });
  });

  it.each([0.3, 0.6, 0.9])(
    "agrees with a simulated least-recently-used store of %f of a shuffled pass",
    (share) => {
      const needs = forecast("polygonCache").needsBytes;
      const { lru, pinned, fits } = forecast("polygonCache", {
        "features.polygonCacheBytes": Math.round(share * needs),
      });
      expect(fits).toBe(false);
      expect(pinned).toBeCloseTo(share, 3);
      expect(Math.abs(lru - simulated(400, 400 * share))).toBeLessThan(0.015);
    },
  );

  it("passes random training pages by for finished samples, and counts validation pages on", () => {
    const samples = forecast("sampleCache", { "augment.color": 0 });
    expect(samples.bypass).toMatch(/rotation/);
    expect(samples.needsBytes).toBe(20 * (4 * 640 * 640 + 400));
    expect(samples.overall).toBeLessThan(0.2);
    expect(forecast("mapCache", { "augment.rotateDeg": 10 }).needsBytes).toBe(0);
  });
});

describe("the key taken after augmentation", () => {
  const asked = (augment: Record<string, unknown>) => {
    const fixed = { rotateDeg: 0, flip: 0, scaleMin: 1, scaleMax: 1, crop: false };
    const values = Object.fromEntries(
      Object.entries({ ...fixed, ...augment }).map(([dial, value]) => [`augment.${dial}`, value]),
    );
    const length = { "train.length.unit": "epochs", "train.length.count": 10 };
    const layer = { layer: "file", from: "test", values: { ...length, ...values } } as const;
    return forecastKeyAfterAugmentation(resolveOrThrow({ layers: [layer] }).resolved.config, totals);
  };

  it("hits like the other where nothing is random, and never where something continuous is", () => {
    expect(asked({})).toMatchObject({ before: 0.9, after: 0.9, random: "" });
    expect(asked({ rotateDeg: 5 })).toMatchObject({ before: 0.9, after: 0 });
    expect(asked({ crop: true }).random).toMatch(/crop/);
  });

  it("with flips alone agrees with a simulation", () => {
    const random = randomFrom("flips");
    let hits = 0;
    const pages = 20_000;
    for (let page = 0; page < pages; page++) {
      const seen = new Set<boolean>();
      for (let epoch = 0; epoch < 10; epoch++) {
        const flip = random.next() < 0.3;
        if (seen.has(flip)) hits++;
        seen.add(flip);
      }
    }
    expect(asked({ flip: 0.3 }).after).toBeCloseTo(hits / (10 * pages), 2);
  });
});
