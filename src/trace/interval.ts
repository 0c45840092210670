// The 95 % interval of a mean of few independent values, such as one score a seed: Student's t, which three values can bear
// and a bootstrap cannot.

export interface MeanInterval {
  readonly mean: number;
  /** NaN under two values: nothing is known of the spread. */
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** 0.975 quantiles of Student's t for 1 to 30 degrees of freedom. */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

export function meanInterval(values: readonly number[]): MeanInterval {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, low: Number.NaN, high: Number.NaN, n };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = tQuantile(n - 1) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half, n };
}

/** Of Student's t at 0.975. Beyond the table the first two terms of Cornish and Fisher's expansion, exact to four digits there. */
export function tQuantile(freedom: number): number {
  const z = 1.959964;
  return (
    T_975[freedom - 1] ??
    z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
  );
}
