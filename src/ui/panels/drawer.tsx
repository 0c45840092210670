// The bottom: why. The runs, the lab, other models, the caches, the log, the files that were brought, the race and the profiler, each in a tab. Closed until
// asked for.

import { useEffect, useRef } from "react";
import type { DrawerTab } from "../../store/index.ts";
import { count } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { CachePanel } from "./cache-panel.tsx";
import { FileReports } from "./file-reports.tsx";
import { LabPanel } from "./lab-panel.tsx";
import { ProfilerPanel } from "./profiler-panel.tsx";
import { ModelsPanel } from "./models-panel.tsx";
import { LogList } from "./log-list.tsx";
import { RacePanel } from "./race-panel.tsx";
import { RunsPanel } from "./runs-panel.tsx";

const TABS: readonly { readonly id: DrawerTab; readonly label: string }[] = [
  { id: "runs", label: "Runs" },
  { id: "lab", label: "Assessment lab" },
  { id: "models", label: "Models" },
  { id: "cache", label: "Cache" },
  { id: "log", label: "Log" },
  { id: "files", label: "Files" },
  { id: "race", label: "Race" },
  { id: "profiler", label: "Profiler" },
];

export function Drawer() {
  const playground = usePlayground();
  const open = useApp(({ view }) => view.drawer);
  const files = useApp(({ data }) => data.reports.length);
  const lines = useApp(({ log }) => log.entries.length);
  const newest = useApp(({ log }) => log.entries.at(-1)?.text ?? "");
  const runs = useApp((state) => state.runs.records.length);
  const section = useRef<HTMLElement>(null);
  const hasPages = useApp(({ data }) => data.dataset !== null);
  const wasOpen = useRef(open);
  const isNew = useRef(useApp(({ view }) => view.isDrawerLinked));
  // By a link, a key or the palette too: where the drawer lies below the fold, what was opened now comes into view; again once
  // the pages have come, which push it down.
  useEffect(() => {
    isNew.current ||= open !== wasOpen.current;
    wasOpen.current = open;
    if (!isNew.current || open === null) return;
    section.current?.scrollIntoView({ block: "nearest" });
    isNew.current = !hasPages;
  }, [open, hasPages]);
  const blocks = useApp(({ lab }) => lab.progress?.block ?? lab.outcome?.assessed.blocks.length);
  const counts: Readonly<Partial<Record<DrawerTab, number | undefined>>> = {
    runs,
    lab: blocks,
    log: lines,
    files,
  };
  return (
    <section ref={section} className="card drawer" aria-label="Instruments and log">
      <div className="drawer-tabs">
        {TABS.map(({ id, label }) => (
          <button
            key={id}
            type="button"
            className="tab"
            aria-expanded={open === id}
            onClick={() => playground.setView({ drawer: open === id ? null : id })}
          >
            {label} <TabCount value={counts[id]} />
          </button>
        ))}
        {open === null && <span className="small muted newest">{newest}</span>}
      </div>
      {open === "runs" && <RunsPanel />}
      {open === "lab" && <LabPanel />}
      {open === "models" && <ModelsPanel />}
      {open === "cache" && <CachePanel />}
      {open === "log" && <LogList />}
      {open === "files" && <FileReports />}
      {open === "race" && <RacePanel />}
      {open === "profiler" && <ProfilerPanel />}
    </section>
  );
}

function TabCount({ value }: { readonly value: number | undefined }) {
  if (value === undefined) return null;
  return <span className="small muted figures">{count(value)}</span>;
}
