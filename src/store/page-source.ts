// Keeps the pages in step with the settings: draws a built-in set or imports the files that were brought. A newer wish ends
// an older one by ending its worker: drawing cannot be told to stop.

import { type DataClient, errorDataOf, summariseDataset } from "../client/index.ts";
import type { Config } from "../config/index.ts";
import type { Dataset } from "../protocol/index.ts";
import type { Context } from "./context.ts";
import { isSameData, withDataset } from "./data-slice.ts";
import { resetProfiler } from "./profiler-slice.ts";
import { initialQuality } from "./quality-slice.ts";
import { isWarmingUp, resetRun } from "./run-slice.ts";
import { isActive, stepOf } from "./run-state.ts";

/** A file with the path under which it was brought. */
export interface OwnFile {
  readonly path: string;
  readonly blob: Blob;
}

export interface PageSource {
  /** Brings the pages in step with the settings. Resolves with whether they are; failures are shown, not thrown. */
  refresh(): Promise<boolean>;
  /** Remembers own files; `refresh` imports them. */
  bring(files: readonly OwnFile[], name: string): void;
  /** Shows pages that waited for a run to end. */
  showWaiting(): void;
}

export function createPageSource(context: Context): PageSource {
  const { store, fast, machine } = context;
  let own: { readonly files: readonly OwnFile[]; readonly name: string } | null = null;
  let client: DataClient | null = null;
  let isBusy = false;
  let wish = 0;
  let waiting: { readonly dataset: Dataset; readonly madeWith: Config["data"] } | null = null;

  const connect = async (): Promise<DataClient> => {
    if (isBusy) {
      client?.close();
      client = null;
    }
    client ??= await machine.startData({
      onProgress: (progress) =>
        store.setState(({ data }) => ({
          data: { ...data, progress: data.progress === null ? null : progress },
        })),
      onDied: (error) => {
        client = null;
        context.log("error", "data", error.message);
      },
    });
    return client;
  };

  const show = (dataset: Dataset, madeWith: Config["data"]): void => {
    fast.dataset = dataset;
    store.setState((state) => ({
      data: withDataset(state.data, dataset, madeWith),
      view: { ...state.view, pageIndex: 0, isInspecting: false },
      run: resetRun(state.run, machine.newRunId()),
      profiler: resetProfiler(state.profiler),
      quality: { ...initialQuality, revision: state.quality.revision + 1 },
      error: null,
    }));
  };

  const take = (dataset: Dataset, madeWith: Config["data"]): void => {
    const { run } = store.getState();
    // Pages under a run that has made steps stay until it is reset: nothing that was learnt is thrown away unasked.
    // A warm-up is nobody's work: new pages end it.
    if ((isActive(run.state) && !isWarmingUp(run)) || stepOf(run.state) > 0) {
      waiting = { dataset, madeWith };
      const { reports } = dataset;
      store.setState(({ data }) => ({
        data: { ...data, progress: null, waiting: summariseDataset(dataset), reports },
      }));
      return;
    }
    fast.clearRun();
    show(dataset, madeWith);
  };

  /** Says what came; false when none of it can be trained on. */
  const report = (dataset: Dataset): boolean => {
    const { reports } = dataset;
    const refused = reports.filter(({ verdict }) => verdict === "refused").length;
    if (refused > 0) store.setState(({ view }) => ({ view: { ...view, drawer: "files" } }));
    if (dataset.train.length === 0) {
      store.setState(({ data }) => ({ data: { ...data, progress: null, reports } }));
      context.fail({
        code: "bad-dataset",
        message: `None of the ${reports.length} files of “${dataset.name}” gives a page to train on.`,
        what: "",
        doing: "",
        kept: "The pages that were shown.",
        next: "Look under Files for the reason of each file, or choose another folder.",
        cause: "",
      });
      return false;
    }
    const { trainPages, validationPages } = summariseDataset(dataset);
    const counts = `${trainPages} pages to train on, ${validationPages} unseen`;
    const level = refused > 0 ? "warning" : "info";
    const refusals = refused > 0 ? `; ${refused} files refused, see Files` : "";
    context.log(level, "data", `${dataset.name}: ${counts}${refusals}.`);
    return true;
  };

  return {
    refresh: async () => {
      const state = store.getState();
      const data = state.settings.resolved.config.data;
      if (state.data.madeWith !== null && isSameData(state.data.madeWith, data) && !isBusy) return true;
      if (data.set === "own" && own === null) return false;
      wish++;
      const mine = wish;
      const doing = data.set === "own" ? "reading your files" : "drawing pages";
      try {
        const worker = await connect();
        isBusy = true;
        store.setState((s) => ({ data: { ...s.data, progress: { doing, done: 0, total: 0 } } }));
        const dataset =
          data.set === "own" && own !== null
            ? await worker.importFiles({ files: own.files, data, name: own.name })
            : await worker.drawSet({ data });
        if (mine !== wish) return false;
        isBusy = false;
        if (!report(dataset)) return false;
        take(dataset, data);
        return true;
      } catch (thrown) {
        if (mine !== wish) return false;
        isBusy = false;
        store.setState((s) => ({ data: { ...s.data, progress: null } }));
        context.fail(errorDataOf(thrown, doing));
        return false;
      }
    },
    bring: (files, name) => {
      own = { files, name };
      store.setState(({ data }) => ({ data: { ...data, madeWith: null } }));
    },
    showWaiting: () => {
      if (waiting === null) return;
      const { dataset, madeWith } = waiting;
      waiting = null;
      show(dataset, madeWith);
    },
  };
}
