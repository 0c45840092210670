// Which of the two themes is shown, and whether things move: the system's wish unless the person said otherwise.
// Colours themselves are CSS custom properties; canvases read them by name.

import { useCallback, useLayoutEffect, useMemo, useSyncExternalStore } from "react";
import type { ThemeChoice } from "../store/index.ts";
import { useApp } from "./use-app.ts";

const DARK = "(prefers-color-scheme: dark)";
const STILL = "(prefers-reduced-motion: reduce)";

function useQuery(text: string): boolean {
  const query = useMemo(() => matchMedia(text), [text]);
  const subscribe = useCallback(
    (listener: () => void) => {
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => query.matches);
}

export function resolveTheme(choice: ThemeChoice): "light" | "dark" {
  if (choice !== "system") return choice;
  return matchMedia(DARK).matches ? "dark" : "light";
}

/** The theme shown now. */
export function useTheme(): "light" | "dark" {
  const choice = useApp(({ view }) => view.theme);
  const isDark = useQuery(DARK);
  if (choice !== "system") return choice;
  return isDark ? "dark" : "light";
}

export function useIsStill(): boolean {
  const choice = useApp(({ view }) => view.motion);
  const isStill = useQuery(STILL);
  return choice === "reduced" || isStill;
}

/** Puts theme and motion on the document, where the style sheets read them. */
export function useDocumentTheme(): void {
  const theme = useTheme();
  const still = useIsStill();
  // Before any chart's effect: a chart reads its colours from the document when the theme changes.
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = theme;
    document.documentElement.dataset.motion = still ? "reduced" : "full";
  }, [theme, still]);
}

/** A colour token for a canvas: "accent" → the value of --accent. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
