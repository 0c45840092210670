// Finds the setting that somebody probably meant by an unknown path. Spelling only: it suggests, it never substitutes.

import { FIELDS } from "./table/table.ts";

/** The nearest known path, or undefined when none is near. */
export function nearestPath(unknown: string): string | undefined {
  const asked = plain(unknown.slice(0, 80));
  const askedLeaf = plain(lastPart(unknown.slice(-80)));
  let best: string | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const { path } of FIELDS) {
    const whole = distance(asked, plain(path)) / Math.max(6, asked.length);
    const leaf = distance(askedLeaf, plain(lastPart(path))) / Math.max(4, askedLeaf.length) + 0.05;
    const cost = Math.min(whole, leaf);
    if (cost < bestCost) {
      bestCost = cost;
      best = path;
    }
  }
  return bestCost <= 0.35 ? best : undefined;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[_\-\s]/g, "");
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** Levenshtein distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
