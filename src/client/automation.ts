// What the page offers to a program that drives it without a screen, as `window.playground`: cli/ uses exactly this.
// Types only; store/automation.ts implements it. Everything returned is plain data that survives JSON.

import type { ResolvedConfig } from "../config/index.ts";
import type { ErrorData } from "../core/index.ts";
import type {
  CacheCounters,
  EngineInfo,
  EvaluationEvent,
  FeatureStatus,
  FileReport,
  LossPoint,
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
  /** Ends the run at the end of its step. */
  stop(): Promise<void>;
}
