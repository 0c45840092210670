// From a matching to CLEval's counters, and from counters to a score.
// Follows eval_det and extract_stats of cleval/eval_functions.py (clovaai/CLEval); both granularity weights are 1.

import { scoreOf } from "../score.ts";
import type { ClevalCounts, Score } from "../types.ts";
import type { Matching } from "./match.ts";
import type { PreparedBox, PreparedWord } from "./types.ts";

export function countCharacters(
  words: readonly PreparedWord[],
  boxes: readonly PreparedBox[],
  matching: Matching,
): ClevalCounts {
  const ignored = new Set(matching.ignoredDetections);
  let truthCharacters = 0;
  let foundCharacters = 0;
  let hits = 0;
  let splitPenalty = 0;
  let splitWords = 0;
  words.forEach((word, w) => {
    if (word.ignore) return;
    truthCharacters += word.centres.length / 2;
    const partners = matching.detectionsOf[w] ?? [];
    const found = new Set<number>();
    for (const box of partners) {
      const characters = matching.contact(w, box)?.characters ?? [];
      hits += characters.length;
      for (const character of characters) found.add(character);
    }
    foundCharacters += found.size;
    splitPenalty += Math.max(partners.length - 1, 0);
    if (partners.length > 1) splitWords++;
  });
  let falseCharacters = 0;
  let mergePenalty = 0;
  let mergingDetections = 0;
  boxes.forEach((box, b) => {
    if (ignored.has(b)) return;
    const partners = matching.wordsOf[b]?.length ?? 0;
    if (partners === 0) falseCharacters += box.falseCost;
    mergePenalty += Math.max(partners - 1, 0);
    if (partners > 1) mergingDetections++;
  });
  return {
    truthCharacters,
    detectionCharacters: hits + falseCharacters,
    foundCharacters,
    splitPenalty,
    mergePenalty,
    falseCharacters,
    overlappedCharacters: hits - foundCharacters,
    splitWords,
    mergingDetections,
  };
}

/** Recall 0 without truth characters, precision 0 without detected ones: an empty page scores 0 even when nothing was detected. */
export function clevalScore(counts: ClevalCounts): Score {
  const recall =
    counts.truthCharacters === 0
      ? 0
      : Math.max(0, counts.foundCharacters - counts.splitPenalty) / counts.truthCharacters;
  const precision =
    counts.detectionCharacters === 0
      ? 0
      : Math.max(0, counts.foundCharacters - counts.mergePenalty) / counts.detectionCharacters;
  return scoreOf(recall, precision);
}

/** Sum of the counters over pages (the pooled aggregation). */
export function sumCounts(pages: readonly ClevalCounts[]): ClevalCounts {
  const sum = (pick: (counts: ClevalCounts) => number): number =>
    pages.reduce((total, counts) => total + pick(counts), 0);
  return {
    truthCharacters: sum((c) => c.truthCharacters),
    detectionCharacters: sum((c) => c.detectionCharacters),
    foundCharacters: sum((c) => c.foundCharacters),
    splitPenalty: sum((c) => c.splitPenalty),
    mergePenalty: sum((c) => c.mergePenalty),
    falseCharacters: sum((c) => c.falseCharacters),
    overlappedCharacters: sum((c) => c.overlappedCharacters),
    splitWords: sum((c) => c.splitWords),
    mergingDetections: sum((c) => c.mergingDetections),
  };
}
