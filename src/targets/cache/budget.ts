// How much a cache may hold. The original project's cache never hit because its capacity was `false`, which counted as 0;
// here a capacity is a number of bytes or the word "unlimited", and everything else is refused by name.

import { PlaygroundError } from "../../core/index.ts";
import type { Tier } from "./types.ts";

export type BudgetBytes = number | "unlimited";

/** Throws "bad-config" for anything but a number ≥ 0 or "unlimited". */
export function checkedBudget(value: unknown, tier: Tier): BudgetBytes {
  if (value === "unlimited") return value;
  if (typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  // Settings and sentences name a tier by one of what it holds: "image cache".
  const one = tier.slice(0, -1);
  throw new PlaygroundError({
    code: "bad-config",
    message: `A cache's capacity is a number of bytes (0 or more) or "unlimited"; this is ${described(value)}.`,
    what: `${one}CacheBytes`,
    doing: `setting up the ${one} cache`,
    next: 'Give a number of bytes, or "unlimited".',
  });
}

function described(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "string" ? `the text "${value}"` : `${String(value)} (${typeof value})`;
}
