// The whole screen: what I set on the left, what it does in the centre, how well on the right, why at the bottom.

import { useEffect } from "react";
import { stepOf } from "../store/index.ts";
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
import { useApp, usePlayground } from "./use-app.ts";

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

/** A tab in the background still tells how far the run is. A part of its own: the screen is not drawn anew at each step. */
function DocumentTitle(): null {
  const kind = useApp(({ run }) => run.state.kind);
  const step = useApp(({ run }) => stepOf(run.state));
  const planned = useApp(({ run }) => run.timing?.plannedSteps ?? null);
  useEffect(() => {
    const isAtRest = kind === "idle" || (kind === "paused" && step === 0);
    const of = planned === null ? "" : ` of ${planned}`;
    document.title = isAtRest ? NAME : `step ${step}${of} · ${kind} · ${NAME}`;
  }, [kind, step, planned]);
  return null;
}
