// Brings truth and predictions of the same page together: by name, else by name without folder and ending where that is unique.

import { icdarPageName } from "./read-icdar-text.ts";
import type { ForeignWord } from "./reading.ts";

export interface PagePair {
  readonly name: string;
  readonly truth: readonly ForeignWord[];
  readonly predictions: readonly ForeignWord[];
}

export interface Pairing {
  /** One for each page of the truth, in its order. */
  readonly pairs: readonly PagePair[];
  /** Pages of the truth that the predictions do not mention; scored as pages without any. */
  readonly unmentioned: readonly string[];
  /** Pages of the predictions that the truth does not know; not scored. */
  readonly unknown: readonly string[];
}

export function pairPages(
  truth: ReadonlyMap<string, readonly ForeignWord[]>,
  predictions: ReadonlyMap<string, readonly ForeignWord[]>,
): Pairing {
  const truthStems = uniqueStems(truth);
  const predictionStems = uniqueStems(predictions);
  const used = new Set<string>();
  const unmentioned: string[] = [];
  const pairs = [...truth].map(([name, words]) => {
    const stem = icdarPageName(name);
    const other = predictions.has(name)
      ? name
      : truthStems.get(stem) === name
        ? predictionStems.get(stem)
        : undefined;
    // A prediction whose own name the truth knows belongs to that page alone.
    const match = other !== undefined && (other === name || !truth.has(other)) ? other : undefined;
    if (match === undefined) unmentioned.push(name);
    else used.add(match);
    return {
      name,
      truth: words,
      predictions: (match === undefined ? undefined : predictions.get(match)) ?? [],
    };
  });
  return { pairs, unmentioned, unknown: [...predictions.keys()].filter((name) => !used.has(name)) };
}

/** Stem → name, only where one name has it. */
function uniqueStems(pages: ReadonlyMap<string, unknown>): Map<string, string> {
  const stems = new Map<string, string>();
  const shared = new Set<string>();
  for (const name of pages.keys()) {
    const stem = icdarPageName(name);
    if (stems.has(stem)) shared.add(stem);
    stems.set(stem, name);
  }
  for (const stem of shared) stems.delete(stem);
  return stems;
}
