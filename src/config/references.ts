// Follows `${path}`: a value that is exactly a reference takes the value of the leaf it names, at load, once.
// Dangling references and circles are refused by path.

import type { FieldPath } from "./fields.ts";
import type { GivenValue } from "./layer.ts";
import { shortened, unknownSentence } from "./layer.ts";
import type { Problem } from "./problem.ts";
import { findField } from "./table/table.ts";

const reference = /^\$\{(.*)\}$/s;

/** The values with references replaced. A leaf with a bad reference is missing from `values` and named in `problems`. */
export function followReferences(given: ReadonlyMap<FieldPath, GivenValue>): {
  readonly values: ReadonlyMap<FieldPath, GivenValue>;
  readonly problems: readonly Problem[];
} {
  const values = new Map<FieldPath, GivenValue>();
  const problems: Problem[] = [];
  for (const [path, entry] of given) {
    const found = follow(path, entry, given);
    if (typeof found === "string") {
      problems.push({ path, sentence: found, from: entry.provenance.from, fix: [] });
    } else values.set(path, found);
  }
  return { values, problems };
}

/** The value at the end of the chain, or a sentence saying why there is none. */
function follow(
  start: FieldPath,
  entry: GivenValue,
  given: ReadonlyMap<FieldPath, GivenValue>,
): GivenValue | string {
  const chain: string[] = [start];
  let current = entry;
  for (;;) {
    const target = targetOf(current.value);
    if (target === undefined) break;
    const field = findField(target);
    const next = field === undefined ? undefined : given.get(field.path);
    if (field === undefined || next === undefined) {
      return `refers to "${shortened(target)}", which ${unknownSentence(target)}`;
    }
    if (chain.includes(field.path)) return `refers in a circle: ${[...chain, field.path].join(" → ")}.`;
    chain.push(field.path);
    current = next;
  }
  if (chain.length === 1) return entry;
  const { layer, from } = entry.provenance;
  return { value: current.value, provenance: { layer, from: `${from}, $\{${chain[1]}}` } };
}

function targetOf(value: unknown): string | undefined {
  return typeof value === "string" ? reference.exec(value)?.[1]?.trim() : undefined;
}
