// Plan, blocks, gates, statistics, verdict, report. Drives a Runner; knows no thread and no engine.

export {
  type Analysis,
  analyse,
  type ArmResult,
  type Block,
  type Effects,
  type ProfilerCost,
  unitMs,
} from "./analyse.ts";
export { assess, type Assessed, type AssessProgress, type AssessTools } from "./assess.ts";
export {
  type Advice,
  type Conclusion,
  conclude,
  type Goal,
  intervalText,
  type OneRunClaim,
  type Projection,
} from "./conclude.ts";
export { type Gate, signed } from "./gates.ts";
export { blockOrder } from "./order.ts";
export { ORIGINAL_BATCHES, type OriginalOutcome, type OriginalRow, runOriginal } from "./original.ts";
export {
  type Arm,
  type ArmId,
  armsOf,
  type Regime,
  type UnitLength,
  unitLength,
} from "./plan.ts";
export {
  type CostDepth,
  type CostOutcome,
  type CostWishes,
  DEFAULT_COST_WISHES,
  profilerCost,
} from "./profiler-cost.ts";
export { type Check, type QuickCheck, quickCheck } from "./quick-check.ts";
export type {
  CacheMove,
  CostRunner,
  CounterMove,
  DepthAt,
  OriginalRun,
  Runner,
  RunnerFacts,
  SwitchedRun,
  UnitRequest,
  UnitResult,
} from "./runner.ts";
export { type Estimate, estimate, estimateRatio } from "./statistics.ts";
export { type Verdict, verdictOf } from "./verdict.ts";
export type { ReportContext, ReportTexts } from "./report/context.ts";
export { COST_SCHEMA, costJson } from "./report/cost-json.ts";
export { ASSESSMENT_SCHEMA, questionOf } from "./report/json.ts";
export { reportTexts } from "./report/report.ts";
export { type TableRow, tableRows } from "./report/rows.ts";
