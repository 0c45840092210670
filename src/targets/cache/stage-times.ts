// How long the stages of a page take where they are done: sums that several loaders add up to. What a tier would save follows.

import { type CacheReport, type StageOfAPage, STAGES_OF_A_PAGE, type StageTime } from "./types.ts";

type Stages = CacheReport["stages"];
type Split = keyof Stages;

const NO_TIME: StageTime = { count: 0, sumMs: 0, sumSquaresMs2: 0 };
const NO_TIMES = { read: NO_TIME, place: NO_TIME, outline: NO_TIME, draw: NO_TIME } as const;

export const NO_STAGES: Stages = { train: NO_TIMES, validation: NO_TIMES };

/** Milliseconds of the stages that were done for one page; the others were kept or not needed. */
export type MadeMs = { -readonly [S in StageOfAPage]?: number };

/** `sums` with one more page. */
export function withPage(sums: Stages, split: Split, made: MadeMs): Stages {
  const times = { ...sums[split] };
  for (const stage of STAGES_OF_A_PAGE) {
    const ms = made[stage];
    if (ms !== undefined) times[stage] = sumOf(times[stage], { count: 1, sumMs: ms, sumSquaresMs2: ms * ms });
  }
  return { ...sums, [split]: times };
}

export function sumOfStages(a: Stages, b: Stages): Stages {
  const sum = (split: Split): Stages[Split] => {
    const [p, q] = [a[split], b[split]];
    return {
      read: sumOf(p.read, q.read),
      place: sumOf(p.place, q.place),
      outline: sumOf(p.outline, q.outline),
      draw: sumOf(p.draw, q.draw),
    };
  };
  return { train: sum("train"), validation: sum("validation") };
}

function sumOf(a: StageTime, b: StageTime): StageTime {
  return {
    count: a.count + b.count,
    sumMs: a.sumMs + b.sumMs,
    sumSquaresMs2: a.sumSquaresMs2 + b.sumSquaresMs2,
  };
}
