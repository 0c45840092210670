import { describe, expect, it } from "vitest";
import type { EvaluationSummary } from "../store/index.ts";
import { big, bytes, count, duration, loss, rate, score, significant } from "./format.ts";
import {
  lossSentence,
  progressSentence,
  qualitySentence,
  raceSentence,
  stateSentence,
  tileName,
  wallSentence,
} from "./sentences.ts";

const score0 = { hmean: 0.5, precision: 0.5, recall: 0.5 };
const summary: EvaluationSummary = {
  step: 400,
  epoch: 3,
  isNewPrediction: true,
  coverage: { scored: 16, asked: 16 },
  cleval: { mean: score0, pooled: score0 },
  icdarIou: { mean: score0, pooled: score0 },
  words: { found: 52, total: 61, missed: 5, falseBoxes: 4 },
  pages: [],
  durationMs: 1,
};

describe("numbers", () => {
  it("have three significant digits and a readable unit", () => {
    expect([41.23, 0.842, 412.4, 999.6, 1234, 59_949, 250_000, 3_700_000].map(duration)).toEqual([
      "41.2 ms",
      "0.84 ms",
      "412 ms",
      "1.00 s",
      "1.23 s",
      "59.9 s",
      "4 min 10 s",
      "1 h 1 min",
    ]);
  });

  it("are — when unknown, and NaN stays NaN in a loss", () => {
    expect([duration(Number.NaN), score(null), significant(Number.NaN), count(Number.NaN)]).toEqual([
      "—",
      "—",
      "—",
      "—",
    ]);
    expect([loss(Number.NaN), loss(undefined), loss(Infinity)]).toEqual(["NaN", "—", "infinite"]);
  });

  it("use thin spaces, binary bytes and short millions", () => {
    expect(count(1234567)).toBe("1\u2009234\u2009567");
    expect([bytes(900), bytes(44_040_192), bytes(3 * 2 ** 30)]).toEqual(["900 B", "42.0 MiB", "3.00 GiB"]);
    expect([big(12), big(92_746), big(24_400_000)]).toEqual(["12", "92.7 k", "24.4 M"]);
    expect([rate(0.005), rate(0.00025), rate(0)]).toEqual(["0.005", "2.5e−4", "0"]);
  });
});

describe("sentences", () => {
  it("say what the wall shows", () => {
    expect(wallSentence(summary, 6)).toBe(
      "52 of 61 words found, 4 false, 5 missed. Worst page: 7. Evaluated at step 400.",
    );
    expect(wallSentence(summary, null)).toBe(
      "52 of 61 words found, 4 false, 5 missed. Evaluated at step 400.",
    );
  });

  it("name a tile", () => {
    const counts = { words: 6, found: 4, missed: 2, merged: 0, split: 0, falseBoxes: 1 };
    expect(tileName(3, counts, 6)).toBe("Page 3, 4 of 6 words found, 1 false");
    expect(tileName(3, { ...counts, falseBoxes: 0 }, 6)).toBe("Page 3, 4 of 6 words found");
    expect(tileName(1, null, 1)).toBe("Page 1, 1 word, not evaluated yet");
  });

  it("follow the curves", () => {
    expect(qualitySentence([], [])).toContain("Press Train");
    expect(qualitySentence([0, 20], [0, 0.61])).toBe("hmean 0.610 at step 20, rising.");
    expect(qualitySentence([0, 20], [0.61, 0.608])).toBe("hmean 0.608 at step 20, level.");
    const steps = Float64Array.from({ length: 40 }, (_, i) => i + 1);
    expect(
      lossSentence(
        steps,
        steps.map((step) => 8 / step),
      ),
    ).toBe("Loss 0.200 at step 40, falling.");
    expect(lossSentence(steps.subarray(0, 1), new Float64Array([Number.NaN]))).toBe("Loss is NaN at step 1.");
  });

  it("tell progress with its total, and what a pause waits for", () => {
    expect(progressSentence("drawing pages", 12, 80)).toBe("Drawing pages, 12 of 80.");
    expect(progressSentence("starting the run", 0, 0)).toBe("Starting the run …");
    expect(stateSentence({ kind: "pausing", step: 128 })).toBe("Pausing after step 129.");
  });
});

describe("the race in words", () => {
  const outcome = (mean: number, ciLow: number, ciHigh: number, n = 20) =>
    ({ ratio: { mean, median: mean, ciLow, ciHigh, n }, lossDifference: 2e-5 }) as never;
  const engines = ["webgpu", "tfjs-webgpu"] as const;
  it("names the faster one whichever was first, with its interval", () => {
    expect(raceSentence(engines, [], outcome(0.05, 0.04, 0.0625))).toBe(
      "webgpu is 20.0 times as fast as tfjs-webgpu, 95 % interval [16.0, 25.0] over 20 pairs of steps. Their losses differ by at most 0.0020 %.",
    );
    expect(raceSentence(engines, [], outcome(2, 1.5, 2.5))).toMatch(
      /^tfjs-webgpu is 2.00 times as fast as webgpu, 95 % interval \[1.50, 2.50\]/,
    );
  });
  it("says when nothing can be told", () => {
    expect(raceSentence(engines, [], outcome(0.97, 0.9, 1.05))).toMatch(
      /^No difference in speed that 20 pairs/,
    );
    expect(raceSentence(engines, [], outcome(0.5, Number.NaN, Number.NaN, 1))).toMatch(
      /^webgpu took less time in 1 pair of steps: too few/,
    );
    expect(raceSentence(engines, [], outcome(Number.NaN, Number.NaN, Number.NaN, 0))).toMatch(
      /^Stopped in the warm-up/,
    );
    expect(raceSentence(engines, [{}, {}] as never, null)).toBe("2 steps of each so far.");
  });
});
