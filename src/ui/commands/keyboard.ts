// One listener for all keys. Ignored while typing, while a control that needs the key has the focus, with Ctrl/Alt/Meta,
// and where the person switched single keys off (WCAG 2.1.4).

import { useEffect } from "react";
import { usePlayground } from "../use-app.ts";
import { commandForKey, runCommand } from "./commands.ts";

export function useKeyboard(): void {
  const playground = usePlayground();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing)
        return;
      const { view } = playground.store.getState();
      if (view.isSheetOpen) return;
      if (!view.hasSingleKeys && event.key !== "Escape") return;
      if (belongsToControl(event.target, event.key)) return;
      const command = commandForKey(event.key, event.shiftKey);
      if (command === undefined || (event.repeat && command.group === "Run")) return;
      // Space would scroll the page when there is nothing to train yet.
      if (runCommand(command.id, playground) || event.key === " ") event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [playground]);
}

/** Whether the element with the focus does something of its own with the key. */
export function belongsToControl(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return key !== "Escape";
  if (target instanceof HTMLInputElement && !["checkbox", "range"].includes(target.type)) return true;
  return (
    (key === " " || key === "Enter") && target.closest("button, a, input, summary, [role=button]") !== null
  );
}
