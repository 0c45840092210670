import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clampValue,
  DEFAULT_ASKED,
  decodeLink,
  diffFromPreset,
  encodeLink,
  FIELDS,
  type Field,
  type FieldValue,
  openLink,
  PRESET_NAMES,
  resolveConfig,
  resolveOrThrow,
} from "./index.ts";

/** Any value that a row accepts. */
function anyValue({ type }: Field): fc.Arbitrary<FieldValue> {
  switch (type.kind) {
    case "boolean":
      return fc.boolean();
    case "choice":
      return fc.constantFrom(...type.choices.map((c) => c.value));
    case "number":
    case "numberOrWord": {
      const inRange = fc
        .double({ min: type.min, max: type.max, noNaN: true })
        .map((value) => clampValue(type, value) ?? type.min);
      return type.kind === "number" ? inRange : fc.oneof(inRange, fc.constant(type.word));
    }
    default:
      return type satisfies never;
  }
}

const anyConfig = fc
  .tuple(
    fc.constantFrom(...PRESET_NAMES),
    fc.record(Object.fromEntries(FIELDS.map((field) => [field.path, anyValue(field)])), { requiredKeys: [] }),
  )
  .map(([preset, values]) => resolveConfig({ preset, layers: [{ layer: "screen", from: "screen", values }] }))
  .filter((result) => result.ok)
  .map((result) => result.value.resolved);

const anyGarbage = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.tuple(fc.constantFrom(...FIELDS.map((f) => f.path), "c", "v", "__proto__"), fc.string()))
    .map((pairs) => `#${pairs.map(([key, value]) => `${key}=${value}`).join("&")}`),
  fc
    .array(fc.tuple(fc.constantFrom(...FIELDS.map((f) => f.path)), fc.double()))
    .map((pairs) => `#${pairs.map(([key, value]) => `${key}=${value}`).join("&")}`),
);

describe("a link", () => {
  it("of any configuration opens as the same configuration, without a notice", () => {
    fc.assert(
      fc.property(anyConfig, (resolved) => {
        const opened = openLink(encodeLink(resolved));
        expect(opened.notices).toEqual([]);
        expect(opened.resolved.preset).toBe(resolved.preset);
        expect(opened.resolved.config).toEqual(resolved.config);
      }),
    );
  });

  it("of garbage opens, and what was not taken as written is listed", () => {
    fc.assert(
      fc.property(anyGarbage, (hash) => {
        const { resolved } = openLink(hash);
        const again = openLink(encodeLink(resolved));
        expect(again.resolved.config).toEqual(resolved.config);
        expect(again.notices).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("holds only what differs, sorted and readable", () => {
    const { resolved } = resolveOrThrow({
      layers: [
        { layer: "screen", from: "screen", values: { "optimizer.learningRate": 0.003, "augment.flip": 0.5 } },
      ],
    });
    expect(encodeLink(resolved)).toBe("#c=quick&augment.flip=0.5&optimizer.learningRate=0.003&v=1");
    expect(diffFromPreset(resolved)[1]).toEqual({
      path: "optimizer.learningRate",
      value: 0.003,
      presetValue: 0.006,
    });
  });

  it("clamps what is out of range and lists what is unknown, each with a notice", () => {
    const { preset, values, notices } = decodeLink(
      "#c=balanced&train.batchSize=9999&model.inputSizePx=333&train.seed=abc&learningRate=1&postprocess.threshold=1e999&%zz=1&alone&v=7",
    );
    expect(preset).toBe("balanced");
    expect([...values]).toEqual([
      ["train.batchSize", 64],
      ["model.inputSizePx", 320],
      ["postprocess.threshold", 1],
    ]);
    expect(notices.map((n) => n.key)).toEqual([
      "train.batchSize",
      "model.inputSizePx",
      "train.seed",
      "learningRate",
      "postprocess.threshold",
      "%zz=1",
      "alone",
      "v",
    ]);
    expect(notices[3]?.sentence).toMatch(/did you mean "optimizer.learningRate"/);
  });

  it("mends settings that contradict each other, with a notice", () => {
    const opened = openLink("#c=quick&augment.scaleMin=2&loader.workers=0&loader.prefetch=3&v=1");
    expect(opened.resolved.config.augment).toMatchObject({ scaleMin: 1, scaleMax: 2 });
    expect(opened.resolved.config.loader).toEqual({ workers: 0 });
    expect(opened.notices.map((n) => n.key).sort()).toEqual(["augment.scaleMin", "loader.prefetch"]);
    expect(opened.resolved.provenance["augment.scaleMin"]?.layer).toBe("link");
  });

  it("carries what is asked of the lab, and shows the lab where it says so", () => {
    const { resolved } = resolveOrThrow({ preset: "quick", layers: [] });
    const asked = {
      wishes: { factors: ["polygonCache", "profiler2"], blocks: 12, minutes: 0.5, marginPct: 1.5, seed: 7 },
      goalPages: 3272,
      goalEpochs: 50,
    };
    const opened = openLink(encodeLink(resolved, asked, true));
    expect(opened).toMatchObject({ notices: [], lab: { ...asked, isOpen: true } });
    // What is asked by default needs no words, unless the lab is to be shown.
    expect(encodeLink(resolved, DEFAULT_ASKED)).toBe("#c=quick&v=1");
    expect(openLink(encodeLink(resolved, DEFAULT_ASKED, true)).lab).toEqual({
      wishes: DEFAULT_ASKED.wishes,
      goalEpochs: 20,
      isOpen: true,
    });
    expect(openLink(encodeLink(resolved)).lab).toBeNull();
  });

  it("says what it cannot ask of the lab", () => {
    const { lab, notices } = decodeLink(
      "#lab=shut&lab.arms=profiler,x,polygonCache&lab.blocks=4&lab.minutes=soon&lab.__proto__=1&lab.margin=1&lab.arms=",
    );
    expect(lab).toEqual({
      wishes: { factors: ["polygonCache", "profiler"], blocks: 5, marginPct: 1 },
      isOpen: false,
    });
    expect(notices.map(({ key }) => key)).toEqual([
      "lab",
      "lab.arms",
      "lab.blocks",
      "lab.minutes",
      "lab.__proto__",
      "lab.arms",
      "lab.arms",
    ]);
    expect(notices[1]?.sentence).toMatch(/no feature "x"; there are polygonCache/);
    expect(notices[2]?.sentence).toMatch(/from 5 to 60.*set to 5/);
  });

  it("that is absurdly long is not read", () => {
    expect(openLink(`#${"a".repeat(100_000)}`).notices).toHaveLength(1);
  });

  it("that is empty is the quick preset", () => {
    expect(openLink("")).toMatchObject({ resolved: { preset: "quick" }, notices: [] });
  });
});
