// One training batch as bytes, the form in which targets/ writes it, batch/ collects it and engine/ uploads it.
// N pages, S the side of the square input.

/** Bits of `TrainBatch.flags`. TEXT: inside a shrunk polygon · SHRINK_MASK: counts in BCE and dice · THRESHOLD_MASK: counts in L1. */
export const FLAG_TEXT = 1;
export const FLAG_SHRINK_MASK = 2;
export const FLAG_THRESHOLD_MASK = 4;

export interface TrainBatch {
  /** N·S·S·4, RGBX of the input square; X is not read. */
  readonly images: Uint8Array<ArrayBuffer>;
  /** N·S·S, the threshold map quantised: value = low + (high − low)·byte/255. */
  readonly thresholds: Uint8Array<ArrayBuffer>;
  /** N·S·S, a sum of FLAG_… bits. */
  readonly flags: Uint8Array<ArrayBuffer>;
}
