// How much a cache may hold. The original project's cache never hit because its capacity was `false`, which counted as 0;
// here a capacity is a number of bytes or the word "unlimited", and everything else is refused by name.

import { PlaygroundError } from "../../core/index.ts";

export type BudgetBytes = number | "unlimited";

/** Throws "bad-config" for anything but a number ≥ 0 or "unlimited". */
export function checkedBudget(value: unknown): BudgetBytes {
  if (value === "unlimited") return value;
  if (typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new PlaygroundError({
    code: "bad-config",
    message: `A cache's capacity is a number of bytes (0 or more) or "unlimited"; this is ${described(value)}.`,
    what: "polygonCacheBytes",
    doing: "setting up the polygon cache",
    next: 'Give a number of bytes, or "unlimited".',
  });
}

function described(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "string" ? `the text "${value}"` : `${String(value)} (${typeof value})`;
}
