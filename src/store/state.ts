// Everything the screen knows, as one plain object of slices. Fast data lies beside it (fast.ts); derived values are selectors.

import type { EngineChoice } from "../client/index.ts";
import type { ErrorData } from "../core/index.ts";
import { type DataSlice, initialData } from "./data-slice.ts";
import { initialLab, type LabSlice } from "./lab-slice.ts";
import { initialLog, type LogSlice } from "./log-slice.ts";
import { initialModels, type ModelsSlice } from "./models-slice.ts";
import { initialProfiler, type ProfilerSlice } from "./profiler-slice.ts";
import { initialQuality, type QualitySlice } from "./quality-slice.ts";
import { initialRun, type RunSlice } from "./run-slice.ts";
import { initialRuns, type RunsSlice } from "./runs/runs-slice.ts";
import { initialSettings, type SettingsSlice } from "./settings-slice.ts";
import { initialView, type ViewSlice } from "./view-slice.ts";

export interface AppState {
  /** What this machine can run; null until the trainer has answered. */
  readonly engines: readonly EngineChoice[] | null;
  readonly settings: SettingsSlice;
  readonly data: DataSlice;
  readonly run: RunSlice;
  readonly quality: QualitySlice;
  readonly lab: LabSlice;
  readonly models: ModelsSlice;
  readonly profiler: ProfilerSlice;
  readonly runs: RunsSlice;
  readonly log: LogSlice;
  readonly view: ViewSlice;
  /** A failure outside a run: pages that could not be prepared, a worker that died while idle. */
  readonly error: ErrorData | null;
}

export const initialState: AppState = {
  engines: null,
  settings: initialSettings,
  data: initialData,
  run: initialRun,
  quality: initialQuality,
  lab: initialLab,
  models: initialModels,
  profiler: initialProfiler,
  runs: initialRuns,
  log: initialLog,
  view: initialView,
  error: null,
};
