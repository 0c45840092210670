// Every command by its name: type some of its letters, Enter runs it. A dialog with a combobox over the registry of commands.

import { useEffect, useId, useRef, useState } from "react";
import { COMMANDS, type Command, runCommand } from "../commands/commands.ts";
import { useApp, usePlayground } from "../use-app.ts";

export function CommandPalette() {
  const playground = usePlayground();
  const isOpen = useApp(({ view }) => view.isPaletteOpen);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  if (!isOpen) return null;
  const close = (): void => playground.setView({ isPaletteOpen: false });
  return (
    <dialog ref={dialog} className="sheet palette" aria-label="Find a command" onClose={close}>
      <Finder
        onChosen={({ id }) => {
          // Closed first: a command may open something of its own, and the focus belongs there.
          dialog.current?.close();
          close();
          runCommand(id, playground);
        }}
      />
    </dialog>
  );
}

function Finder({ onChosen }: { readonly onChosen: (command: Command) => void }) {
  const { store } = usePlayground();
  const [text, setText] = useState("");
  const [place, setPlace] = useState(0);
  const list = useId();
  const found = matching(text).filter((command) => command.isAllowed(store.getState()));
  const current = found[Math.min(place, found.length - 1)];
  return (
    <>
      <input
        className="palette-input"
        type="text"
        role="combobox"
        aria-label="Find a command"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={current === undefined ? undefined : `${list}-${current.id}`}
        autoComplete="off"
        placeholder="Find a command"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setPlace(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && current !== undefined) onChosen(current);
          const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (by === 0) return;
          event.preventDefault();
          setPlace(Math.min(found.length - 1, Math.max(0, place + by)));
        }}
      />
      <div id={list} className="palette-list" role="listbox" aria-label="Commands">
        {found.map((command) => (
          <div
            key={command.id}
            id={`${list}-${command.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={command === current}
            className="palette-row"
            ref={(row) => {
              if (command === current) row?.scrollIntoView({ block: "nearest" });
            }}
            onClick={() => onChosen(command)}
            onKeyDown={(event) => event.key === "Enter" && onChosen(command)}
          >
            <span>{command.name}</span>
            <kbd className="kbd">{command.keys}</kbd>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="empty">{`No command is called “${text}”.`}</p>}
    </>
  );
}

/** Commands whose name has every word that was typed. */
function matching(text: string): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/);
  return COMMANDS.filter(
    ({ id, name }) => id !== "palette" && words.every((word) => name.toLowerCase().includes(word)),
  );
}
