// Wall time from step to step, with evaluations and pauses left out. Always on: two clock reads a step.

import { type DurationStatistics, durationStatistics } from "../trace/index.ts";

const KEPT = 2048;

export interface StepClock {
  /** A step begins after a stretch that does not count (start, evaluation, pause). */
  restart(): void;
  /** A step has ended and the next one begins. */
  tick(): void;
  statistics(): DurationStatistics;
}

export function createStepClock(): StepClock {
  const durations = new Float64Array(KEPT);
  let written = 0;
  let last = performance.now();
  return {
    restart: () => {
      last = performance.now();
    },
    tick: () => {
      const now = performance.now();
      durations[written++ % KEPT] = now - last;
      last = now;
    },
    statistics: () => durationStatistics(durations.subarray(0, Math.min(written, KEPT))),
  };
}
