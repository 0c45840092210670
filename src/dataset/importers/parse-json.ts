// JSON text → value, with sentences instead of exceptions. Reads the NaN and Infinity that Python writes as null, so that
// one bad number costs one word and not the file. The result is foreign data: nothing may be assumed about its shape.

import { err, ok, type Result } from "../../core/index.ts";

/** An object of a JSON file. `Object.entries` sees "__proto__" and "constructor" in it as plain keys. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A whole string literal (kept as it is), or a number that JSON does not have. */
const STRING_OR_BAD_NUMBER = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\bInfinity\b|\bNaN\b/g;

export function parseJson(text: string): Result<unknown, string> {
  const trimmed = text.trim();
  if (trimmed === "") return err("the file is empty; a JSON label file has at least an object");
  if (trimmed.startsWith("<")) return err("this is an HTML or XML page, not JSON");
  try {
    return ok(JSON.parse(trimmed));
  } catch (first) {
    const repaired = withoutBadNumbers(trimmed);
    if (repaired !== trimmed) {
      try {
        return ok(JSON.parse(repaired));
      } catch {
        return err(sentence(trimmed, first));
      }
    }
    return err(sentence(trimmed, first));
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The own property; a key such as "constructor" that is not in the file gives undefined. */
export function field(value: JsonObject, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** "an array", "a number", "null", … for messages. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function withoutBadNumbers(text: string): string {
  return text.replace(STRING_OR_BAD_NUMBER, (found) => (found.startsWith('"') ? found : "null"));
}

function sentence(text: string, thrown: unknown): string {
  const says = thrown instanceof Error ? thrown.message : String(thrown);
  const position = /position (\d+)/.exec(says)?.[1];
  const isCut = !/[\]}]$/.test(text) || says.includes("Unexpected end");
  // One line, perhaps out of many that are JSON each: which one, the caller knows.
  const isPlaced = position !== undefined && text.includes("\n");
  const where = isPlaced ? ` in line ${text.slice(0, Number(position)).split("\n").length}` : "";
  return isCut
    ? `not valid JSON${where}: the file seems cut off (${says})`
    : `not valid JSON${where}: ${says}`;
}
