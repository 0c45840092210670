// The one table, put together. The order of the rows is the order on the screen and in the report.

import type { Field, FieldPath, FieldSpec } from "../fields.ts";
import { cacheFields } from "./caches.ts";
import { frozenFields } from "./frozen.ts";
import { pageFields } from "./pages.ts";
import { readingFields } from "./reading.ts";
import { runFields } from "./training.ts";

const specs: Readonly<Record<FieldPath, FieldSpec>> = {
  ...pageFields,
  ...runFields,
  ...cacheFields,
  ...frozenFields,
  ...readingFields,
};

/** Every setting. */
export const FIELDS: readonly Field[] = (Object.keys(specs) as FieldPath[]).map((path) => ({
  path,
  ...specs[path],
}));

const byPath: ReadonlyMap<string, Field> = new Map(FIELDS.map((field) => [field.path, field]));

/** The row of a path, or undefined for any other text. */
export function findField(path: string): Field | undefined {
  return byPath.get(path);
}

/** The row of a known path. */
export function fieldOf(path: FieldPath): Field {
  const field = byPath.get(path);
  if (field === undefined) throw new RangeError(`no setting "${path}"`);
  return field;
}
