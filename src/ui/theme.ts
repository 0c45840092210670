// Which of the two themes is shown, and whether things move: the system's wish unless the person said otherwise.
// Colours themselves are CSS custom properties; canvases read them by name.

import { useEffect, useSyncExternalStore } from "react";
import type { MotionChoice, ThemeChoice } from "../store/index.ts";
import { useApp } from "./use-app.ts";

const darkQuery = matchMedia("(prefers-color-scheme: dark)");
const stillQuery = matchMedia("(prefers-reduced-motion: reduce)");

function useQuery(query: MediaQueryList): boolean {
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => query.matches,
  );
}

export function resolveTheme(choice: ThemeChoice): "light" | "dark" {
  if (choice !== "system") return choice;
  return darkQuery.matches ? "dark" : "light";
}

export function isStill(choice: MotionChoice): boolean {
  return choice === "reduced" || stillQuery.matches;
}

/** The theme shown now. */
export function useTheme(): "light" | "dark" {
  const choice = useApp(({ view }) => view.theme);
  useQuery(darkQuery);
  return resolveTheme(choice);
}

export function useIsStill(): boolean {
  const choice = useApp(({ view }) => view.motion);
  useQuery(stillQuery);
  return isStill(choice);
}

/** Puts theme and motion on the document, where the style sheets read them. */
export function useDocumentTheme(): void {
  const theme = useTheme();
  const still = useIsStill();
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    document.documentElement.dataset.motion = still ? "reduced" : "full";
  }, [theme, still]);
}

/** A colour token for a canvas: "accent" → the value of --accent. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
