// Which pages are kept for validation. Decided page by page from the seed and the page's id, so adding or removing a page
// never moves another one between the splits (except to keep both sides from being empty).

import { randomFrom } from "../core/index.ts";
import type { Page } from "./types.ts";

/** `share` is 0..1. From two pages on and with a share between, both sides get at least one. Order is kept. */
export function splitPages(
  pages: readonly Page[],
  share: number,
  seed: number,
): { readonly train: readonly Page[]; readonly validation: readonly Page[] } {
  const lots = new Map(pages.map(({ id }) => [id, randomFrom(seed, "split", id).next()]));
  const lot = (page: Page): number => lots.get(page.id) ?? 1;
  const chosen = new Set(pages.filter((page) => lot(page) < share));
  if (pages.length >= 2 && share > 0 && share < 1) {
    const byLot = [...pages].sort((a, b) => lot(a) - lot(b));
    if (chosen.size === 0) chosen.add(byLot[0] as Page);
    if (chosen.size === pages.length) chosen.delete(byLot.at(-1) as Page);
  }
  return {
    train: pages.filter((page) => !chosen.has(page)),
    validation: pages.filter((page) => chosen.has(page)),
  };
}
