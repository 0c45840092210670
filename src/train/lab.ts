// The lab behind its calls: one job at a time over a runner of its own, which is freed when the job is done.

import {
  assess,
  type Assessed,
  type AssessProgress,
  conclude,
  type CostOutcome,
  type CostWishes,
  type Conclusion,
  type Goal,
  type OriginalOutcome,
  type QuickCheck,
  profilerCost,
  quickCheck,
  type ReportContext,
  type ReportTexts,
  reportTexts,
  runOriginal,
  type TableRow,
  tableRows,
} from "../assess/index.ts";
import {
  type AssessWishes,
  diffFromPreset,
  encodeLink,
  findFactor,
  openLink,
  type ResolvedConfig,
} from "../config/index.ts";
import { PlaygroundError } from "../core/index.ts";
import type { Dataset } from "../dataset/index.ts";
import type { ModelBytes } from "./start-model.ts";
import { race, type RaceOutcome, type RaceRequest, type RaceStep } from "./race.ts";
import { createUnitRunner, type UnitRunner, type UnitRunnerTools } from "./unit-runner.ts";

export interface LabSubject {
  readonly resolved: ResolvedConfig;
  readonly dataset: Dataset;
  /** For `model.init` "file". */
  readonly modelFile?: ModelBytes;
}

export interface AssessRequest extends LabSubject {
  readonly wishes: AssessWishes;
  readonly goal: Goal;
  /** What only the page knows of the report. */
  readonly context: Omit<ReportContext, "subject">;
}

export interface CostRequest extends LabSubject {
  readonly wishes: CostWishes;
}

export interface AssessOutcome {
  readonly assessed: Assessed;
  readonly rows: readonly TableRow[];
  readonly conclusion: Conclusion;
  readonly report: ReportTexts;
}

/** What the lab is doing. */
export type LabEvent =
  | ({ readonly kind: "assessing" } & AssessProgress)
  /** Steps since the last such event. */
  | { readonly kind: "race"; readonly steps: readonly RaceStep[] }
  | { readonly kind: "doing"; readonly doing: string; readonly done: number; readonly total: number };

/** One job at a time: each rejects while another is going on. */
export interface Lab {
  /** Rejects with PlaygroundError when it could not begin; a unit that fails later is a failed gate. */
  assess(request: AssessRequest): Promise<AssessOutcome>;
  /** The protocol of the original report, run faithfully. */
  runOriginal(subject: LabSubject): Promise<OriginalOutcome>;
  quickCheck(subject: LabSubject): Promise<QuickCheck>;
  /** What each depth of the profiler costs, by switching it while a run goes on. */
  profilerCost(request: CostRequest): Promise<CostOutcome>;
  /** Two engines on the same batches, a step each in turn. Rejects when one of them cannot run here. */
  race(request: RaceRequest): Promise<RaceOutcome>;
  /** The page came into view or left it. */
  setVisible(isVisible: boolean): void;
  /** At the end of the step; what was measured so far is concluded. */
  stop(): void;
}

export interface LabTools extends Pick<UnitRunnerTools, "factories" | "openPool" | "loadModel"> {
  readonly send: (event: LabEvent) => void;
}

export function createLab(tools: LabTools): Lab {
  let isStopped = false;
  let isVisible = true;
  let hasBeenHidden = false;
  let isBusy = false;
  let current: UnitRunner | undefined;
  const now = (): number => performance.now();
  const doing = (what: string, done: number, total: number): void =>
    tools.send({ kind: "doing", doing: what, done, total });

  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isBusy) throw busy();
    isBusy = true;
    isStopped = false;
    try {
      return await work();
    } finally {
      isBusy = false;
    }
  };

  const withRunner = <T>(subject: LabSubject, work: (runner: UnitRunner) => Promise<T>): Promise<T> =>
    alone(async () => {
      const runner = createUnitRunner(subject, {
        ...tools,
        wasHidden: () => {
          const was = hasBeenHidden || !isVisible;
          hasBeenHidden = !isVisible;
          return was;
        },
        onProgress: (done, total) => doing("Compiling the network for this machine", done, total),
      });
      current = runner;
      try {
        return await work(runner);
      } finally {
        runner.close();
        current = undefined;
      }
    });

  return {
    assess: (request) =>
      withRunner(request, async (runner) => {
        if (request.wishes.factors.some((id) => findFactor(id)?.profilerDepth === 2)) {
          await requireKernelTimes(runner);
        }
        const assessed = await assess(request.wishes, {
          runner,
          onProgress: (progress) => tools.send({ kind: "assessing", ...progress }),
          isStopped: () => isStopped,
          now,
        });
        const conclusion = conclude(assessed, request.goal);
        const context = { ...request.context, subject: subjectOf(request) };
        return {
          assessed,
          rows: tableRows(assessed.analysis),
          conclusion,
          report: reportTexts(assessed, conclusion, context),
        };
      }),
    runOriginal: (subject) => withRunner(subject, (runner) => runOriginal(runner, doing)),
    quickCheck: (subject) =>
      withRunner(subject, (runner) =>
        quickCheck({
          runner,
          checkConfiguration: () => checkConfiguration(subject.resolved),
          missing: [],
          now,
          onProgress: doing,
        }),
      ),
    profilerCost: (request) =>
      withRunner(request, async (runner) => {
        if (request.wishes.depths.includes(2)) await requireKernelTimes(runner);
        return profilerCost(request.wishes, {
          runner,
          onProgress: doing,
          isStopped: () => isStopped,
          now,
        });
      }),
    race: (request) =>
      alone(() =>
        race(request, {
          ...tools,
          onProgress: doing,
          onSteps: (steps) => tools.send({ kind: "race", steps }),
          isStopped: () => isStopped,
          now,
        }),
      ),
    setVisible: (visible) => {
      isVisible = visible;
      hasBeenHidden ||= !visible;
    },
    stop: () => {
      isStopped = true;
      current?.stop();
    },
  };
}

function busy(): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: "The lab is busy with another job.",
    next: "Stop that one, or wait until it has ended.",
  });
}

async function requireKernelTimes(runner: UnitRunner): Promise<void> {
  const { engine, timesKernels } = await runner.prepare();
  if (!timesKernels) throw withoutKernelTimes(engine.label);
}

function withoutKernelTimes(engine: string): PlaygroundError {
  return new PlaygroundError({
    code: "unsupported",
    message: `“Profiler, every kernel” cannot be assessed: ${engine} does not time single kernels here, so the arm would measure the profiler with phases.`,
    doing: "assessing",
    next: "Leave that arm out, or choose the compiled WebGPU engine where the graphics card has timestamps.",
  });
}

function subjectOf({ resolved, dataset }: LabSubject): ReportContext["subject"] {
  return {
    preset: resolved.preset,
    config: resolved.config,
    differing: diffFromPreset(resolved).map((field) => ({
      ...field,
      from: resolved.provenance[field.path]?.from ?? "unknown",
    })),
    dataset: {
      name: dataset.name,
      hash: dataset.hash,
      trainPages: dataset.train.length,
      validationPages: dataset.validation.length,
    },
  };
}

/** Written as a link and read back, the settings must be the same. */
function checkConfiguration(resolved: ResolvedConfig): string | null {
  const { resolved: again, notices } = openLink(encodeLink(resolved));
  if (JSON.stringify(again.config) === JSON.stringify(resolved.config)) return null;
  return `The settings are not read back from their own link: ${notices.map(({ sentence }) => sentence).join(" ")}`;
}
