import { describe, expect, it } from "vitest";
import { type SpanTable, STAGES, spanColumns, TRACKS } from "../../trace/index.ts";
import {
  binRow,
  buildTimeline,
  durationsIn,
  snap,
  spanAt,
  type TimelineRow,
  ticks,
  tickText,
  zoomed,
} from "./timeline-layout.ts";

type Span = readonly [name: number, track: number, start: number, duration: number];

function tableOf(spans: readonly Span[]): SpanTable {
  const columns = spanColumns(spans.length);
  for (const [i, [name, track, start, duration]] of spans.entries()) {
    columns.names[i] = name;
    columns.tracks[i] = track;
    columns.starts[i] = start;
    columns.durations[i] = duration;
  }
  return { ...columns, kernels: new Map() };
}

const STEP = STAGES.indexOf("step");
const FORWARD = STAGES.indexOf("forward");

function row(timeline: ReturnType<typeof buildTimeline>, index: number): TimelineRow {
  const found = timeline.rows[index];
  if (found === undefined) throw new Error(`no row ${index}`);
  return found;
}

describe("rows", () => {
  const timeline = buildTimeline(
    tableOf([
      [FORWARD, TRACKS.trainer, 1, 3],
      [STEP, TRACKS.trainer, 0, 10],
      [STEP, TRACKS.trainer, 10, 10],
      [STEP, TRACKS.trainer, 15, 10],
      [STEP, TRACKS.gpu, 2, 5],
    ]),
  );

  it("put what is contained below, what overlaps in a group of its own, each track under its name", () => {
    const shape = timeline.rows.map(({ label, starts }) => [label, [...starts]]);
    expect(shape).toEqual([
      ["Trainer", [0, 10]],
      ["", [1]],
      ["", [15]],
      ["GPU queue", [2]],
    ]);
    expect(timeline.extent).toEqual({ fromMs: 0, toMs: 25 });
  });

  it("have no overlap within themselves, however many spans there are", () => {
    const spans = Array.from(
      { length: 2000 },
      (_, i): Span => [STEP, 1 + (i % 3), (i * 7919) % 5000, (i * 31) % 60],
    );
    for (const { starts, ends } of buildTimeline(tableOf(spans)).rows.filter((_, i) => i < 40)) {
      for (let i = 1; i < starts.length; i++) {
        expect(starts[i]).toBeGreaterThanOrEqual((starts[i - 1] ?? 0) - 0.01);
      }
      expect(starts.length).toBe(ends.length);
    }
  });

  it("tell the span at a moment, the nearest edge, and the durations that touch an area", () => {
    expect(spanAt(row(timeline, 1), 2, 0)).toBe(0);
    expect(spanAt(row(timeline, 1), 5, 0.5)).toBeUndefined();
    expect(spanAt(row(timeline, 1), 4.4, 0.5)).toBe(0);
    expect(snap(timeline.rows, 9.8, 0.5)).toBe(10);
    expect(snap(timeline.rows, 12.5, 0.5)).toBe(12.5);
    expect(durationsIn(timeline.rows, { fromMs: 0, toMs: 2 }).sort()).toEqual([10, 3]);
  });
});

describe("bins", () => {
  const drawn = (
    timeline: ReturnType<typeof buildTimeline>,
    fromMs: number,
    toMs: number,
    widthPx: number,
  ) => {
    const bars: number[][] = [];
    binRow(row(timeline, 0), { fromMs, toMs }, widthPx, (x, width, fill, name) =>
      bars.push([x, width, Number(fill.toFixed(3)), name]),
    );
    return bars;
  };

  it("show wide spans as they are, clipped to the view", () => {
    const timeline = buildTimeline(tableOf([[STEP, 1, 0, 10]]));
    expect(drawn(timeline, 5, 15, 100)).toEqual([[0, 50, 1, STEP]]);
  });

  it("share a column among narrow spans: named after the longest, as full as they fill it", () => {
    const timeline = buildTimeline(
      tableOf([
        [STEP, 1, 0, 0.2],
        [FORWARD, 1, 0.3, 0.5],
        [STEP, 1, 1.1, 0.25],
      ]),
    );
    expect(drawn(timeline, 0, 10, 10)).toEqual([
      [0, 1, 0.7, FORWARD],
      [1, 1, 0.25, STEP],
    ]);
  });

  it("never draw more bars than pixels of spans narrower than one", () => {
    const spans = Array.from({ length: 100_000 }, (_, i): Span => [STEP, 1, i, 0.9]);
    const timeline = buildTimeline(tableOf(spans));
    expect(drawn(timeline, 0, 100_000, 800).length).toBeLessThanOrEqual(800);
  });
});

describe("the view", () => {
  it("keeps the moment under the pointer where it is when it zooms", () => {
    const { fromMs, toMs } = zoomed({ fromMs: 0, toMs: 100 }, 25, 0.5, 1e6);
    expect([fromMs, toMs]).toEqual([12.5, 62.5]);
  });

  it("has round ticks that are not too near each other", () => {
    expect(ticks({ fromMs: 3, toMs: 103 }, 1000, 90)).toMatchObject({
      everyMs: 10,
      at: expect.arrayContaining([10, 100]),
    });
  });

  it("writes ticks so that no two read alike, however near they are", () => {
    for (const span of [0.01, 0.3, 7, 90, 2500, 400_000]) {
      const { at, everyMs } = ticks({ fromMs: 4170, toMs: 4170 + span }, 1000, 90);
      expect(new Set(at.map((ms) => tickText(ms, everyMs))).size).toBe(at.length);
    }
    expect(tickText(4170, 10)).toBe("4.17 s");
    expect(tickText(4171.5, 0.5)).toBe("4171.5 ms");
    expect(tickText(4000, 1000)).toBe("4 s");
  });
});
