// The left column: the settings of the next run, in the order of the data. At most twelve are seen; the rest is one click away.

import { useMemo } from "react";
import type { FieldGroup } from "../../config/index.ts";
import { pendingFields } from "../../store/index.ts";
import { chooseFiles } from "../open-files.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { Card } from "../widgets/card.tsx";
import { Kbd } from "../widgets/kbd.tsx";
import { MoreSettings } from "./more-settings.tsx";
import { PageSummary } from "./page-summary.tsx";
import { fieldsOf, Setting } from "./setting.tsx";

const GROUPS: readonly FieldGroup[] = ["Pages", "Model", "Training", "Reading the map"];

/** Paths of settings that wait for the next reset. */
export function usePendingPaths(): ReadonlySet<string> {
  const run = useApp((state) => state.run.started);
  const kind = useApp((state) => state.run.state.kind);
  const settings = useApp((state) => state.settings);
  const { store } = usePlayground();
  return useMemo(() => {
    const state = store.getState();
    const asked = { ...state, settings, run: { ...state.run, started: run } };
    return kind === "idle" ? new Set<string>() : new Set(pendingFields(asked).map(({ path }) => path));
  }, [run, kind, settings, store]);
}

export function SettingsPanel() {
  const pending = usePendingPaths();
  return (
    <aside className="column settings" aria-label="Settings">
      {GROUPS.map((group) => (
        <Card key={group} title={group}>
          {fieldsOf(group, true).map((field) => (
            <Setting key={field.path} field={field} isPending={pending.has(field.path)} />
          ))}
          {group === "Pages" && <OwnPages />}
          {group === "Pages" && <PageSummary />}
        </Card>
      ))}
      <MoreSettings pending={pending} />
    </aside>
  );
}

function OwnPages() {
  const playground = usePlayground();
  return (
    <p className="own-pages small muted">
      Drop a folder anywhere, or{" "}
      <button type="button" className="link" onClick={() => chooseFiles(playground, "folder")}>
        open a folder
      </button>{" "}
      <Kbd keys="O" /> or{" "}
      <button type="button" className="link" onClick={() => chooseFiles(playground, "files")}>
        files
      </button>
      . Nothing leaves this tab.
    </p>
  );
}
