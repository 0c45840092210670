// Reads one layer of foreign data into values by path. Unknown paths are refused with the nearest known one; nothing is
// looked up by a foreign key except in the table, so "__proto__" and "constructor" are plain unknown paths.

import type { FieldPath } from "./fields.ts";
import { nearestPath } from "./nearest.ts";
import { type Problem, shown } from "./problem.ts";
import type { LayerInput } from "./resolve.ts";
import { FIELDS, findField } from "./table/table.ts";
import type { Provenance } from "./types.ts";

export interface GivenValue {
  readonly value: unknown;
  readonly provenance: Provenance;
}

export interface ReadLayer {
  readonly from: string;
  /** What the layer's "preset" key says; undefined where it has none. */
  readonly preset: unknown;
  readonly values: ReadonlyMap<FieldPath, GivenValue>;
  readonly problems: readonly Problem[];
}

/** Every path that has settings below it: "train", "train.length". */
const groups: ReadonlySet<string> = new Set(
  FIELDS.flatMap(({ path }) => {
    const keys = path.split(".");
    return keys.slice(1).map((_, i) => keys.slice(0, i + 1).join("."));
  }),
);

export function readLayer(input: LayerInput): ReadLayer {
  const values = new Map<FieldPath, GivenValue>();
  const problems: Problem[] = [];
  const provenance: Provenance = { layer: input.layer, from: input.from };
  let preset: unknown;

  const refuse = (path: string, sentence: string) =>
    problems.push({ path, sentence, from: input.from, fix: [] });

  const visit = (prefix: string, node: unknown): void => {
    for (const [key, value] of entriesOf(node)) {
      const path = prefix === "" ? key : `${prefix}.${key}`;
      const field = findField(path);
      if (field !== undefined) {
        if (values.has(field.path)) refuse(path, "is given twice.");
        values.set(field.path, { value, provenance });
      } else if (path === "preset") preset = value;
      else if (groups.has(path) && isTree(value)) visit(path, value);
      else if (groups.has(path)) refuse(path, `is a group of settings, not a value; it was ${shown(value)}.`);
      else refuse(shortened(path), unknownSentence(path));
    }
  };

  if (isTree(input.values)) visit("", input.values);
  else refuse("(whole)", `must be an object of settings, but is ${shown(input.values)}.`);
  return { from: input.from, preset, values, problems };
}

/** "is not a setting; did you mean …?" */
export function unknownSentence(path: string): string {
  const near = nearestPath(path);
  return near === undefined ? "is not a setting." : `is not a setting; did you mean "${near}"?`;
}

/** A foreign path in a sentence. */
export function shortened(path: string): string {
  return path.length > 80 ? `${path.slice(0, 77)}…` : path;
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entriesOf(node: unknown): [string, unknown][] {
  if (node instanceof Map)
    return [...node].map(([key, value]) => [typeof key === "string" ? key : `(${typeof key})`, value]);
  return typeof node === "object" && node !== null ? Object.entries(node) : [];
}
