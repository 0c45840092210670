// Words of the Runs tab: a setting's value, an interval over seeds, how a run ended.

import { findField, leavesOf, resolveOrThrow } from "../../config/index.ts";
import { type Difference, differenceOf, type RunRecord } from "../../store/index.ts";
import { bytes, rate, UNKNOWN } from "../format.ts";

/** "0.005", "on", "64 MiB"; "—" where the setting did not exist. */
export function settingText(path: string, value: string | number | boolean | undefined): string {
  if (value === undefined) return UNKNOWN;
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "string") return value;
  const unit = findField(path)?.unit ?? "";
  if (unit === "bytes") return bytes(value);
  const number = Math.abs(value) < 0.1 ? rate(value) : String(value);
  return unit === "" ? number : `${number} ${unit}`;
}

interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** "0.612 [0.581, 0.643], n = 3"; without an interval where there is one seed. */
export function intervalText(interval: Interval | null, format: (value: number) => string): string {
  if (interval === null) return UNKNOWN;
  const { mean, low, high, n } = interval;
  const range = n < 2 ? "" : ` [${format(low)}, ${format(high)}]`;
  return `${format(mean)}${range}, n = ${n}`.replaceAll("-", "−");
}

const ENDS: Readonly<Record<RunRecord["end"], string>> = {
  running: "running",
  paused: "paused",
  "length reached": "finished",
  stopped: "stopped",
  failed: "failed",
  "given up": "given up",
};

export function endText(end: RunRecord["end"]): string {
  return ENDS[end];
}

/** Day and time as this browser writes them. */
export function whenText(timeMs: number): string {
  return new Date(timeMs).toLocaleString(undefined, { dateStyle: "short", timeStyle: "medium" });
}

/** What a run has otherwise than its preset has today. */
export function presetDifference(record: RunRecord): readonly Difference[] {
  const { resolved } = resolveOrThrow({ preset: record.preset, layers: [] });
  return differenceOf(record, { settings: Object.fromEntries(leavesOf(resolved.config)) });
}
