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
