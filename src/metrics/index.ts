// Polygons against truth → precision, recall, hmean, kinds of error.

export { poolCleval, type ScoredPage, scoreClevalPoly, scoreClevalQuad } from "./cleval/index.ts";
export { clevalScore, sumCounts } from "./cleval/counts.ts";
export { poolDetEval, scoreDetEval } from "./deteval.ts";
export { poolIcdarIou, scoreIcdarIou } from "./icdar-iou.ts";
export { aggregate, type ScoredPageResult, type SetScore, scorePage } from "./page.ts";
export { meanScore } from "./score.ts";
export type {
  ClevalCounts,
  ClevalMatch,
  ClevalRelation,
  Detection,
  DetectionOutcome,
  DetEvalRelation,
  LeftOut,
  PageCleval,
  PageDetEval,
  PageIou,
  Score,
  TruthBox,
  TruthOutcome,
} from "./types.ts";
