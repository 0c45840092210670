// What is shown and how: overlays, the page looked at, theme, drawer. None of it is part of a run or of a link.

export type ThemeChoice = "system" | "light" | "dark";
export type MotionChoice = "system" | "reduced";
export const DRAWER_TABS = ["cache", "files", "lab", "log", "models", "profiler", "race", "runs"] as const;
export type DrawerTab = (typeof DRAWER_TABS)[number];
export type ScoreVariant = "cleval mean" | "cleval pooled" | "iou mean" | "iou pooled";

export interface Overlays {
  readonly truth: boolean;
  readonly probability: boolean;
  readonly threshold: boolean;
  readonly boxes: boolean;
}

export type Overlay = keyof Overlays;

export interface ViewSlice {
  readonly overlays: Overlays;
  /** Index into the validation pages of the page in focus. */
  readonly pageIndex: number;
  readonly isInspecting: boolean;
  readonly theme: ThemeChoice;
  readonly motion: MotionChoice;
  readonly hasSingleKeys: boolean;
  readonly score: ScoreVariant;
  readonly drawer: DrawerTab | null;
  /** The link that was opened asks for the drawer: it is to come into view. */
  readonly isDrawerLinked: boolean;
  readonly isMoreOpen: boolean;
  readonly isSheetOpen: boolean;
  readonly isPaletteOpen: boolean;
}

export const initialView: ViewSlice = {
  overlays: { truth: true, probability: true, threshold: false, boxes: true },
  pageIndex: 0,
  isInspecting: false,
  theme: "system",
  motion: "system",
  hasSingleKeys: true,
  score: "cleval mean",
  drawer: null,
  isDrawerLinked: false,
  isMoreOpen: false,
  isSheetOpen: false,
  isPaletteOpen: false,
};

/** Pages on the wall at once. */
export const WALL_PAGES = 12;

/** First page of the wall that shows page `index`. */
export function wallStart(index: number): number {
  return Math.floor(index / WALL_PAGES) * WALL_PAGES;
}

/** Maps lie over each other, so at most one of the two is shown. */
export function toggleOverlay(view: ViewSlice, overlay: Overlay): ViewSlice {
  const on = !view.overlays[overlay];
  const overlays = { ...view.overlays, [overlay]: on };
  if (on && overlay === "probability") overlays.threshold = false;
  if (on && overlay === "threshold") overlays.probability = false;
  return { ...view, overlays };
}

/** The page `by` places further, within 0…count−1. */
export function movePage(view: ViewSlice, by: number, count: number): ViewSlice {
  if (count === 0) return view;
  return { ...view, pageIndex: Math.min(count - 1, Math.max(0, view.pageIndex + by)) };
}
