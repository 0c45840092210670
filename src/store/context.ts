// What the parts of the controller share: the store, the fast data, the machine they were handed, and how to say something.

import type { StoreApi } from "zustand/vanilla";
import type { LogEntry, StartData, StartInfer, StartLab, StartTrainer } from "../client/index.ts";
import type { ErrorData } from "../core/index.ts";
import type { FastData } from "./fast.ts";
import { withEntry } from "./log-slice.ts";
import type { RunShelf } from "./runs/runs-control.ts";
import type { AppState } from "./state.ts";

/** What the store needs of the page around it; tests hand in their own. */
export interface Machine {
  readonly startTrainer: StartTrainer;
  readonly startData: StartData;
  readonly startInfer: StartInfer;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Calls back once this task has ended, for what can wait until its neighbours have come too. */
  readonly soon: (work: () => void) => void;
  /** A name no other run has. */
  readonly newRunId: () => string;
  readonly lab: LabMachine;
  /** Where records of runs outlive the tab; absent: nowhere. */
  readonly runShelf?: RunShelf;
}

/** What the lab needs of the page. */
export interface LabMachine {
  readonly start: StartLab;
  /** Calls back now and whenever the page comes into view or leaves it; what is returned ends that. */
  readonly watchVisible: (tell: (isVisible: boolean) => void) => () => void;
  readonly environment: () => {
    readonly browser: string;
    readonly cores: number;
    readonly isIsolated: boolean;
    readonly clockMs: number;
  };
  /** Of the page, without the hash. */
  readonly address: () => string;
}

export interface Context {
  readonly machine: Machine;
  readonly store: StoreApi<AppState>;
  readonly fast: FastData;
  log(level: LogEntry["level"], source: string, text: string): void;
  /** Shows a failure outside a run, and logs it. */
  fail(error: ErrorData): void;
}

export function createContext(machine: Machine, store: StoreApi<AppState>, fast: FastData): Context {
  const log: Context["log"] = (level, source, text) => {
    const timeMs = machine.nowMs();
    store.setState((state) => ({ log: withEntry(state.log, { timeMs, level, source, text }) }));
  };
  return {
    machine,
    store,
    fast,
    log,
    fail: (error) => {
      log("error", "page", `${error.message} ${error.what}`.trim());
      store.setState({ error });
    },
  };
}
