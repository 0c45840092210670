// All shortcuts, read from the registry of commands. A native dialog: focus stays inside, Escape closes it.

import { useEffect, useRef } from "react";
import { COMMANDS, type Command } from "../commands/commands.ts";
import { useApp, usePlayground } from "../use-app.ts";

const GROUPS: readonly { readonly id: Command["group"]; readonly title: string }[] = [
  { id: "Run", title: "The run" },
  { id: "Look", title: "Looking" },
  { id: "Settings", title: "Settings" },
  { id: "Page", title: "This page" },
];

export function ShortcutSheet() {
  const playground = usePlayground();
  const isOpen = useApp(({ view }) => view.isSheetOpen);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (isOpen && !element.open) element.showModal();
    if (!isOpen && element.open) element.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-labelledby="sheet-title"
      onClose={() => playground.setView({ isSheetOpen: false })}
    >
      <div className="sheet-head">
        <h2 id="sheet-title">Shortcuts</h2>
        <button type="button" className="button" onClick={() => playground.setView({ isSheetOpen: false })}>
          Close
        </button>
      </div>
      <div className="sheet-groups">
        {GROUPS.map(({ id, title }) => (
          <section key={id}>
            <h3>{title}</h3>
            <dl>
              {COMMANDS.filter(({ group }) => group === id).map(({ id: command, keys, name }) => (
                <div key={command}>
                  <dt>
                    <kbd className="kbd">{keys}</kbd>
                  </dt>
                  <dd>{name}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="small muted">
        Keys are ignored while you type; they can be switched off under More settings.
      </p>
    </dialog>
  );
}
