// Which pages come in which order: seeded, the same for any number of loaders, startable at any sample.

import { randomFrom } from "../core/index.ts";
import type { PageId } from "../dataset/index.ts";
import type { SampleRequest } from "./types.ts";

/** All pages once, in the order of this epoch. */
export function epochOrder(pages: readonly PageId[], seed: number, epoch: number): PageId[] {
  return randomFrom(seed, "order", epoch).shuffled(pages);
}

/**
 * Endless training requests from sample number `start` on (step · batchSize): epoch after epoch without a gap, so a batch may
 * straddle two epochs. Throws RangeError without pages.
 */
export function* sampleSequence(
  pages: readonly PageId[],
  seed: number,
  start = 0,
): Generator<SampleRequest, never, undefined> {
  if (pages.length === 0) throw new RangeError("a training sequence needs at least one page");
  let epoch = Math.floor(start / pages.length);
  let order = epochOrder(pages, seed, epoch);
  for (let sequence = start; ; sequence++) {
    const sequenceEpoch = Math.floor(sequence / pages.length);
    if (sequenceEpoch !== epoch) {
      epoch = sequenceEpoch;
      order = epochOrder(pages, seed, epoch);
    }
    const pageId = order[sequence % pages.length] as PageId;
    yield { pageId, split: "train", epoch, sequence };
  }
}

/** One request for each page, in the given order. */
export function validationSequence(pages: readonly PageId[], epoch = 0): SampleRequest[] {
  return pages.map((pageId, sequence) => ({ pageId, split: "validation", epoch, sequence }));
}
