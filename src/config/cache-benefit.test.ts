import { describe, expect, it } from "vitest";
import {
  cacheBenefit,
  type CacheSwitch,
  type MeasuredStages,
  type PageTotals,
  resolveOrThrow,
} from "./index.ts";

const totals: PageTotals = {
  ...{ trainPages: 100, validationPages: 20, trainWords: 5000 },
  ...{ trainPx: 100 * 1000 * 1000, validationPx: 20 * 1000 * 1000 },
};
const none = { count: 0, sumMs: 0, sumSquaresMs2: 0 };
/** Two pages, one a tenth below the mean and one a tenth above. */
const two = (ms: number) => ({ count: 2, sumMs: 2 * ms, sumSquaresMs2: (0.9 * ms) ** 2 + (1.1 * ms) ** 2 });
const measured: MeasuredStages = {
  train: { read: two(10), place: two(5), outline: two(2), draw: two(1) },
  validation: { read: two(20), place: two(4), outline: none, draw: none },
};
const nothing = { read: none, place: none, outline: none, draw: none };

function benefit(which: CacheSwitch, values: Record<string, unknown> = {}, stages = measured) {
  const base = {
    "train.batchSize": 4,
    "train.length.unit": "epochs",
    "train.length.count": 10,
    "augment.rotateDeg": 10,
    "model.inputSizePx": 640,
    "features.imageCacheBytes": "unlimited",
    "features.sampleCacheBytes": "unlimited",
  };
  const layer = { layer: "file", from: "test", values: { ...base, ...values } } as const;
  return cacheBenefit(resolveOrThrow({ layers: [layer] }).resolved.config, which, totals, stages);
}

const FIXED = {
  "augment.rotateDeg": 0,
  "augment.flip": 0,
  "augment.scaleMin": 1,
  "augment.scaleMax": 1,
  "augment.crop": false,
  "augment.color": 0,
};

describe("the predicted benefit", () => {
  it("is the mean of the stages that hits skip, for a step and an evaluation", () => {
    const polygons = benefit("polygonCache");
    expect(polygons).toMatchObject({ stepMs: 8, evaluationMs: 0, validation: null });
    expect(polygons.train).toMatchObject({ meanMs: 2, pages: 2 });
    expect((polygons.train as { spreadMs: number }).spreadMs).toBeCloseTo(0.2 * Math.SQRT2, 9);
    expect(benefit("imageCache")).toMatchObject({ stepMs: 40, evaluationMs: 400 });
    expect(benefit("sampleCache")).toMatchObject({ train: null, stepMs: 0, evaluationMs: 480 });
    expect(benefit("sampleCache", FIXED)).toMatchObject({ stepMs: 72, evaluationMs: 480 });
    expect(benefit("mapCache", FIXED)).toMatchObject({ stepMs: 12, validation: null });
  });

  it("leaves out what another cache that is on skips already", () => {
    const polygons = { ...FIXED, "features.polygonCache": true };
    expect(benefit("mapCache", polygons).stepMs).toBe(4);
    expect(benefit("polygonCache", { ...FIXED, "features.mapCache": true }).train).toBeNull();
    expect(benefit("imageCache", { "features.sampleCache": true })).toMatchObject({
      stepMs: 40,
      evaluationMs: 0,
    });
  });

  it("goes with the share that hits, and says where nothing was measured", () => {
    const half = { "features.polygonCacheBytes": 770_000, "features.cachePolicy": "pin" };
    expect(benefit("polygonCache", half).stepMs).toBeCloseTo(4, 6);
    const unmeasured = benefit("imageCache", {}, { train: nothing, validation: nothing });
    expect(unmeasured).toMatchObject({ train: "not measured", validation: "not measured", stepMs: 0 });
  });
});
