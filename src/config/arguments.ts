// Reads `--set path=value` arguments: text to the type of the row. What is wrong with a path or a value is said by
// resolveConfig; here only the form is checked.

import { err, ok, type Result } from "../core/index.ts";
import { shortened } from "./layer.ts";
import type { Problem } from "./problem.ts";
import type { LayerInput } from "./resolve.ts";
import { findField } from "./table/table.ts";
import { fromText } from "./value.ts";

/** Each argument is "path=value"; of two for one path the later wins. `from` is for people, e.g. "--set". */
export function parseSetArguments(
  args: readonly string[],
  from = "--set",
): Result<LayerInput, readonly Problem[]> {
  const values = new Map<string, unknown>();
  const problems: Problem[] = [];
  for (const arg of args) {
    const cut = arg.indexOf("=");
    if (cut <= 0) {
      problems.push({ path: shortened(arg), sentence: "must have the form path=value.", from, fix: [] });
      continue;
    }
    const path = arg.slice(0, cut).trim();
    const text = arg.slice(cut + 1).trim();
    const field = findField(path);
    values.set(path, field === undefined ? text : fromText(field.type, text));
  }
  return problems.length > 0 ? err(problems) : ok({ layer: "command line", from, values });
}
