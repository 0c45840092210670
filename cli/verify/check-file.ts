// Runs one check over one file. A case that cannot be checked costs itself and not its file.

import { type CaseResult, broken, type Check, type CheckContext } from "./types.ts";

/** Never throws. */
export async function checkDocument(
  check: Check,
  document: unknown,
  context: CheckContext,
): Promise<readonly CaseResult[]> {
  try {
    return await check(document, context);
  } catch (thrown) {
    return (await caseByCase(check, document, context)) ?? [broken("the whole file", sentenceOf(thrown))];
  }
}

/** A sentence from whatever was thrown; of a document of another shape, its first wrong field. */
export function sentenceOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const issues = "issues" in thrown && Array.isArray(thrown.issues) ? thrown.issues : [];
  const [first] = issues as { readonly path?: readonly PropertyKey[]; readonly message?: string }[];
  if (first === undefined) return thrown.message;
  const field = (first.path ?? []).map(String).join(".") || "the document";
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more fields)` : "";
  return `${field}: ${first.message ?? "wrong"}${more}`;
}

/** Every item of the document's lists by itself; null where there are no lists of several. */
async function caseByCase(
  check: Check,
  document: unknown,
  context: CheckContext,
): Promise<readonly CaseResult[] | null> {
  if (typeof document !== "object" || document === null) return null;
  const lists = Object.entries(document).filter((entry): entry is [string, unknown[]] =>
    Array.isArray(entry[1]),
  );
  const items = lists.flatMap(([list, all]) => all.map((item, index) => ({ list, index, item })));
  if (items.length < 2) return null;
  const emptied = { ...document, ...Object.fromEntries(lists.map(([list]) => [list, []])) };
  const results: CaseResult[] = [];
  for (const { list, index, item } of items) {
    try {
      results.push(...(await check({ ...emptied, [list]: [item] }, context)));
    } catch (thrown) {
      results.push(broken(nameOf(item) ?? `${list}[${index}]`, sentenceOf(thrown)));
    }
  }
  return results;
}

function nameOf(item: unknown): string | null {
  const hasId = typeof item === "object" && item !== null && "id" in item;
  return hasId && typeof item.id === "string" ? item.id : null;
}
