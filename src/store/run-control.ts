// The commands of a run: train, pause, step, reset, live settings. Each shows at once that it was heard; what then happens
// comes back as events. Failures end in the run's own state, never in a rejected promise nobody reads.

import { errorDataOf, type TrainerClient } from "../client/index.ts";
import type { ErrorData } from "../core/index.ts";
import type { LiveSettings, StartRequest, TrainerEvent } from "../protocol/index.ts";
import type { Context } from "./context.ts";
import { applyEvent } from "./events.ts";
import { initialQuality } from "./quality-slice.ts";
import { resetProfiler } from "./profiler-slice.ts";
import { beginRun, isWarmingUp, resetRun, withState } from "./run-slice.ts";
import { isActive, isLive, type RunAction, stepOf } from "./run-state.ts";
import { liveSettings } from "./selectors.ts";
import { changedForRestart } from "./settings-slice.ts";

export interface RunControl {
  /** Starts the trainer worker if there is none, and asks what the machine can run. */
  connect(): Promise<TrainerClient>;
  /** Starts or goes on. */
  train(): Promise<void>;
  /** At the end of the step. */
  pause(): Promise<void>;
  /** From rest or from pause: exactly one step. */
  step(): Promise<void>;
  /** Ends the run and forgets what came from it. */
  reset(): Promise<void>;
  /** Starts a run afresh with the settings and pages of this moment. Rejects when it could not begin. */
  start(until: StartRequest["until"]): Promise<void>;
  /** Ends the run at the end of the step; its results stay. */
  stop(): Promise<void>;
  evaluate(): Promise<void>;
  /** Looks at the next steps of the run closely. */
  record(steps: number, depth: 1 | 2): Promise<void>;
  /** Tells the run, if there is one, which live settings changed since it was last told. */
  tell(): Promise<void>;
  current(): TrainerClient | null;
}

/** `beforeForgetting`: called while what came from the run is still there. */
export function createRunControl(context: Context, beforeForgetting = (): void => undefined): RunControl {
  const { store, fast, machine } = context;
  let connecting: Promise<TrainerClient> | null = null;
  let client: TrainerClient | null = null;
  const arrived: TrainerEvent[] = [];
  /** What the run knows of the live settings. */
  let told: LiveSettings = {};

  const act = (action: RunAction): void => store.setState(({ run }) => ({ run: withState(run, action) }));

  const onDied = (error: ErrorData): void => {
    connecting = null;
    client = null;
    context.log("error", "trainer", error.message);
    if (isLive(store.getState().run.state)) act({ kind: "failed", error });
    else store.setState({ error });
  };

  /** Events that came one after the other change the state, and the screen, once. */
  const takeArrived = (): void => {
    const events = arrived.splice(0);
    fast.recorder.tracer.span("events", () =>
      store.setState((state) =>
        events.reduce((now, event) => applyEvent(now, fast, event, machine.nowMs()), state),
      ),
    );
    for (const event of events) goOnWhenReady(event);
  };

  const connect = (): Promise<TrainerClient> => {
    connecting ??= machine
      .startTrainer({
        onEvent: (event) => {
          if (arrived.push(event) === 1) machine.soon(takeArrived);
        },
        onDied,
      })
      .then(async (started) => {
        client = started;
        fast.trainerClock = started.clock;
        store.setState({ engines: await started.engines() });
        return started;
      })
      .catch((thrown: unknown) => {
        connecting = null;
        throw thrown;
      });
    return connecting;
  };

  /** What the person wants of the run that is there. */
  const ask = (until: StartRequest["until"]): void =>
    store.setState(({ run }) => ({ run: { ...run, until } }));

  /** Runs a call; a failure becomes the run's state. */
  const guard = async (doing: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      const error = errorDataOf(thrown, doing);
      if (error.code === "cancelled") return;
      context.log("error", error.what === "" ? "page" : error.what, error.message);
      act({ kind: "failed", error });
    }
  };

  const start = async (until: StartRequest["until"]): Promise<void> => {
    const dataset = fast.dataset;
    if (dataset === null) return;
    const runId = machine.newRunId();
    const { resolved } = store.getState().settings;
    const begin = { runId, started: resolved, startedAtMs: machine.nowMs(), until };
    beforeForgetting();
    fast.clearRun();
    store.setState((state) => ({
      run: beginRun(state.run, begin),
      profiler: resetProfiler(state.profiler),
      quality: { ...initialQuality, revision: state.quality.revision + 1 },
      error: null,
    }));
    const trainer = await connect();
    // What somebody looks at is told before the run begins, so that its first evaluation brings the maps.
    told = liveSettings(store.getState(), fast);
    const { watched = [], wantThreshold = false } = told;
    await trainer.set({ watched, wantThreshold });
    const { modelFile } = fast;
    await trainer.start({
      runId,
      resolved,
      dataset,
      until,
      keepWeights: true,
      ...(modelFile && { modelFile }),
    });
  };

  /** Train or Step was pressed while the model was still being prepared ahead: it goes on as soon as it is. */
  const goOnWhenReady = (event: TrainerEvent): void => {
    const { run } = store.getState();
    if (event.kind !== "state" || run.state.kind !== "paused" || stepOf(run.state) > 0) return;
    const { until } = run;
    if (until === "prepare") return;
    store.setState((state) => ({ run: withState(state.run, { kind: "resume asked" }) }));
    void guard("training", async () => (until === "train" ? client?.resume() : client?.step()));
  };

  /** A run that was only prepared, and settings that have not changed since: going on is the same as starting. */
  const canResume = (): boolean => {
    const { run, settings } = store.getState();
    if (run.state.kind !== "paused" || run.started === null) return false;
    if (stepOf(run.state) > 0) return true;
    return changedForRestart(run.started.config, settings.resolved.config).length === 0;
  };

  return {
    connect,
    start,
    train: () =>
      guard("training", async () => {
        if (isWarmingUp(store.getState().run)) return ask("train");
        if (isActive(store.getState().run.state)) return;
        if (!canResume()) return start("train");
        ask("train");
        act({ kind: "resume asked" });
        return client?.resume();
      }),
    pause: () =>
      guard("pausing", async () => {
        if (store.getState().run.state.kind !== "running") return;
        act({ kind: "pause asked" });
        return client?.pause();
      }),
    step: () =>
      guard("making one step", async () => {
        if (isWarmingUp(store.getState().run)) return ask("step");
        if (isActive(store.getState().run.state)) return;
        if (!canResume()) return start("step");
        ask("step");
        act({ kind: "resume asked" });
        return client?.step();
      }),
    reset: () =>
      guard("resetting", async () => {
        const wasLive = isLive(store.getState().run.state);
        beforeForgetting();
        fast.clearRun();
        store.setState((state) => ({
          run: resetRun(state.run, machine.newRunId()),
          profiler: resetProfiler(state.profiler),
          quality: { ...initialQuality, revision: state.quality.revision + 1 },
          error: null,
        }));
        if (wasLive) await client?.stop();
      }),
    stop: async () => client?.stop(),
    evaluate: async () => client?.evaluate(),
    record: (steps, depth) => guard("recording steps", async () => client?.set({ record: { steps, depth } })),
    tell: () =>
      guard("changing settings", async () => {
        const now = liveSettings(store.getState(), fast);
        const changes = changedKeys(told, now);
        if (!isLive(store.getState().run.state) || Object.keys(changes).length === 0) return;
        told = now;
        await client?.set(changes);
      }),
    current: () => client,
  };
}

/** The live settings that differ; they are small plain data, so their text tells. */
function changedKeys(before: LiveSettings, now: LiveSettings): LiveSettings {
  const changed = Object.entries(now).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof LiveSettings]),
  );
  return Object.fromEntries(changed);
}
