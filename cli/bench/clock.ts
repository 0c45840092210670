// The clock of a benchmark: the wall, or this process's own processor time, which other programs on the machine disturb less.

export const CLOCKS = ["wall", "processor"] as const;
export type Clock = (typeof CLOCKS)[number];

/** Milliseconds. */
export const NOW: Readonly<Record<Clock, () => number>> = {
  wall: () => performance.now(),
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** What reading the clock once adds to whatever is between two readings. */
export function readingMs(now: () => number): number {
  const times = 2000;
  const start = now();
  for (let i = 1; i < times; i++) now();
  return (now() - start) / times;
}
