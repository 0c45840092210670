// Builds the store on the real workers, mounts the screen, and lets programs in through window.playground.
// `?automation` in the address: nothing is drawn or prepared until a program asks.

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import {
  type Automation,
  environment,
  startData,
  startInfer,
  startLab,
  startTrainer,
  watchVisible,
} from "./client/index.ts";
import { PlaygroundError, type Result } from "./core/index.ts";
import { failureData, openStore, type StorageFailure } from "./storage/index.ts";
import {
  createAutomation,
  createPlayground,
  isRunRecord,
  readView,
  rememberView,
  type RunRecord,
  type RunShelf,
} from "./store/index.ts";
import { App, PlaygroundProvider } from "./ui/index.ts";

declare global {
  interface Window {
    playground?: Automation;
  }
}

const playground = createPlayground(
  {
    startTrainer: (listener) => startTrainer(listener),
    startData: (listener) => startData(listener),
    startInfer: (listener) => startInfer(listener),
    nowMs: () => Date.now(),
    soon: (work) => void setTimeout(work, 0),
    newRunId: () => crypto.randomUUID(),
    runShelf: runShelf(),
    lab: {
      start: (listener) => startLab(listener),
      watchVisible,
      environment,
      address: () => location.origin + location.pathname,
    },
  },
  readView(localStorage),
);

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root");
createRoot(root).render(
  <StrictMode>
    <PlaygroundProvider value={playground}>
      <App />
    </PlaygroundProvider>
  </StrictMode>,
);

window.playground = createAutomation(playground);

/** Browsers refuse an address that changes with every pixel of a slider. */
const LINK_MS = 300;
let linkTimer: number | undefined;
function showLinkSoon(): void {
  window.clearTimeout(linkTimer);
  linkTimer = window.setTimeout(() => history.replaceState(null, "", playground.link()), LINK_MS);
}

playground.store.subscribe(({ view, settings, lab }, before) => {
  if (view !== before.view) rememberView(localStorage, view);
  const isAskedAnew =
    lab.wishes !== before.lab.wishes ||
    lab.goalPages !== before.lab.goalPages ||
    lab.goalEpochs !== before.lab.goalEpochs;
  if (settings.resolved !== before.settings.resolved || isAskedAnew) showLinkSoon();
});
window.addEventListener("hashchange", () => {
  if (location.hash !== playground.link()) playground.openLink(location.hash);
});

if (!new URLSearchParams(location.search).has("automation")) {
  await playground.boot(location.hash);
  requestIdleCallback(() => void playground.warmUp());
}

/** The person's runs in this browser's storage. The lab keeps nothing. */
function runShelf(): RunShelf {
  const records = openStore<RunRecord>({
    namespace: "person",
    name: "runs",
    version: 1,
    isValue: isRunRecord,
  });
  const value = <T,>(result: Result<T, StorageFailure>, doing: string): T => {
    if (!result.ok) throw new PlaygroundError(failureData(result.error, doing, "runs"));
    return result.value;
  };
  return {
    all: async () => {
      const keys = value(await records.entries(), "reading the kept runs").map(({ key }) => key);
      const found = value(await records.getMany(keys), "reading the kept runs");
      return found.map((one) => (one.kind === "found" ? one.value : null));
    },
    put: async (id, record) => void value(await records.putMany([[id, record]]), "keeping a run"),
    remove: async (id) => void value(await records.delete([id]), "removing a run"),
  };
}
