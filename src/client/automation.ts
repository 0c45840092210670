// What the page offers to a program that drives it without a screen, as `window.playground`: cli/ uses exactly this.
// Types only; store/automation.ts implements it. Everything returned is plain data that survives JSON.

import type { AssessWishes, ResolvedConfig } from "../config/index.ts";
import type { ErrorData } from "../core/index.ts";
import type {
  AssessOutcome,
  AssessProgress,
  CacheCounters,
  CostOutcome,
  EngineInfo,
  EvaluationEvent,
  FeatureStatus,
  FileReport,
  LossPoint,
  OriginalOutcome,
  QuickCheck,
  RunCounters,
  RunState,
  TimingEvent,
} from "../protocol/index.ts";
import type { EngineChoice } from "./trainer-client.ts";

export interface LogEntry {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly level: "info" | "warning" | "error";
  /** "page", "trainer", "data", … */
  readonly source: string;
  readonly text: string;
}

/** An evaluation without polygons: what the report keeps of every one of them. */
export type EvaluationSummary = Omit<EvaluationEvent, "pages"> & {
  readonly pages: readonly {
    readonly pageId: string;
    readonly words: number;
    readonly found: number;
    readonly missed: number;
    readonly falseBoxes: number;
    readonly cleval: EvaluationEvent["pages"][number]["cleval"];
    readonly icdarIou: EvaluationEvent["pages"][number]["icdarIou"];
  }[];
};

export interface DatasetSummary {
  readonly name: string;
  readonly hash: string;
  readonly trainPages: number;
  readonly validationPages: number;
  readonly trainWords: number;
  readonly validationWords: number;
  /** Upright pixels of all pages. */
  readonly trainPx: number;
  readonly validationPx: number;
  readonly reports: readonly FileReport[];
}

export interface AutomationSnapshot {
  readonly state: RunState;
  /** A failure outside a run: pages that could not be prepared, a worker that died. */
  readonly error: ErrorData | null;
  readonly preparing: { readonly doing: string; readonly done: number; readonly total: number } | null;
  readonly dataset: DatasetSummary | null;
  /** Of the newest import, also when none of its pages could be used. */
  readonly reports: readonly FileReport[];
  readonly engine: EngineInfo | null;
  readonly engines: readonly EngineChoice[];
  /** Points from index `lossesSince` on, and how many there are in all. */
  readonly losses: readonly LossPoint[];
  readonly lossCount: number;
  readonly evaluations: readonly EvaluationSummary[];
  readonly timing: TimingEvent | null;
  readonly features: readonly FeatureStatus[];
  readonly polygons: CacheCounters | null;
  /** Events of former runs that were dropped. */
  readonly staleEvents: number;
  readonly log: readonly LogEntry[];
}

export type LabJob = "assess" | "original" | "profiler cost" | "quick check";

export interface LabState {
  readonly job: LabJob | "race" | null;
  readonly doing: { readonly doing: string; readonly done: number; readonly total: number } | null;
  readonly progress: AssessProgress | null;
  readonly outcome: AssessOutcome | null;
  readonly original: OriginalOutcome | null;
  readonly check: QuickCheck | null;
  readonly cost: CostOutcome | null;
  readonly error: ErrorData | null;
}

export interface Automation {
  readonly version: 1;
  /**
   * Prepares the pages (`files`: own pages, `webkitRelativePath` or the name is the path; null or absent: the built-in set of the
   * configuration), then starts training. Resolves when the run has begun; rejects with an Error whose message is the sentence.
   */
  run(resolved: ResolvedConfig, files?: readonly File[] | null, name?: string): Promise<void>;
  /** What the screen knows now. `lossesSince`: index of the first loss point wanted, 0 when absent. */
  snapshot(lossesSince?: number): AutomationSnapshot;
  /** Asks the trainer; null when no run was started. */
  counters(): Promise<RunCounters | null>;
  evaluate(): Promise<void>;
  /** Remembers a model file for runs whose `model.init` is "file". */
  bringModel(file: File): Promise<void>;
  /** What the newest run has learnt, as base64 of a file; null when no run was started. */
  exportModel(format: "checkpoint" | "onnx"): Promise<string | null>;
  /** Ends the run at the end of its step. */
  stop(): Promise<void>;
  /**
   * Prepares the pages as `run` does, then does a job of the lab without training. Resolves when it is done; rejects with an Error
   * whose message is the sentence.
   */
  runLab(
    job: LabJob,
    wishes: AssessWishes,
    resolved: ResolvedConfig,
    files?: readonly File[] | null,
    name?: string,
  ): Promise<void>;
  lab(): LabState;
  /** Ends the lab's job at the end of its step; what was measured is concluded. */
  stopLab(): void;
}
