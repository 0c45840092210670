// Programs for the module: a list of records, each an operation as forty words. Kinds, sizes and the order of the words are
// those of the .as files; addresses and strides are in bytes, counts in elements.

/** In the order of `Kind` in assembly/record.as. */
export const KINDS = [
  "spread",
  "pack",
  "fold",
  "gemm",
  "dot",
  "batchNorm",
  "batchNormGradient",
  "affine",
  "activation",
  "activationGradient",
  "upsample",
  "upsampleGradient",
  "addUpsampled",
  "scaleChannels",
  "scaleGradient",
  "copy",
  "maxPool",
  "maxPoolGradient",
  "meanPool",
  "meanPoolGradient",
  "channelSum",
  "importImage",
  "exportMap",
  "lossStatistics",
  "lossSelect",
  "lossGradient",
  "lossReport",
  "clear",
  "squareSum",
  "move",
  "average",
] as const;

export type RecordKind = (typeof KINDS)[number];

export const RECORD_WORDS = 40;

export interface Record {
  readonly kind: RecordKind;
  /** Independent parts that threads may take. */
  readonly tiles: number;
  /** What follows the head, in the order of the kernel's class. */
  readonly words: readonly number[];
  /** The next record needs nothing of this one. */
  readonly isFree?: boolean;
}

/** A float's bits, as the word that stands for it. */
export function real(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getInt32(0);
}

const scratch = new DataView(new ArrayBuffer(4));

/** All records as they lie in memory. */
export function programWords(records: readonly Record[]): Int32Array<ArrayBuffer> {
  const words = new Int32Array(records.length * RECORD_WORDS);
  for (const [index, record] of records.entries()) {
    const head = [KINDS.indexOf(record.kind), record.tiles, 0, 0, record.isFree === true ? 1 : 0, 0];
    if (head.length + record.words.length > RECORD_WORDS)
      throw new Error(`"${record.kind}" has too many words`);
    words.set([...head, ...record.words], index * RECORD_WORDS);
  }
  return words;
}

/** Kinds that do not depend on the number of pages. */
const PAGELESS: ReadonlySet<RecordKind> = new Set(["pack", "fold"]);

/** The same program for fewer pages: pages are the outermost part of every kernel's tiles. */
export function forPages(records: readonly Record[], pages: number, planned: number): Record[] {
  return records.map((record) =>
    PAGELESS.has(record.kind) ? record : { ...record, tiles: (record.tiles / planned) * pages },
  );
}
