// One listener for all keys. Ignored while typing, while a control that needs the key has the focus, with Ctrl/Alt/Meta,
// and where the person switched single keys off (WCAG 2.1.4).

import { useEffect } from "react";
import { usePlayground } from "../use-app.ts";
import { commandForKey, runCommand } from "./commands.ts";

export function useKeyboard(): void {
  const playground = usePlayground();
  useEffect(() => {
    // A button keeps Space and Enter while a person walks by keys; one that was clicked holds back neither: Space pauses the run.
    let clicked: Element | null = null;
    const onPointer = ({ target }: PointerEvent): void => {
      clicked = target instanceof Element ? target.closest(BUTTONS) : null;
    };
    const onFocus = ({ target }: FocusEvent): void => {
      if (target !== clicked) clicked = null;
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey || event.isComposing) return;
      const isCtrl = event.ctrlKey || event.metaKey;
      const { view } = playground.store.getState();
      if (view.isSheetOpen || view.isPaletteOpen) return;
      if (!view.hasSingleKeys && event.key !== "Escape" && !isCtrl) return;
      if (belongsToControl(event.target, event.key, clicked)) return;
      const command = commandForKey(event.key, event.shiftKey, isCtrl);
      if (command === undefined || (event.repeat && command.group === "Run")) return;
      // Space would scroll the page when there is nothing to train yet.
      if (runCommand(command.id, playground) || event.key === " ") event.preventDefault();
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("focusin", onFocus);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("focusin", onFocus);
      document.removeEventListener("keydown", onKey);
    };
  }, [playground]);
}

const BUTTONS = "button, a, input, summary, [role=button]";

/** Whether the element with the focus does something of its own with the key; `clicked`: the button last clicked, if any. */
export function belongsToControl(target: EventTarget | null, key: string, clicked: Element | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return key !== "Escape";
  if (target instanceof HTMLInputElement && !["checkbox", "range"].includes(target.type)) return true;
  if (key !== " " && key !== "Enter") return false;
  const button = target.closest(BUTTONS);
  return button !== null && button !== clicked;
}
