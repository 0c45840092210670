// A run without any browser: the trainer in this thread with the WASM engine on helper threads, loaders in threads of their
// own, pages decoded and drawn by the canvas library. The same rooms as in the page, wired for Node.

import canvasPackage from "@napi-rs/canvas/package.json" with { type: "json" };
import { summariseDataset, summariseEvaluation } from "../../src/client/index.ts";
import { toErrorData } from "../../src/core/index.ts";
import type { Dataset } from "../../src/dataset/index.ts";
import { wasmFactory } from "../../src/engine/index.ts";
import { CACHE_NAMESPACE, createTrainer, openPoolWith, type TrainerEvent } from "../../src/train/index.ts";
import { loadModelFile } from "../models/files.ts";
import { wasmInNode } from "../wasm-in-node.ts";
import type { RunWishes } from "./in-browser.ts";
import type { Interrupts } from "./interrupts.ts";
import { drawPages, importPages } from "./node/pages.ts";
import { startInPlace, startLoaderThread } from "./node/start-loader.ts";
import { createPrinter, type Seen, type Snapshot } from "./seen.ts";

/** Resolves when the run has ended; `seen` holds how. Rejects when the pages could not be made. */
export async function trainInNode(wishes: RunWishes, seen: Seen, interrupt: Interrupts): Promise<void> {
  const drawnBy = wishes.files === null ? ", pages drawn" : ", pages decoded";
  seen.runtime = `Node ${process.versions.node}${drawnBy} by @napi-rs/canvas ${canvasPackage.version}`;
  const dataset = await pagesOf(wishes, interrupt);
  if (dataset === null) return;
  const snapshot: Mutable<Snapshot> = {
    state: { kind: "idle" },
    dataset: summariseDataset(dataset),
    engine: null,
    evaluations: [],
    timing: null,
    log: [],
  };
  seen.snapshot = snapshot;
  const printer = createPrinter(seen);
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const trainer = createTrainer({
    factories: [wasmFactory(wasmInNode)],
    openPool: openPoolWith({ startLoader: startLoaderThread, startInPlace, records: CACHE_NAMESPACE }),
    loadModel: async (name) => loadModelFile(name),
    send: (event) => {
      take(event, snapshot, seen);
      printer.look();
      if (event.kind === "state" && (event.state.kind === "finished" || event.state.kind === "failed")) end();
    },
  });
  const modelFile = wishes.modelFile && { modelFile: loadModelFile(wishes.modelFile.fullPath) };
  interrupt.whenCame(() => void trainer.stop());
  if (interrupt.came()) return;
  const begun = trainer.start({
    runId: "run",
    resolved: wishes.resolved,
    dataset,
    until: "train",
    keepWeights: true,
    ...modelFile,
  });
  // A run that cannot begin says so as its last state; where there is not even a run, nothing ends.
  await Promise.race([
    ended,
    begun.then(
      () => ended,
      (thrown: unknown) => {
        if (snapshot.state.kind !== "failed") throw thrown;
      },
    ),
  ]);
  // Only when the loaders are gone do the counters stand still.
  await trainer.stop();
  seen.counters = await trainer.counters();
  if (wishes.wantsModel && seen.losses.length > 0) seen.model = await trainer.exportModel("checkpoint");
}

/** null when Ctrl-C came before all were there. */
async function pagesOf({ resolved, files, name }: RunWishes, interrupt: Interrupts): Promise<Dataset | null> {
  const { data } = resolved.config;
  if (files !== null) return importPages(files, name, data);
  try {
    return await drawPages(data, () => interrupt.came());
  } catch (thrown) {
    if (toErrorData(thrown, "").code === "cancelled") return null;
    throw thrown;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What the screen would keep of an event. */
function take(event: TrainerEvent, snapshot: Mutable<Snapshot>, seen: Seen): void {
  switch (event.kind) {
    case "state":
      snapshot.state = event.state;
      return;
    case "engine":
      snapshot.engine = event.info;
      return;
    case "losses":
      seen.losses.push(...event.points);
      return;
    case "evaluation": {
      const { kind: _, runId: __, sequence: ___, ...evaluation } = event;
      snapshot.evaluations = [...snapshot.evaluations, summariseEvaluation(evaluation)];
      return;
    }
    case "timing": {
      const { kind: _, runId: __, sequence: ___, ...timing } = event;
      snapshot.timing = timing;
      return;
    }
    case "log": {
      const { level, source, text } = event;
      snapshot.log = [...snapshot.log, { id: event.sequence, timeMs: Date.now(), level, source, text }];
      return;
    }
    case "frames":
    case "spans":
    case "features":
      return;
    default:
      event satisfies never;
  }
}
