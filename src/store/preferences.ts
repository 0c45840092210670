// What this browser remembers of the view: never part of a link, read as foreign data, lost without harm.

import { z } from "zod";
import { DRAWER_TABS, initialView, type ViewSlice } from "./view-slice.ts";

const KEY = "ocr-playground-view";

/** What is needed of localStorage; it may throw where storage is refused. */
export interface Memory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const remembered = z.object({
  theme: z.enum(["system", "light", "dark"]),
  motion: z.enum(["system", "reduced"]),
  hasSingleKeys: z.boolean(),
  score: z.enum(["cleval mean", "cleval pooled", "iou mean", "iou pooled"]),
  drawer: z.enum(DRAWER_TABS).nullable(),
});

export function readView(memory: Memory): ViewSlice {
  try {
    const parsed = remembered.safeParse(JSON.parse(memory.getItem(KEY) ?? "{}"));
    return parsed.success ? { ...initialView, ...parsed.data } : initialView;
  } catch {
    // Refused storage or broken text: the defaults are as good.
    return initialView;
  }
}

export function rememberView(memory: Memory, view: ViewSlice): void {
  const { theme, motion, hasSingleKeys, score, drawer } = view;
  try {
    memory.setItem(KEY, JSON.stringify({ theme, motion, hasSingleKeys, score, drawer }));
  } catch {
    // Refused or full storage: the view is then simply not remembered.
  }
}
