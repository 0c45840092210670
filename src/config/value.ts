// Checks one foreign value against its row: type, range, multiple. Reads text (command line, link) as the row's type.
// No coercion by truthiness: a number is a number, "all" is the word, false and null are neither.

import { err, ok, type Result } from "../core/index.ts";
import type { FieldType, FieldValue, NumberRange } from "./fields.ts";
import { shown } from "./problem.ts";

/** What a row accepts, in words: `a whole number from 1 to 64`. */
export function expectation(type: FieldType): string {
  switch (type.kind) {
    case "boolean":
      return "true or false";
    case "choice":
      return `one of ${type.choices.map((c) => `"${c.value}"`).join(", ")}`;
    case "number":
      return numberWords(type);
    case "numberOrWord":
      return `${numberWords(type)}, or the word "${type.word}"`;
    default:
      return type satisfies never;
  }
}

/** The typed value, or a sentence saying what was expected. */
export function checkValue(type: FieldType, value: unknown): Result<FieldValue, string> {
  const refuse = () => err(`is ${shown(value)}, but must be ${expectation(type)}.`);
  switch (type.kind) {
    case "boolean":
      return typeof value === "boolean" ? ok(value) : refuse();
    case "choice":
      return typeof value === "string" && type.choices.some((c) => c.value === value) ? ok(value) : refuse();
    case "numberOrWord":
      if (value === type.word) return ok(value);
      return isInRange(type, value) ? ok(value + 0) : refuse();
    case "number":
      return isInRange(type, value) ? ok(value + 0) : refuse();
    default:
      return type satisfies never;
  }
}

/** Text as the row's type where it reads as one, else the text itself (which checkValue then refuses). */
export function fromText(type: FieldType, text: string): string | number | boolean {
  if (type.kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  if ((type.kind === "number" || type.kind === "numberOrWord") && decimal.test(text)) return Number(text);
  return text;
}

/** The nearest value the row accepts, for a finite number; undefined where there is no nearest one. */
export function clampValue(type: FieldType, value: unknown): number | undefined {
  if (type.kind !== "number" && type.kind !== "numberOrWord") return undefined;
  if (typeof value !== "number" || Number.isNaN(value)) return undefined;
  const inside = Math.min(type.max, Math.max(type.min, value));
  const multiple = type.multipleOf ?? (type.isInteger ? 1 : 0);
  if (multiple === 0) return inside;
  const lowest = Math.ceil(type.min / multiple) * multiple;
  const highest = Math.floor(type.max / multiple) * multiple;
  return Math.min(highest, Math.max(lowest, Math.round(inside / multiple) * multiple)) + 0;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function isInRange(range: NumberRange, value: unknown): value is number {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  if (value < range.min || value > range.max) return false;
  if (range.isInteger && !Number.isInteger(value)) return false;
  return range.multipleOf === undefined || value % range.multipleOf === 0;
}

function numberWords(range: NumberRange): string {
  const kind = range.isInteger ? "a whole number" : "a number";
  const multiple = range.multipleOf === undefined ? "" : `, a multiple of ${range.multipleOf}`;
  return `${kind} from ${range.min} to ${range.max}${multiple}`;
}
