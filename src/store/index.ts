// What the screen knows: slices, selectors, pure transitions, and the one object that acts.

export { createAutomation, ownFile } from "./automation.ts";
export type { LabMachine, Machine } from "./context.ts";
export type { DataSlice } from "./data-slice.ts";
export type { FastData } from "./fast.ts";
export type { LabControl } from "./lab-control.ts";
export type { LabSlice } from "./lab-slice.ts";
export { type LogSlice, logText } from "./log-slice.ts";
export type { LossColumn } from "./loss-columns.ts";
export type { OwnFile } from "./page-source.ts";
export { MOST_DIFFERENCE, type ModelsControl, type TuneWishes } from "./models-control.ts";
export type { ExportedFile, GeneralScore, ModelsSlice } from "./models-slice.ts";
export { createPlayground, type Playground } from "./playground.ts";
export { type Memory, readView, rememberView } from "./preferences.ts";
export { countPage, type PageCounts } from "../client/index.ts";
export { errorCount } from "./quality-slice.ts";
export type { ProfilerSlice, ThreadHeap } from "./profiler-slice.ts";
export { type FeatureLife, isSilent, isWarmingUp } from "./run-slice.ts";
export { isActive, isLive, stepOf } from "./run-state.ts";
export {
  inapplicable,
  latestSummary,
  nextErrorPage,
  pagesPerSecond,
  pendingFields,
  scoreOf,
  stepsAhead,
  timeLeftMs,
  settingOf,
  wallPages,
  warningsOnPages,
  worstPage,
} from "./selectors.ts";
export {
  type Difference,
  differenceOf,
  differingPaths,
  type GroupRow,
  groupRuns,
  labelOf,
  type RunGroup,
} from "./runs/compare-runs.ts";
export { bestOf, isRunRecord, linkOf, type RunRecord } from "./runs/run-record.ts";
export type { RunsControl, RunShelf } from "./runs/runs-control.ts";
export { OVERLAY_LIMIT, type RunsSlice } from "./runs/runs-slice.ts";
export type { SettingsSlice } from "./settings-slice.ts";
export type { AppState } from "./state.ts";
export {
  type DrawerTab,
  type MotionChoice,
  type Overlay,
  type Overlays,
  type ScoreVariant,
  type ThemeChoice,
  type ViewSlice,
  WALL_PAGES,
  wallStart,
} from "./view-slice.ts";
export type { DatasetSummary, EngineChoice, EvaluationSummary, LogEntry } from "../client/index.ts";
