import { describe, expect, it } from "vitest";
import { createRecorder, durationStatistics } from "./index.ts";

describe("durationStatistics", () => {
  it("interpolates percentiles between ranks", () => {
    const stats = durationStatistics([4, 1, 3, 2]);
    expect(stats).toMatchObject({ count: 4, meanMs: 2.5, medianMs: 2.5 });
    expect(stats.p95Ms).toBeCloseTo(3.85, 10);
  });

  it("says NaN, not 0, when nothing was measured", () => {
    expect(durationStatistics([]).medianMs).toBeNaN();
  });
});

describe("recorder", () => {
  it("counts spans only while it is on, also of work that throws", () => {
    const recorder = createRecorder();
    recorder.tracer.span("decode", () => 1);
    expect(recorder.spanCount()).toBe(0);
    recorder.setOn(true);
    expect(recorder.tracer.span("decode", () => 7)).toBe(7);
    expect(() =>
      recorder.tracer.span("decode", () => {
        throw new Error("x");
      }),
    ).toThrow("x");
    expect(recorder.spanCount()).toBe(2);
    recorder.setOn(false);
    recorder.tracer.record("decode", 0, 5);
    expect(recorder.statistics().decode?.count).toBe(2);
  });

  it("keeps the newest spans within its capacity and hands out phases once", () => {
    const recorder = createRecorder(2);
    recorder.setOn(true);
    for (const ms of [1, 2, 3]) recorder.tracer.record("step", 0, ms);
    expect(recorder.statistics().step).toMatchObject({ count: 2, meanMs: 2.5 });
    expect(recorder.takePhases()).toEqual({ step: 6 });
    expect(recorder.takePhases()).toEqual({});
  });
});
