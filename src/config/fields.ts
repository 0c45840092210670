// What one setting is: the row type of the one table, and the paths that the table must cover.
// Screen, command line, link, report and check read these rows; nothing else knows a range or a default.

import type { Config, PresetName } from "./types.ts";

type LeafValue = string | number | boolean;

type PathsOf<T> = T extends LeafValue
  ? never
  : {
      [K in keyof T & string]: T[K] extends LeafValue ? K : `${K}.${PathsOf<T[K]>}`;
    }[keyof T & string];

/** Every leaf of Config by its dotted path; follows the type, so a leaf without a row does not compile. */
export type FieldPath = PathsOf<Config>;

/** The value of a leaf. */
export type FieldValue = LeafValue;

export type FieldGroup = "Pages" | "Model" | "Training" | "Reading the map" | "Loading" | "Features";

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** Step of a slider or spinner; no rule. */
  readonly step: number;
  readonly isInteger: boolean;
  /** A value must be a multiple of this; 1 or absent for any. */
  readonly multipleOf?: number;
  /** How a slider should space its values. */
  readonly scale?: "linear" | "log";
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export type FieldType =
  | ({ readonly kind: "number" } & NumberRange)
  | { readonly kind: "boolean" }
  | { readonly kind: "choice"; readonly choices: readonly Choice[] }
  /** A number in the range, or exactly this word ("all", "off", "unlimited"). */
  | ({ readonly kind: "numberOrWord"; readonly word: string } & NumberRange);

export interface FieldSpec {
  readonly label: string;
  /** "px", "°", "steps", "bytes", …; "" for bare numbers. */
  readonly unit: string;
  readonly type: FieldType;
  /** One value for all presets, or one for each. */
  readonly defaults: FieldValue | Readonly<Record<PresetName, FieldValue>>;
  /** One sentence. */
  readonly help: string;
  readonly group: FieldGroup;
  /** Among the at most twelve controls that are seen without opening "More". */
  readonly isVisible?: true;
  /** live: the running run takes it · restart: the next run does. */
  readonly takesEffect: "live" | "restart";
  /** Absent when it always matters. */
  readonly applies?: { readonly sentence: string; readonly when: (config: Config) => boolean };
}

export interface Field extends FieldSpec {
  readonly path: FieldPath;
}

export function integer(min: number, max: number, step = 1): { readonly kind: "number" } & NumberRange {
  return { kind: "number", min, max, step, isInteger: true };
}

export function real(
  min: number,
  max: number,
  step: number,
  scale: "linear" | "log" = "linear",
): { readonly kind: "number" } & NumberRange {
  return { kind: "number", min, max, step, isInteger: false, scale };
}

export function choice(labels: Readonly<Record<string, string>>): FieldType {
  return { kind: "choice", choices: Object.entries(labels).map(([value, label]) => ({ value, label })) };
}

/** The default of a row for a preset. */
export function defaultOf(spec: FieldSpec, preset: PresetName): FieldValue {
  return typeof spec.defaults === "object" ? spec.defaults[preset] : spec.defaults;
}
