// Every other setting, by group, and how the screen itself behaves. Closed by default.

import type { FieldGroup } from "../../config/index.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { fieldsOf, Setting } from "./setting.tsx";

const GROUPS: readonly FieldGroup[] = [
  "Pages",
  "Model",
  "Training",
  "Reading the map",
  "Loading",
  "Features",
];

export function MoreSettings({ pending }: { readonly pending: ReadonlySet<string> }) {
  const playground = usePlayground();
  const isOpen = useApp(({ view }) => view.isMoreOpen);
  return (
    <section className="card more" aria-labelledby="more-settings">
      <button
        type="button"
        id="more-settings"
        className="link more-button"
        aria-expanded={isOpen}
        onClick={() => playground.setView({ isMoreOpen: !isOpen })}
      >
        {isOpen ? "Fewer settings" : "More settings …"}
      </button>
      {isOpen && (
        <>
          {GROUPS.map((group) => (
            <div key={group} className="more-group">
              <h3>{group}</h3>
              {fieldsOf(group, false).map((field) => (
                <Setting key={field.path} field={field} isPending={pending.has(field.path)} />
              ))}
            </div>
          ))}
          <ScreenSettings />
        </>
      )}
    </section>
  );
}

function ScreenSettings() {
  const playground = usePlayground();
  const theme = useApp(({ view }) => view.theme);
  const motion = useApp(({ view }) => view.motion);
  const hasSingleKeys = useApp(({ view }) => view.hasSingleKeys);
  return (
    <div className="more-group">
      <h3>This screen</h3>
      <div className="field">
        <label htmlFor="theme">Theme</label>
        <select
          id="theme"
          value={theme}
          onChange={(event) => {
            const { value } = event.target;
            if (value === "system" || value === "light" || value === "dark")
              playground.setView({ theme: value });
          }}
        >
          <option value="system">as the system</option>
          <option value="light">light</option>
          <option value="dark">dark</option>
        </select>
      </div>
      <div className="field">
        <label htmlFor="motion">Less motion</label>
        <input
          id="motion"
          type="checkbox"
          checked={motion === "reduced"}
          onChange={(event) => playground.setView({ motion: event.target.checked ? "reduced" : "system" })}
        />
      </div>
      <div className="field">
        <label htmlFor="single-keys">Single-key shortcuts</label>
        <input
          id="single-keys"
          type="checkbox"
          checked={hasSingleKeys}
          onChange={(event) => playground.setView({ hasSingleKeys: event.target.checked })}
        />
      </div>
    </div>
  );
}
