// The written report of a run: one versioned JSON document. docs/run-report.md describes every key.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { DatasetSummary, EvaluationSummary } from "../../src/client/index.ts";
import type { ResolvedConfig } from "../../src/config/index.ts";
import type { ErrorData } from "../../src/core/index.ts";
import type { ModelDescription } from "../../src/graph/index.ts";
import type { EngineInfo, LossPoint, RunCounters, RunState } from "../../src/protocol/index.ts";

export const REPORT_SCHEMA = "ocr-training-playground/run-report@1";

export interface RunFacts {
  readonly resolved: ResolvedConfig;
  readonly dataset: DatasetSummary | null;
  readonly model: ModelDescription;
  readonly engine: EngineInfo | null;
  /** Browser or Node with its version, and what drew the pages there. */
  readonly runtime: string | null;
  readonly state: RunState;
  readonly wallMs: number;
  readonly losses: readonly LossPoint[];
  readonly evaluations: readonly EvaluationSummary[];
  readonly counters: RunCounters | null;
  readonly warnings: readonly string[];
}

/** The report as plain data; numbers that are not known or not finite become null when it is written. */
export function buildReport(facts: RunFacts): Record<string, unknown> {
  const { resolved, counters, engine, state } = facts;
  const error: ErrorData | null = state.kind === "failed" ? state.error : null;
  return {
    schema: REPORT_SCHEMA,
    engine: engine?.id ?? null,
    device: {
      adapter: engine?.adapter ?? null,
      label: engine?.label ?? null,
      isSoftware: engine?.isSoftware ?? null,
      notice: engine?.fallbackNotice ?? "",
      runtime: facts.runtime,
    },
    model: {
      name: facts.model.name,
      parameters: facts.model.parameters,
      multiplyAdds: facts.model.multiplyAdds,
      inputSizePx: resolved.config.model.inputSizePx,
    },
    dataset: facts.dataset && { ...facts.dataset, reports: undefined, files: facts.dataset.reports },
    run: {
      seed: resolved.config.train.seed,
      stepsDone: counters?.stepsDone ?? 0,
      samplesSeen: counters?.samplesSeen ?? 0,
      wallMs: Math.round(facts.wallMs),
      outcome: state.kind === "finished" ? state.reason : state.kind,
      error,
    },
    configuration: { preset: resolved.preset, values: resolved.config, provenance: resolved.provenance },
    loss: facts.losses,
    evaluations: facts.evaluations,
    timing: { stages: counters?.stages ?? {}, stepMs: counters?.stepMs ?? null },
    features: counters?.features ?? [],
    cache: counters?.cache ?? {},
    cacheChoices: counters?.cacheChoices ?? [],
    loaders: counters?.loaders ?? null,
    memory: { engineBytes: counters?.memoryBytes ?? null },
    warnings: facts.warnings,
  };
}

/** Writes the report, making its folder. */
export function writeReport(path: string, report: Record<string, unknown>): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
}
