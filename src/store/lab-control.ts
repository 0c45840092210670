// Runs the lab's jobs, one at a time, each in a worker of its own. The person's run is paused before and goes on afterwards.

import { errorDataOf, type LabClient, type LabJob } from "../client/index.ts";
import { type AssessWishes, CACHE_SWITCHES, encodeLink, findFactor } from "../config/index.ts";
import { PlaygroundError } from "../core/index.ts";
import type { CostWishes, EngineId, LabEvent, LabSubject } from "../protocol/index.ts";
import type { Context } from "./context.ts";
import { type LabSlice, withCosts } from "./lab-slice.ts";
import type { RunControl } from "./run-control.ts";
import { isActive } from "./run-state.ts";

export interface LabControl {
  setWishes(change: Partial<AssessWishes>): void;
  setGoal(change: Partial<Pick<LabSlice, "goalPages" | "goalEpochs">>): void;
  /** Failures are shown, not thrown. Does nothing while a job runs or without pages. */
  assess(): Promise<void>;
  runOriginal(): Promise<void>;
  quickCheck(): Promise<void>;
  /** Of the depths among the wishes, or of those that may stay on. */
  profilerCost(): Promise<void>;
  /** Two engines on the pages and settings of this moment, a step each in turn. */
  race(engines: readonly [EngineId, EngineId], steps: number): Promise<void>;
  /** At the end of the step; what was measured so far is concluded. */
  stop(): void;
}

export function createLabControl(context: Context, control: RunControl): LabControl {
  const { store, fast, machine } = context;
  let client: LabClient | null = null;
  let isStopping = false;

  const set = (change: Partial<LabSlice>): void =>
    store.setState(({ lab }) => ({ lab: { ...lab, ...change } }));

  const onEvent = (event: LabEvent): void => {
    if (event.kind === "doing") {
      const { doing, done, total } = event;
      set({ doing: { doing, done, total } });
    } else if (event.kind === "race") {
      const { race } = store.getState().lab;
      if (race !== null)
        set({
          race: {
            ...race,
            stepsAsked: event.steps.at(-1)?.of ?? race.stepsAsked,
            steps: [...race.steps, ...event.steps],
          },
          doing: null,
        });
    } else set({ progress: event });
  };

  const isPausable = (): boolean => store.getState().run.state.kind === "running";

  /** Pauses the run and resolves when it stands still; what is resolved lets it go on. */
  const holdRun = async (): Promise<() => Promise<void>> => {
    // A run that is still being prepared is paused as soon as it runs.
    const { until, state } = store.getState().run;
    const isWanted = isActive(state) && state.kind !== "pausing" && until === "train";
    await reached(() => isStopping || isPausable() || !isActive(store.getState().run.state));
    if (isPausable()) await control.pause();
    await reached(() => isStopping || !isActive(store.getState().run.state));
    if (!isWanted) return async () => undefined;
    return async () => {
      if (store.getState().run.state.kind === "paused") await control.train();
    };
  };

  const reached = (isTrue: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      if (isTrue()) return resolve();
      const stop = store.subscribe(() => {
        if (!isTrue()) return;
        stop();
        resolve();
      });
    });

  const run = async (
    job: LabJob | "race",
    work: (lab: LabClient, subject: LabSubject) => Promise<Partial<LabSlice>>,
  ): Promise<void> => {
    const { dataset, modelFile } = fast;
    if (dataset === null || store.getState().lab.job !== null) return;
    const { resolved } = store.getState().settings;
    isStopping = false;
    set({ job, doing: { doing: "Starting the lab", done: 0, total: 0 }, progress: null, error: null });
    let goOn = async (): Promise<void> => undefined;
    let forget = (): void => undefined;
    try {
      goOn = await holdRun();
      const lab = await machine.lab.start({
        onEvent,
        onDied: ({ message }) => context.log("error", "lab", message),
      });
      client = lab;
      forget = machine.lab.watchVisible((isVisible) => void lab.setVisible(isVisible).catch(() => undefined));
      if (isStopping) throw new PlaygroundError({ code: "cancelled", message: "The lab was stopped." });
      set(await work(lab, { resolved, dataset, ...(modelFile && { modelFile }) }));
    } catch (thrown) {
      const error = errorDataOf(thrown, "assessing");
      if (error.code !== "cancelled") {
        context.log("error", "lab", error.message);
        set({ error });
      }
    } finally {
      forget();
      client?.close();
      client = null;
      set({ job: null, doing: null });
      await goOn();
    }
  };

  return {
    setWishes: (change) => set({ wishes: { ...store.getState().lab.wishes, ...change } }),
    setGoal: set,
    assess: () =>
      run("assess", async (lab, subject) => {
        const asked = store.getState().lab;
        const { wishes, goalPages, goalEpochs } = asked;
        const { features } = subject.resolved.config;
        const outcome = await lab.assess({
          ...subject,
          wishes,
          goal: {
            pages: goalPages ?? subject.dataset.train.length,
            epochs: goalEpochs,
            cacheBudgetBytes: Object.fromEntries(
              ([...CACHE_SWITCHES, "frozenFeatures"] as const).map((id) => [id, features[`${id}Bytes`]]),
            ),
          },
          context: {
            environment: machine.lab.environment(),
            madeAt: new Date(machine.nowMs()).toISOString(),
            link: machine.lab.address() + encodeLink(subject.resolved, asked, true),
          },
        });
        context.log("info", "lab", outcome.conclusion.sentence);
        const { profilerCost } = store.getState().lab;
        return { outcome, profilerCost: withCosts(profilerCost, outcome.assessed.analysis.profilerCost) };
      }),
    runOriginal: () =>
      run("original", async (lab, subject) => ({ original: await lab.runOriginal(subject) })),
    quickCheck: () =>
      run("quick check", async (lab, subject) => {
        await control.connect();
        const check = await lab.quickCheck(subject);
        const engines = store.getState().engines ?? [];
        const missing = engines
          .filter(({ available }) => !available)
          .map(({ id, reason }) => ({
            id: `engine ${id}`,
            passed: true,
            says: `Not on this machine: ${id}. ${reason}`,
          }));
        return { check: { ...check, checks: [...check.checks, ...missing] } };
      }),
    profilerCost: () =>
      run("profiler cost", async (lab, subject) => {
        const { wishes } = store.getState().lab;
        const cost = await lab.profilerCost({ ...subject, wishes: costWishes(wishes) });
        const { profilerCost } = store.getState().lab;
        return { cost, profilerCost: withCosts(profilerCost, cost.costs) };
      }),
    race: (engines, steps) =>
      run("race", async (lab, subject) => {
        const model = subject.resolved.config.model.name;
        const race = { engines, model, stepsAsked: 0, steps: [], outcome: null };
        set({ race });
        const outcome = await lab.race({ ...subject, engines, steps });
        return {
          race: { ...race, stepsAsked: outcome.steps.at(-1)?.of ?? 0, steps: outcome.steps, outcome },
        };
      }),
    stop: () => {
      isStopping = true;
      void client?.stop().catch(() => undefined);
    },
  };
}

function costWishes({ factors, minutes, seed }: AssessWishes): CostWishes {
  const depths = factors.map((id) => findFactor(id)?.profilerDepth).filter((depth) => depth === 2);
  return { depths: [0, 1, ...depths], minutes, targetPct: 1, seed };
}
