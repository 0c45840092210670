// Numbers as people read them here: tabular, thin spaces in thousands, three significant digits for times, "—" for unknown.
// Exports never use these; they write plain numbers.

const THIN_SPACE = "\u2009";
export const UNKNOWN = "—";

/** 12345 → "12 345" with thin spaces. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE);
}

/** hmean, precision, recall: three decimals. */
export function score(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? UNKNOWN : value.toFixed(3);
}

/** Three significant digits with a unit that keeps them readable: "41.2 ms", "0.84 ms", "1.23 s", "4 min 10 s". */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return UNKNOWN;
  if (ms < 999.5) return `${significant(ms)} ms`;
  if (ms < 59_950) return `${significant(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** At most three significant digits, never more than two decimals: 41.2, 0.84, 412. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  const decimals = size < 10 ? 2 : size < 100 ? 1 : 0;
  return value.toFixed(decimals);
}

/** 44040192 → "42.0 MiB". */
export function bytes(value: number): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  const units = ["B", "KiB", "MiB", "GiB"];
  let amount = value;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return unit === 0 ? `${amount} B` : `${significant(amount)} ${units[unit]}`;
}

/** 92746 → "92.7 k", 24400000 → "24.4 M", 1.2e9 → "1.20 G". */
export function big(value: number): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  if (value < 1e3) return count(value);
  if (value < 1e6) return `${significant(value / 1e3)} k`;
  if (value < 1e9) return `${significant(value / 1e6)} M`;
  return `${significant(value / 1e9)} G`;
}

/** A loss or a rate: three significant digits, no exponent from 0.001 on. */
export function loss(value: number | undefined): string {
  if (value === undefined) return UNKNOWN;
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return "infinite";
  if (value !== 0 && Math.abs(value) < 1e-3) return rate(value);
  return Math.abs(value) < 0.1 ? value.toFixed(4) : value.toFixed(Math.abs(value) < 100 ? 3 : 1);
}

/** A learning rate: at most three significant digits, without zeros at the end: 0.005, 2.5e−4. */
export function rate(value: number): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  const short = Number(value.toPrecision(3));
  return (short !== 0 && Math.abs(short) < 1e-3 ? short.toExponential() : String(short)).replace("-", "−");
}

/** "1 word", "2 words". */
export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${count(amount)} ${amount === 1 ? one : many}`;
}
