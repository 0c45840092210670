// The lab behind its calls: one job at a time over a runner of its own, which is freed when the job is done.

import {
  assess,
  type Assessed,
  type AssessProgress,
  conclude,
  type Conclusion,
  type Goal,
  type OriginalOutcome,
  type QuickCheck,
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
  openLink,
  type ResolvedConfig,
} from "../config/index.ts";
import type { Dataset } from "../dataset/index.ts";
import { race, type RaceOutcome, type RaceRequest, type RaceStep } from "./race.ts";
import { createUnitRunner, type UnitRunner, type UnitRunnerTools } from "./unit-runner.ts";

export interface LabSubject {
  readonly resolved: ResolvedConfig;
  readonly dataset: Dataset;
}

export interface AssessRequest extends LabSubject {
  readonly wishes: AssessWishes;
  readonly goal: Goal;
  /** What only the page knows of the report. */
  readonly context: Omit<ReportContext, "subject">;
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
  | ({ readonly kind: "race" } & RaceStep)
  | { readonly kind: "doing"; readonly doing: string; readonly done: number; readonly total: number };

export interface Lab {
  /** Rejects with PlaygroundError when it could not begin; a unit that fails later is a failed gate. */
  assess(request: AssessRequest): Promise<AssessOutcome>;
  /** The protocol of the original report, run faithfully. */
  runOriginal(subject: LabSubject): Promise<OriginalOutcome>;
  quickCheck(subject: LabSubject): Promise<QuickCheck>;
  /** Two engines on the same batches, a step each in turn. Rejects when one of them cannot run here. */
  race(request: RaceRequest): Promise<RaceOutcome>;
  /** The page came into view or left it. */
  setVisible(isVisible: boolean): void;
  /** At the end of the step; what was measured so far is concluded. */
  stop(): void;
}

export interface LabTools extends Pick<UnitRunnerTools, "factories" | "openPool"> {
  readonly send: (event: LabEvent) => void;
}

export function createLab(tools: LabTools): Lab {
  let isStopped = false;
  let isVisible = true;
  let hasBeenHidden = false;
  let current: UnitRunner | undefined;
  const now = (): number => performance.now();
  const doing = (what: string, done: number, total: number): void =>
    tools.send({ kind: "doing", doing: what, done, total });

  const withRunner = async <T>(subject: LabSubject, work: (runner: UnitRunner) => Promise<T>): Promise<T> => {
    isStopped = false;
    const runner = createUnitRunner(subject, {
      factories: tools.factories,
      openPool: tools.openPool,
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
  };

  return {
    assess: (request) =>
      withRunner(request, async (runner) => {
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
    race: (request) => {
      isStopped = false;
      return race(request, {
        factories: tools.factories,
        openPool: tools.openPool,
        onProgress: doing,
        onStep: (step) => tools.send({ kind: "race", ...step }),
        isStopped: () => isStopped,
        now,
      });
    },
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
