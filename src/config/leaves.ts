// A configuration as a flat list of leaves and back. The only place where a Config object is put together.

import { defaultOf, type FieldPath, type FieldValue } from "./fields.ts";
import { FIELDS } from "./table/table.ts";
import type { Config, PresetName } from "./types.ts";

/** Values by path. "loader.prefetch" is absent when there are no loaders. */
export type Leaves = ReadonlyMap<FieldPath, FieldValue>;

/** The defaults of a preset. */
export function presetLeaves(preset: PresetName): Map<FieldPath, FieldValue> {
  return new Map(FIELDS.map((field) => [field.path, defaultOf(field, preset)]));
}

/** The leaves of a configuration, in the order of the table. */
export function leavesOf(config: Config): Map<FieldPath, FieldValue> {
  const leaves = new Map<FieldPath, FieldValue>();
  for (const { path } of FIELDS) {
    let node: unknown = config;
    for (const key of path.split(".")) node = (node as Readonly<Record<string, unknown>>)[key];
    if (node !== undefined) leaves.set(path, node as FieldValue);
  }
  return leaves;
}

/** Every leaf must have passed its row's check; "loader.prefetch" is left out where "loader.workers" is 0. */
export function configFrom(leaves: Leaves): Config {
  const tree: Record<string, unknown> = {};
  for (const { path } of FIELDS) {
    const value = leaves.get(path);
    if (path === "loader.prefetch" && leaves.get("loader.workers") === 0) continue;
    if (value === undefined) throw new RangeError(`the setting "${path}" has no value`);
    const keys = path.split(".");
    const leaf = keys.pop() ?? path;
    let node = tree;
    for (const key of keys) {
      node[key] ??= {};
      node = node[key] as Record<string, unknown>;
    }
    node[leaf] = value;
  }
  // The table has a row for every leaf of Config (FieldPath follows the type), each checked against its row.
  return tree as unknown as Config;
}
