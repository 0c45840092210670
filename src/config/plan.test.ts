import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  evaluationEverySteps,
  learningRateAt,
  plannedEpochs,
  plannedSteps,
  resolveOrThrow,
  usedPages,
} from "./index.ts";
import { factorAt } from "./schedule.ts";

const configWith = (values: Record<string, unknown>) =>
  resolveOrThrow({ layers: [{ layer: "screen", from: "screen", values }] }).resolved.config;

describe("the plan of a run", () => {
  it("counts steps as batches that run on across epochs", () => {
    const config = configWith({
      "train.length.unit": "epochs",
      "train.length.count": 3,
      "train.batchSize": 4,
    });
    expect(plannedSteps(config, 10)).toBe(8);
    expect(plannedEpochs(config, 10)).toBe(3);
    const inSteps = configWith({ "train.length.count": 400, "train.batchSize": 4 });
    expect(plannedSteps(inSteps, 10)).toBe(400);
    expect(plannedEpochs(inSteps, 16)).toBe(100);
  });

  it("uses no more pages than there are or than the limit says", () => {
    expect(usedPages(configWith({ "train.limitPages": 5 }), 10)).toBe(5);
    expect(usedPages(configWith({ "train.limitPages": 50 }), 10)).toBe(10);
    expect(usedPages(configWith({}), 10)).toBe(10);
  });

  it("evaluates at least a step apart", () => {
    const config = configWith({ "evaluation.every.unit": "epochs", "evaluation.every.count": 2 });
    expect(evaluationEverySteps(config, 10)).toBe(5);
    expect(evaluationEverySteps(config, 0)).toBe(1);
  });
});

describe("the learning rate", () => {
  it("rises linearly to its peak, then falls to almost nothing", () => {
    const config = configWith({ "schedule.warmupSteps": 10, "optimizer.learningRate": 0.01 });
    const rates = Array.from({ length: 100 }, (_, step) => learningRateAt(config, step, 100));
    expect(rates[0]).toBeCloseTo(0.001, 12);
    expect(rates[9]).toBeCloseTo(0.01, 12);
    expect(rates[10]).toBe(0.01);
    expect(rates[99]).toBeLessThan(1e-5);
    expect(rates.every((rate) => rate > 0)).toBe(true);
  });

  it("with a warm-up as long as the run stays finite", () => {
    const config = configWith({ "schedule.warmupSteps": 400, "optimizer.learningRate": 0.005 });
    expect(learningRateAt(config, 399, 400)).toBe(0.005);
  });
});

interface Schedule {
  readonly schedule: string;
  readonly base_lr: number;
  readonly params: Readonly<Record<string, number>>;
  readonly lr: readonly number[];
}

const vectors = resolve(import.meta.dirname, "../../../shared/reference/ops.json.gz");

describe.skipIf(!existsSync(vectors))("schedules of PyTorch (1 file)", () => {
  const read = (): Schedule[] => JSON.parse(gunzipSync(readFileSync(vectors)).toString()).schedules;
  const of = (name: string) => {
    const found = read().find((s) => s.schedule === name);
    if (found === undefined) throw new Error(`no schedule ${name}`);
    return found;
  };
  const base = configWith({}).schedule;

  it("step", () => {
    const { lr, base_lr, params } = of("step");
    const schedule = {
      ...base,
      kind: "step",
      stepEvery: params.step_size ?? 0,
      stepFactor: params.gamma ?? 0,
    } as const;
    lr.forEach((rate, i) => {
      expect(base_lr * factorAt(schedule, i, 0)).toBeCloseTo(rate, 15);
    });
  });

  it("cosine", () => {
    const { lr, base_lr, params } = of("cosine");
    const least = params.eta_min ?? 0;
    lr.forEach((rate, i) => {
      const factor = factorAt({ ...base, kind: "cosine" }, i, i / (params.T_max ?? 1));
      expect(least + (base_lr - least) * factor).toBeCloseTo(rate, 15);
    });
  });

  it("polynomial", () => {
    const { lr, base_lr, params } = of("poly_0.9");
    lr.forEach((rate, i) => {
      const schedule = { ...base, kind: "polynomial", power: params.power ?? 0 } as const;
      expect(base_lr * factorAt(schedule, i, i / (params.total ?? 1))).toBeCloseTo(rate, 15);
    });
  });
});
