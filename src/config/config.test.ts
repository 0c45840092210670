import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Change,
  checkValue,
  configError,
  defaultOf,
  FIELDS,
  type FieldPath,
  type FieldValue,
  type LayerInput,
  leavesOf,
  PRESET_NAMES,
  parseSetArguments,
  resolveConfig,
  resolveOrThrow,
} from "./index.ts";

const file = (values: unknown): LayerInput => ({ layer: "file", from: "my.json", values });
const screen = (values: unknown): LayerInput => ({ layer: "screen", from: "screen", values });

const ref = (path: string) => `${"$"}{${path}}`;

function problemsOf(...layers: LayerInput[]): Record<string, string> {
  const result = resolveConfig({ layers });
  if (result.ok) return {};
  return Object.fromEntries(result.error.map((p) => [p.path, p.sentence]));
}

describe("the table", () => {
  it("has defaults that pass their own rows and rules, in every preset", () => {
    for (const preset of PRESET_NAMES) {
      for (const field of FIELDS) {
        expect(checkValue(field.type, defaultOf(field, preset)), `${preset} ${field.path}`).toMatchObject({
          ok: true,
        });
      }
      const { warnings, resolved } = resolveOrThrow({ preset, layers: [], trainPages: 64 });
      expect(warnings).toEqual([]);
      expect(leavesOf(resolved.config).size).toBe(FIELDS.length);
    }
  });

  it("shows at most 12 controls and starts with every feature off", () => {
    expect(FIELDS.filter((field) => field.isVisible).length).toBeLessThanOrEqual(12);
    for (const preset of PRESET_NAMES) {
      const { features } = resolveOrThrow({ preset, layers: [] }).resolved.config;
      expect([features.polygonCache, features.profiler]).toEqual([false, false]);
    }
  });

  it("explains every row in one sentence", () => {
    for (const { help, path } of FIELDS) expect(help, path).toMatch(/^[^.].*\.$/);
  });
});

describe("layers", () => {
  it("let the later rank win, whatever the order they are handed in", () => {
    const { resolved } = resolveOrThrow({
      layers: [
        screen({ "train.batchSize": 7 }),
        file({ preset: "balanced", train: { batchSize: 3, seed: 1 } }),
      ],
    });
    expect(resolved.preset).toBe("balanced");
    expect(resolved.config.train).toMatchObject({ batchSize: 7, seed: 1 });
    expect(resolved.provenance["train.batchSize"]).toEqual({ layer: "screen", from: "screen" });
    expect(resolved.provenance["train.seed"]).toEqual({ layer: "file", from: "my.json" });
    expect(resolved.provenance["loss.k"]).toEqual({ layer: "preset", from: "preset balanced" });
  });

  it("name the provenance of exactly the leaves there are", () => {
    const { resolved } = resolveOrThrow({ layers: [file({ loader: { workers: 0 } })] });
    expect(Object.keys(resolved.provenance).sort()).toEqual([...leavesOf(resolved.config).keys()].sort());
    expect(resolved.config.loader).toEqual({ workers: 0 });
  });

  it("take back a whole resolved configuration", () => {
    const first = resolveOrThrow({ preset: "reference", layers: [] }).resolved;
    const again = resolveOrThrow({ preset: "quick", layers: [file(first.config)] }).resolved;
    expect(again.config).toEqual(first.config);
  });
});

describe("references", () => {
  it("take the value of another leaf and say so", () => {
    const { resolved } = resolveOrThrow({
      layers: [
        file({
          data: { seed: 9 },
          train: { seed: ref("data.seed") },
          evaluation: { pages: ref("train.seed") },
        }),
      ],
    });
    expect(resolved.config.train.seed).toBe(9);
    expect(resolved.config.evaluation.pages).toBe(9);
    expect(resolved.provenance["train.seed"]?.from).toBe(`my.json, ${ref("data.seed")}`);
  });

  it("are refused by path when they dangle, go in a circle or yield a wrong type", () => {
    const found = problemsOf(
      file({
        "train.seed": ref("data.seeds"),
        "loss.k": ref("loss.negativeRatio"),
        "loss.negativeRatio": ref("loss.k"),
        "train.batchSize": ref("model.name"),
        "data.seed": ref("train"),
        "model.name": ref("model.name"),
        "data.kind": `a ${ref("data.set")}`,
      }),
    );
    expect(found["train.seed"]).toMatch(/refers to "data.seeds".*did you mean "data.seed"/);
    expect(found["loss.k"]).toBe("refers in a circle: loss.k → loss.negativeRatio → loss.k.");
    expect(found["loss.negativeRatio"]).toMatch(/circle/);
    expect(found["model.name"]).toMatch(/circle/);
    expect(found["train.batchSize"]).toMatch(/circle/);
    expect(found["data.seed"]).toMatch(/not a setting/);
    expect(found["data.kind"]).toMatch(/must be one of/);
  });
});

describe("foreign values", () => {
  it("are refused all at once, each by its path", () => {
    const found = problemsOf(
      file({
        optimizer: { learningRte: 1, learningRate: "fast" },
        train: { batchSize: 0, limitPages: 0, length: 5, seed: { x: 1 } },
        features: { polygonCacheBytes: false, polygonCache: 1 },
        model: { inputSizePx: 100 },
        nonsense: [],
      }),
    );
    expect(found["optimizer.learningRte"]).toMatch(/did you mean "optimizer.learningRate"/);
    expect(found["optimizer.learningRate"]).toMatch(/is "fast", but must be a number/);
    expect(found["train.batchSize"]).toMatch(/is 0, but must be a whole number from 1/);
    expect(found["train.limitPages"]).toMatch(/is 0, but must be a whole number from 1 .* the word "all"/);
    expect(found["train.length"]).toMatch(/group of settings/);
    expect(found["train.seed"]).toMatch(/is \{"x":1\}/);
    expect(found["features.polygonCacheBytes"]).toMatch(/is false, but .* the word "unlimited"/);
    expect(found["features.polygonCache"]).toMatch(/true or false/);
    expect(found["model.inputSizePx"]).toMatch(/multiple of 32/);
    expect(found.nonsense).toBe("is not a setting.");
  });

  it.each([null, "64", -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, [], {}, "Unlimited", true])(
    "%j is no capacity",
    (value) => {
      expect(problemsOf(file({ features: { polygonCacheBytes: value } }))).toHaveProperty([
        "features.polygonCacheBytes",
      ]);
    },
  );

  it("capacity 0 and unlimited are what they say", () => {
    for (const value of [0, "unlimited", 12345]) {
      const { resolved } = resolveOrThrow({ layers: [file({ "features.polygonCacheBytes": value })] });
      expect(resolved.config.features.polygonCacheBytes).toBe(value);
    }
  });

  it("cannot reach a prototype", () => {
    const values: unknown = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"train":{"__proto__":{"seed":3}},"train.__proto__":1}',
    );
    const found = problemsOf(file(values));
    expect(Object.keys(found).sort()).toEqual(["__proto__", "constructor", "train.__proto__"].sort());
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("of any shape never make it throw", () => {
    fc.assert(
      fc.property(fc.anything({ withMap: true, withBigInt: true, withNullPrototype: true }), (values) => {
        const result = resolveConfig({ layers: [file(values)] });
        if (!result.ok) expect(configError(result.error).data.code).toBe("bad-config");
      }),
    );
  });

  it("a key given twice, nested and dotted, is refused", () => {
    expect(problemsOf(file({ "train.seed": 1, train: { seed: 2 } }))["train.seed"]).toBe("is given twice.");
  });

  it("an unknown preset is refused", () => {
    expect(problemsOf(file({ preset: "fast" })).preset).toMatch(/"quick", "balanced", "reference"/);
  });
});

describe("rules", () => {
  const broken: [string, Record<string, unknown>, FieldPath][] = [
    ["prefetch without loaders", { "loader.workers": 0, "loader.prefetch": 2 }, "loader.prefetch"],
    ["threshold range", { "targets.thresholdMin": 0.8 }, "targets.thresholdMin"],
    ["equal thresholds", { "targets.thresholdMin": 0.7 }, "targets.thresholdMin"],
    ["scales", { "augment.scaleMin": 2 }, "augment.scaleMin"],
  ];
  it.each(broken)("%s is refused and its change ends it", (_name, values, path) => {
    const result = resolveConfig({ layers: [screen(values)] });
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.error.map((p) => p.path)).toEqual([path]);
    const fixed = applied(values, result.error[0]?.fix ?? []);
    expect(resolveConfig({ layers: [screen(fixed)] }).ok).toBe(true);
  });

  const warned: [string, Record<string, unknown>, FieldPath][] = [
    [
      "a schedule that stands still",
      { "schedule.kind": "step", "schedule.stepEvery": 5000 },
      "schedule.kind",
    ],
    [
      "a cache with one epoch",
      {
        "features.polygonCache": true,
        "train.length.unit": "epochs",
        "train.length.count": 1,
        "schedule.warmupSteps": 0,
      },
      "features.polygonCache",
    ],
    [
      "a cache without room",
      { "features.polygonCache": true, "features.polygonCacheBytes": 0 },
      "features.polygonCacheBytes",
    ],
    ["an evaluation that never comes", { "evaluation.every.count": 5000 }, "evaluation.every.count"],
    ["a warm-up longer than the run", { "schedule.warmupSteps": 1000 }, "schedule.warmupSteps"],
    [
      "an optimiser that never moves",
      { "train.accumulate": 30, "train.length.count": 20 },
      "train.accumulate",
    ],
    ["more batch than pages", { "train.limitPages": 2 }, "train.batchSize"],
  ];
  it.each(warned)("%s is warned of and its change ends it", (_name, values, path) => {
    const { warnings } = resolveOrThrow({ layers: [screen(values)], trainPages: 64 });
    expect(warnings.map((w) => w.path)).toContain(path);
    const fix = warnings.find((w) => w.path === path)?.fix ?? [];
    const after = resolveOrThrow({ layers: [screen(applied(values, fix))], trainPages: 64 });
    expect(after.warnings.map((w) => w.path)).not.toContain(path);
  });

  it("a prefetch of a lower layer gives way to 0 loaders above it, and says so", () => {
    const { resolved, warnings } = resolveOrThrow({
      layers: [file({ loader: { workers: 2, prefetch: 5 } }), screen({ "loader.workers": 0 })],
    });
    expect(resolved.config.loader).toEqual({ workers: 0 });
    expect(warnings[0]?.sentence).toMatch(/my.json is left out/);
  });

  it("do not add to a setting that is already refused", () => {
    expect(Object.keys(problemsOf(file({ "augment.scaleMax": -1, "augment.scaleMin": 5 })))).toEqual([
      "augment.scaleMax",
    ]);
  });
});

describe("--set", () => {
  it("reads text as the row's type and leaves judging to the check", () => {
    const parsed = parseSetArguments([
      "optimizer.learningRate=1e-3",
      "augment.crop=true",
      "train.limitPages=all",
      `train.seed=${ref("data.seed")}`,
      "optimizer.clipNorm=off",
    ]);
    if (!parsed.ok) throw configError(parsed.error);
    const { config, provenance } = resolveOrThrow({ layers: [parsed.value] }).resolved;
    expect(config.optimizer).toMatchObject({ learningRate: 0.001, clipNorm: "off" });
    expect(config.augment.crop).toBe(true);
    expect(config.train).toMatchObject({ limitPages: "all", seed: 42 });
    expect(provenance["augment.crop"]).toEqual({ layer: "command line", from: "--set" });
  });

  it.each(["augment.crop=1", "train.seed=", "train.seed=0x10", "train.seed=1e999", "__proto__=1", "train=5"])(
    "%s is refused",
    (arg) => {
      const parsed = parseSetArguments([arg]);
      expect(parsed.ok && !resolveConfig({ layers: [parsed.value] }).ok).toBe(true);
    },
  );

  it("needs path=value", () => {
    expect(parseSetArguments(["train.seed", "=3"])).toMatchObject({ ok: false });
  });
});

function applied(
  values: Record<string, unknown>,
  fix: readonly Change[],
): Record<string, FieldValue | unknown> {
  const out = { ...values };
  for (const { path, value } of fix) {
    if (value === null) delete out[path];
    else out[path] = value;
  }
  return out;
}
