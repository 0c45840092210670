// The whole screen: what I set on the left, what it does in the centre, how well on the right, why at the bottom.

import { useEffect } from "react";
import { type AppState, stepOf } from "../store/index.ts";
import { traceDraws } from "./canvas/frame-scheduler.ts";
import { useKeyboard } from "./commands/keyboard.ts";
import { DropZone } from "./drop-zone.tsx";
import { LiveRegion } from "./live-region.tsx";
import { CommandPalette } from "./panels/command-palette.tsx";
import { Centre } from "./panels/centre.tsx";
import { Drawer } from "./panels/drawer.tsx";
import { FeaturesCard } from "./panels/features-card.tsx";
import { LossCard } from "./panels/loss-card.tsx";
import { ModelCard } from "./panels/model-card.tsx";
import { Notices } from "./panels/notices.tsx";
import { PhaseCard } from "./panels/phase-card.tsx";
import { QualityCard } from "./panels/quality-card.tsx";
import { ScheduleCard } from "./panels/schedule-card.tsx";
import { SettingsPanel } from "./panels/settings-panel.tsx";
import { ShortcutSheet } from "./panels/shortcut-sheet.tsx";
import { TopBar } from "./panels/top-bar.tsx";
import { useDocumentTheme } from "./theme.ts";
import { usePlayground } from "./use-app.ts";

export function App() {
  useDocumentTheme();
  useKeyboard();
  useMainThreadTrace();
  return (
    <>
      <a className="skip-link" href="#pages">
        Skip to the pages
      </a>
      <TopBar />
      <div className="columns">
        <SettingsPanel />
        <main className="column" id="pages" tabIndex={-1}>
          <Notices />
          <Centre />
        </main>
        <aside className="column results" aria-label="Results">
          <QualityCard />
          <LossCard />
          <PhaseCard />
          <FeaturesCard />
        </aside>
        <div className="details">
          <ModelCard />
          <ScheduleCard />
        </div>
      </div>
      <Drawer />
      <LiveRegion />
      <DocumentTitle />
      <ShortcutSheet />
      <CommandPalette />
      <DropZone />
    </>
  );
}

/** Frames, and tasks over 50 ms as the browser reports them, on the profiler's track of this thread. */
function useMainThreadTrace(): void {
  const { fast } = usePlayground();
  useEffect(() => {
    const { tracer } = fast.recorder;
    traceDraws(tracer);
    const observer = new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries())
        tracer.record("long task", startTime, duration);
    });
    if (PerformanceObserver.supportedEntryTypes.includes("longtask")) observer.observe({ type: "longtask" });
    return () => observer.disconnect();
  }, [fast]);
}

const NAME = "OCR Training Playground";

const TITLE_MS = 1000;

/**
 * A tab in the background still tells how far the run is. At most once a second: to set a title, the page waits for the browser,
 * and that was its most expensive work in a run.
 */
function DocumentTitle(): null {
  const { store } = usePlayground();
  useEffect(() => {
    let timer: number | undefined;
    const write = (): void => {
      timer = undefined;
      const title = titleOf(store.getState());
      if (document.title !== title) document.title = title;
    };
    write();
    const stop = store.subscribe(({ run }, before) => {
      if (run.state === before.run.state) return;
      if (run.state.kind !== before.run.state.kind) write();
      else timer ??= window.setTimeout(write, TITLE_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store]);
  return null;
}

function titleOf({ run }: AppState): string {
  const step = stepOf(run.state);
  const { kind } = run.state;
  if (kind === "idle" || (kind === "paused" && step === 0)) return NAME;
  const planned = run.timing?.plannedSteps;
  return `step ${step}${planned === undefined ? "" : ` of ${planned}`} · ${kind} · ${NAME}`;
}
