// An operation as words in memory, written by ../program.ts. Every kernel reads its words through a class whose fields stand
// in the order in which the TypeScript side writes them; addresses and strides are in bytes, counts in elements.

/** Words of a record; the same number as in ../program.ts. */
export const RECORD_BYTES: usize = 160;

/** Kinds; the same numbers as in ../program.ts. */
export const enum Kind {
  Spread,
  Pack,
  Fold,
  Gemm,
  Dot,
  BatchNorm,
  BatchNormGradient,
  Affine,
  Activation,
  ActivationGradient,
  Upsample,
  UpsampleGradient,
  AddUpsampled,
  ScaleChannels,
  ScaleGradient,
  Copy,
  MaxPool,
  MaxPoolGradient,
  MeanPool,
  MeanPoolGradient,
  ChannelSum,
  ImportImage,
  ExportMap,
  LossStatistics,
  LossSelect,
  LossGradient,
  LossReport,
  Clear,
  SquareSum,
  Move,
  Average,
}

/** What every record starts with. */
@unmanaged
export class Head {
  kind: i32;
  /** Independent parts; any thread may do any of them, in any order. */
  tiles: i32;
  /** Which run this is (upper half), and how many parts nobody has taken yet. */
  ticket: i64;
  /** 1: the next record needs nothing of this one. */
  isFree: i32;
  /** Parts that are not finished. */
  unfinished: i32;
}
