// Words everybody shares. This room imports nothing.

export { bytesIn } from "./bytes.ts";
export { type ErrorCode, type ErrorData, PlaygroundError, toErrorData } from "./errors.ts";
export { type Random, randomFrom } from "./random.ts";
export { err, ok, type Result } from "./result.ts";
export { type Affine, type Polygon, pointCount, polygonIn, type Size, type Space } from "./spaces.ts";
export { FLAG_SHRINK_MASK, FLAG_TEXT, FLAG_THRESHOLD_MASK, type TrainBatch } from "./train-batch.ts";
