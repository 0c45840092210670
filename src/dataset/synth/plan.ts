// Says which pages a built-in set consists of, before anything is drawn. Pure: a page's specification is all that its
// drawing depends on. Page i is the same in every set, so a small set is the beginning of a larger one.

import type { Config, PageKind, SynthSet } from "../../config/index.ts";
import { PlaygroundError, randomFrom } from "../../core/index.ts";
import type { PageId } from "../types.ts";

export interface PageSpec {
  readonly id: PageId;
  readonly name: string;
  readonly split: "train" | "validation";
  readonly kind: Exclude<PageKind, "mixed">;
  /** Longest side. */
  readonly pageSizePx: number;
  /** Words drawn; some may end up outside the picture. */
  readonly wordCount: number;
  readonly difficulty: number;
  /** Everything random about the page follows from this text. */
  readonly seed: string;
}

export interface SynthPlan {
  readonly train: readonly PageSpec[];
  readonly validation: readonly PageSpec[];
}

export const synthSetSizes: Readonly<
  Record<SynthSet, { readonly train: number; readonly validation: number }>
> = {
  "synth-tiny": { train: 16, validation: 8 },
  "synth-small": { train: 64, validation: 16 },
  "synth-standard": { train: 512, validation: 64 },
};

const kinds = ["document", "receipt", "sign", "scene"] as const;

/** Words on a page lie between these shares of `wordsPerPage`. */
export const WORD_COUNT_RANGE = { low: 0.75, high: 1.25 } as const;

/**
 * The pages of a built-in set. Validation pages follow from other seeds than any training page and do not depend on
 * `data.seed`: they stay the same while training data is varied. Throws "bad-config" for the set "own".
 */
export function synthPlan(data: Config["data"]): SynthPlan {
  if (data.set === "own") {
    throw new PlaygroundError({
      code: "bad-config",
      message: 'The set "own" is made of the pages you bring; only built-in sets are drawn.',
      what: "data.set",
      doing: "planning the built-in pages",
    });
  }
  const count = synthSetSizes[data.set];
  return {
    train: Array.from({ length: count.train }, (_, i) => specOf(data, "train", i)),
    validation: Array.from({ length: count.validation }, (_, i) => specOf(data, "validation", i)),
  };
}

function specOf(data: Config["data"], split: PageSpec["split"], index: number): PageSpec {
  const number = String(index).padStart(3, "0");
  const seed = split === "train" ? `train/${data.seed}/${index}` : `validation/${index}`;
  const random = randomFrom("synth", seed, "specification");
  const { low, high } = WORD_COUNT_RANGE;
  const kind = data.kind === "mixed" ? (kinds[index % kinds.length] ?? "document") : data.kind;
  return {
    id: `synth/${split}/${number}`,
    name: `${split} ${number} ${kind}`,
    split,
    kind,
    pageSizePx: data.pageSizePx,
    wordCount: Math.max(1, Math.round(data.wordsPerPage * random.range(low, high))),
    difficulty: data.difficulty,
    seed,
  };
}
