import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ClockBounds,
  chromeTrace,
  clockStepMs,
  compareClocks,
  createRecorder,
  durationStatistics,
  type KernelFacts,
  SpanStore,
  STAGES,
  spanStatistics,
  summarise,
  TRACKS,
  writeDevToolsTracks,
} from "./index.ts";

const conv: KernelFacts = { kernel: "conv", layer: "encoder.0", phase: "forward", flops: 2e9, bytes: 1e6 };

describe("durationStatistics", () => {
  it("interpolates percentiles between ranks", () => {
    const stats = durationStatistics([4, 1, 3, 2]);
    expect(stats).toMatchObject({ count: 4, meanMs: 2.5, medianMs: 2.5 });
    expect(stats.p95Ms).toBeCloseTo(3.85, 10);
  });

  it("says NaN, not 0, when nothing was measured", () => {
    expect(durationStatistics([]).medianMs).toBeNaN();
    expect(spanStatistics([]).minMs).toBeNaN();
  });
});

describe("recorder", () => {
  it("counts spans only while it is on, also of work that throws", () => {
    const recorder = createRecorder();
    recorder.tracer.span("decode", () => 1);
    expect(recorder.spanCount()).toBe(0);
    recorder.setDepth(1);
    expect(recorder.tracer.span("decode", () => 7)).toBe(7);
    expect(() =>
      recorder.tracer.span("decode", () => {
        throw new Error("x");
      }),
    ).toThrow("x");
    expect(recorder.spanCount()).toBe(2);
    recorder.setDepth("off");
    recorder.tracer.record("decode", 0, 5);
    expect(recorder.statistics().decode?.count).toBe(2);
  });

  it("keeps the newest spans within its capacity and hands out phases once", () => {
    const recorder = createRecorder(undefined, 2);
    recorder.setDepth(1);
    for (const ms of [1, 2, 3]) recorder.tracer.record("step", 0, ms);
    expect(recorder.statistics().step).toMatchObject({ count: 2, meanMs: 2.5 });
    expect(recorder.takePhases()).toEqual({ step: 6 });
    expect(recorder.takePhases()).toEqual({});
  });

  it("at depth 0 counts calls, keeps no span and reads no clock", () => {
    const recorder = createRecorder();
    recorder.setDepth(0);
    const { now } = performance;
    let reads = 0;
    performance.now = () => {
      reads++;
      return 0;
    };
    try {
      recorder.tracer.span("collect", () => 1);
      recorder.tracer.record("step", 0, 1);
    } finally {
      performance.now = now;
    }
    expect([recorder.spanCount(), reads, recorder.takeBatch()]).toEqual([2, 0, null]);
  });

  it("takes kernels at depth 2 only, and drops and counts stretches that end before they begin", () => {
    const recorder = createRecorder();
    const id = recorder.tracer.define(conv);
    recorder.setDepth(1);
    recorder.tracer.recordKernel(id, 0, 1);
    expect(recorder.tracer.wantsKernels()).toBe(false);
    recorder.setDepth(2);
    recorder.tracer.recordKernel(id, 0, 1);
    recorder.tracer.recordKernel(id, 0, -1);
    recorder.tracer.record("forward", 5, Number.NaN, TRACKS.gpu);
    const batch = recorder.takeBatch();
    expect(batch?.names.length).toBe(1);
    expect(batch).toMatchObject({ kernels: [conv], firstKernel: STAGES.length, dropped: 2 });
  });

  it("hands out each span once, and counts those that were overwritten before", () => {
    const recorder = createRecorder(TRACKS.trainer, 8, 4);
    recorder.setDepth(1);
    for (let i = 0; i < 6; i++) recorder.tracer.record("step", i, 1);
    const batch = recorder.takeBatch();
    expect([...(batch?.starts ?? [])]).toEqual([2, 3, 4, 5]);
    expect(batch?.lost).toBe(2);
    expect(recorder.takeBatch()).toBeNull();
    recorder.tracer.record("step", 6, 1);
    expect([...(recorder.takeBatch()?.starts ?? [])]).toEqual([6]);
  });

  it("records GPU, transfers and storage on tracks of their own", () => {
    const recorder = createRecorder(TRACKS.trainer);
    recorder.setDepth(1);
    recorder.tracer.record("step", 0, 1);
    recorder.tracer.record("upload", 0, 1);
    recorder.tracer.record("forward", 0, 1, TRACKS.gpu);
    recorder.tracer.record("store", 0, 1);
    const { trainer, transfers, gpu, storage } = TRACKS;
    expect([...(recorder.takeBatch()?.tracks ?? [])]).toEqual([trainer, transfers, gpu, storage]);
  });
});

describe("clocks", () => {
  it("bound the offset from both sides, whatever the delays", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 1, maxLength: 20 }),
        (offset, delays) => {
          const bounds = new ClockBounds();
          let now = 0;
          for (const [there, back] of delays) {
            const sent = now;
            const other = sent + there - offset;
            now = sent + there + back + 1;
            bounds.observe(sent, now, other);
          }
          const found = bounds.offset;
          expect(Math.abs((found?.offsetMs ?? Number.NaN) - offset)).toBeLessThanOrEqual(
            (found?.uncertaintyMs ?? 0) + 1e-6,
          );
        },
      ),
    );
  });

  it("start anew when a clock has drifted past what was known", () => {
    const bounds = new ClockBounds();
    bounds.observe(0, 1, 0);
    bounds.observe(100, 101, 50);
    expect(bounds.offset).toEqual({ offsetMs: 50.5, uncertaintyMs: 0.5 });
  });

  it("compare by questions; the quickest answer tells most", async () => {
    let now = 0;
    let slow = 10;
    const ask = async (): Promise<number> => {
      now += slow;
      const answer = now + 1000;
      now += slow;
      slow = 1;
      return answer;
    };
    const found = await compareClocks(ask, () => now, 2);
    expect(found).toEqual({ offsetMs: -1000, uncertaintyMs: 1 });
  });
});

function tableOf(spans: readonly (readonly [number, number, number, number])[]) {
  const recorder = createRecorder(TRACKS.trainer, 8, 4096);
  recorder.setDepth(2);
  recorder.tracer.define(conv);
  for (const [name, track, start, duration] of spans) {
    const stage = STAGES[name];
    if (stage === undefined) recorder.tracer.recordKernel(name, start, duration, track);
    else recorder.tracer.record(stage, start, duration, track);
  }
  const store = new SpanStore();
  const batch = recorder.takeBatch();
  if (batch !== null) store.take(batch, 0, "trainer");
  return store.table();
}

const STEP = STAGES.indexOf("step");
const FORWARD = STAGES.indexOf("forward");
const CONV = STAGES.length;

describe("the store of all threads", () => {
  it("brings spans to one clock and keeps the newest", () => {
    const recorder = createRecorder();
    recorder.setDepth(1);
    for (let i = 0; i < 5; i++) recorder.tracer.record("step", i, 1);
    const store = new SpanStore(4);
    const batch = recorder.takeBatch();
    if (batch !== null) store.take(batch, 100, "trainer");
    expect([...store.table().starts]).toEqual([101, 102, 103, 104]);
  });
});

describe("summaries", () => {
  const table = tableOf([
    [STEP, 1, 0, 10],
    [STEP, 1, 10, 20],
    [CONV, 2, 0, 1],
    [CONV, 2, 5, 3],
  ]);

  it("count each stage, with its share of the track", () => {
    const [row] = summarise(table, "stage");
    expect(row).toMatchObject({ name: "step", share: 1, gigaflops: null });
    // What lies within a step is a share of it, and the step stays whole.
    const nested = tableOf([
      [STEP, 2, 0, 10],
      [CONV, 2, 0, 4],
    ]);
    expect(summarise(nested, "stage")[0]?.share).toBe(1);
    expect(summarise(nested, "kernel")[0]?.share).toBe(0.4);
    expect(row?.statistics).toMatchObject({ count: 2, totalMs: 30, meanMs: 15, minMs: 10, maxMs: 20 });
  });

  it("give a kernel's rates from the work the graph knows", () => {
    const [row] = summarise(table, "layer");
    expect(row).toMatchObject({ name: "encoder.0", gigaflops: 1000, gigabytes: 0.5 });
  });

  it("take only what touches the area", () => {
    const [row] = summarise(table, "stage", { fromMs: 12, toMs: 13 });
    expect(row?.statistics.count).toBe(1);
  });

  it("notice a clock that is rounded to tenths of a millisecond", () => {
    expect(clockStepMs([0, 0.1, 0.3, 1.2, 0, 0, 0.1, 7.7])).toBe(0.1);
    expect(clockStepMs([0, 0.1, 0.34, 1.2, 0, 0, 0.1, 7.7])).toBe(0);
  });
});

/** What Perfetto's and Chrome's importers require of a JSON trace, checked without the code that wrote it. */
function faultsOf(text: string): string[] {
  const faults: string[] = [];
  const trace = JSON.parse(text) as { traceEvents: Record<string, unknown>[]; displayTimeUnit: string };
  if (!Array.isArray(trace.traceEvents)) return ["no traceEvents"];
  if (!["ms", "ns"].includes(trace.displayTimeUnit)) faults.push("displayTimeUnit");
  const named = new Set<number>();
  const open = new Map<number, number[]>();
  let last = Number.NEGATIVE_INFINITY;
  for (const { ph, pid, tid, ts, dur, name, cat, args } of trace.traceEvents) {
    if (typeof name !== "string" || name === "") faults.push("name");
    if (!Number.isInteger(pid) || !Number.isInteger(tid)) faults.push("pid or tid");
    if (typeof args !== "object" || args === null) faults.push("args");
    if (ph === "M") {
      if (name === "thread_name") named.add(tid as number);
      continue;
    }
    if (ph !== "X") faults.push(`ph ${String(ph)}`);
    if (typeof cat !== "string") faults.push("cat");
    if (typeof ts !== "number" || typeof dur !== "number" || !(ts >= 0) || !(dur >= 0)) {
      faults.push(`times ${String(ts)} ${String(dur)}`);
      continue;
    }
    if (!named.has(tid as number)) faults.push(`thread ${String(tid)} has no name`);
    if (ts < last) faults.push("not in order of time");
    last = ts;
    const stack = open.get(tid as number) ?? [];
    open.set(tid as number, stack);
    const start = Math.round(ts * 1000);
    const end = Math.round((ts + dur) * 1000);
    while (stack.length > 0 && (stack.at(-1) ?? 0) <= start) stack.pop();
    if (stack.length > 0 && end > (stack.at(-1) ?? 0))
      faults.push("spans of one thread overlap without nesting");
    stack.push(end);
  }
  return [...new Set(faults)];
}

describe("Chrome trace", () => {
  it("holds every span once, under the rules of the format, however spans overlap", () => {
    const span = fc.tuple(
      fc.nat(CONV),
      fc.integer({ min: 0, max: 6 }),
      fc.double({ min: 1e4, max: 1.01e4, noNaN: true }),
      fc.double({ min: 0, max: 30, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(span, { maxLength: 14 }), (spans) => {
        const text = JSON.stringify(chromeTrace(tableOf(spans), { app: "test" }));
        expect(faultsOf(text)).toEqual([]);
        expect(text.split('"ph":"X"').length - 1).toBe(spans.length);
      }),
      { numRuns: 300 },
    );
  });

  it("puts phases inside their step, on the same thread", () => {
    const trace = chromeTrace(
      tableOf([
        [FORWARD, 1, 1, 2],
        [STEP, 1, 0, 10],
      ]),
    );
    const [step, forward] = trace.traceEvents.filter(({ ph }) => ph === "X");
    expect([step?.name, forward?.name, step?.tid === forward?.tid]).toEqual(["step", "forward", true]);
    expect([step?.dur, forward?.ts]).toEqual([10_000, 1000]);
  });
});

describe("DevTools tracks", () => {
  it("write the newest spans, and none before the page began", () => {
    const written: { name: string; start: number; track: unknown }[] = [];
    const count = writeDevToolsTracks(
      tableOf([
        [STEP, 1, 0, 1],
        [STEP, 1, -5, 1],
        [CONV, 2, 7, 1],
      ]),
      {
        measure: (name, { start, detail }) => {
          const { devtools } = detail as { devtools: { dataType: string; track: string } };
          expect(devtools.dataType).toBe("track-entry");
          written.push({ name, start, track: devtools.track });
        },
      },
      2,
    );
    expect(count).toBe(1);
    expect(written).toEqual([{ name: "conv · encoder.0", start: 7, track: "GPU queue" }]);
  });
});
