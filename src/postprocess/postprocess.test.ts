import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { polygonIn } from "../core/index.ts";
import { applyTo, boundsOf, fillPolygon, similarity } from "../geometry/index.ts";
import {
  boxesFromMap,
  type PostprocessSettings,
  roundHalfToEven,
  toDestination,
  toUpright,
} from "./index.ts";

const size = { widthPx: 96, heightPx: 64 };
const settings: PostprocessSettings = {
  threshold: 0.3,
  boxThreshold: 0.7,
  unclipRatio: 1.5,
  mode: "quad",
  maxCandidates: 100,
  minSizePx: 3,
};

/** Probability 0.9 inside the polygons. */
function mapWith(...polygons: number[][]): Float32Array {
  const data = new Uint8Array(size.widthPx * size.heightPx);
  for (const polygon of polygons) fillPolygon({ data, ...size }, Int32Array.from(polygon), 1);
  return Float32Array.from(data, (inside) => (inside === 1 ? 0.9 : 0.05));
}

describe("boxesFromMap", () => {
  it("finds a rectangle and unclips it by A·ratio/L", () => {
    const map = mapWith([9, 12, 80, 12, 80, 30, 9, 30]);
    const { detections, contourCount } = boxesFromMap(map, size, settings);
    expect(contourCount).toBe(1);
    expect([...(detections[0]?.polygon ?? [])]).toEqual(
      [-2, 1, 91, 1, 91, 41, -2, 41].map((v) => expect.closeTo(v, 3)),
    );
    expect(detections[0]?.score).toBeCloseTo(0.9, 6);
  });

  it("gives the same for bytes as for floats", () => {
    const map = mapWith([9, 12, 40, 14, 39, 30, 8, 27], [50, 40, 90, 44, 88, 58, 50, 55]);
    const bytes = Uint8Array.from(map, (value) => Math.round(value * 255));
    const floats = Float32Array.from(bytes, (byte) => byte / 255);
    for (const mode of ["quad", "polygon"] as const) {
      const a = boxesFromMap(floats, size, { ...settings, mode }).detections;
      const b = boxesFromMap(bytes, size, { ...settings, mode }).detections;
      expect(b.map(({ polygon }) => [...polygon])).toEqual(a.map(({ polygon }) => [...polygon]));
      expect(a.length).toBe(2);
    }
  });

  it("wants more than the threshold, at least the box threshold, and the least size", () => {
    const map = mapWith([9, 12, 80, 12, 80, 30, 9, 30], [10, 50, 30, 50, 30, 51, 10, 51]);
    expect(boxesFromMap(map, size, settings).detections.length).toBe(1);
    expect(boxesFromMap(map, size, { ...settings, threshold: Math.fround(0.9) }).contourCount).toBe(0);
    expect(boxesFromMap(map, size, { ...settings, boxThreshold: 0.91 }).detections).toEqual([]);
    expect(boxesFromMap(map, size, { ...settings, maxCandidates: 1 }).detections).toEqual([]);
  });

  it("refuses a map that does not fit its size", () => {
    expect(() => boxesFromMap(new Float32Array(10), size, settings)).toThrow(
      /96×64 pixels came with 10 values/,
    );
  });
});

describe("placing", () => {
  it("undoes the placement, whatever the map's resolution", () => {
    const angle = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(angle, fc.boolean(), (rotateRad, flip) => {
        const place = similarity<"upright", "input">({
          scale: 0.5,
          rotateRad,
          flip,
          from: [300, 200],
          to: [320, 320],
        });
        const word = polygonIn("upright", [250, 180, 350, 185, 348, 220, 249, 214]);
        const half = applyTo(place, word).map((value) => value / 2);
        const map = { widthPx: 320, heightPx: 320 };
        const detection = { polygon: polygonIn("map", half), score: 0.5, contour: 0 };
        const [back] = toUpright([detection], place, { widthPx: 640, heightPx: 640 }, map);
        back?.polygon.forEach((value, i) => {
          expect(Math.abs(value - (word[i] as number))).toBeLessThan(1e-6);
        });
      }),
    );
  });

  it("stretches, rounds half to even and clips as MhLiao/DB", () => {
    expect([-1.5, -0.5, 0.5, 1.5, 2.5, 2.4].map(roundHalfToEven)).toEqual([-2, 0, 0, 2, 2, 2]);
    const placed = toDestination(polygonIn("map", [-3, 5, 40, 5, 200, 70]), size, {
      widthPx: 192,
      heightPx: 64,
    });
    expect([...placed]).toEqual([0, 5, 80, 5, 192, 64]);
    expect(boundsOf(placed).maxY).toBe(64);
  });
});
