// The page for programs: implements client/automation.ts over the same store that the screen reads, so that what a program
// is told is what a person would see.

import type { Automation } from "../client/index.ts";
import type { OwnFile } from "./page-source.ts";
import type { Playground } from "./playground.ts";

export function createAutomation(playground: Playground): Automation {
  const { store, fast, control, lab } = playground;
  return {
    version: 1,
    run: (resolved, files = null, name = "own pages") =>
      playground.runExactly(resolved, files === null ? null : files.map(ownFile), name),
    snapshot: (lossesSince = 0) => {
      const { run, data, quality, log, error, engines } = store.getState();
      return {
        state: run.state,
        error,
        preparing: data.progress,
        dataset: data.dataset,
        reports: data.reports,
        engine: run.engine,
        engines: engines ?? [],
        losses: fast.losses.since(lossesSince),
        lossCount: fast.losses.length(),
        evaluations: quality.summaries,
        timing: run.timing,
        features: run.features.map(({ movedAtStep: _, ...feature }) => feature),
        polygons: run.polygons,
        staleEvents: run.staleEvents,
        log: log.entries,
      };
    },
    counters: async () => (await control.current()?.counters()) ?? null,
    evaluate: control.evaluate,
    bringModel: async (file) => {
      fast.modelFile = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
    },
    exportModel: async (format) => {
      const bytes = await control.current()?.exportModel(format);
      return bytes === undefined ? null : base64(bytes);
    },
    stop: control.stop,
    runLab: async (job, wishes, resolved, files = null, name = "own pages") => {
      await playground.prepareExactly(resolved, files === null ? null : files.map(ownFile), name);
      lab.setWishes(wishes);
      const jobs = {
        assess: lab.assess,
        original: lab.runOriginal,
        "profiler cost": lab.profilerCost,
        "quick check": lab.quickCheck,
      };
      await jobs[job]();
      const { error } = store.getState().lab;
      if (error !== null) throw new Error(`${error.message} ${error.next}`.trim());
    },
    lab: () => {
      const { job, doing, progress, outcome, original, check, cost, error } = store.getState().lab;
      return { job, doing, progress, outcome, original, check, cost, error };
    },
    stopLab: lab.stop,
  };
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}

/** The path inside the folder that was chosen, or the name. */
export function ownFile(file: File): OwnFile {
  return { path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath, blob: file };
}
