// Draws the targets of a loader's pages, with the polygon cache on or off. The bytes are the same either way: the cache
// keeps what is built before augmentation, drawing it at a placement is done anew every time.

import type { Affine } from "../core/index.ts";
import type { Page, PageId } from "../dataset/index.ts";
import {
  buildPageGeometry,
  type CacheCounters,
  GeometryCache,
  type PageGeometry,
  renderTargets,
} from "../targets/index.ts";
import type { LoaderSetup } from "./loader.ts";
import type { TargetMaps } from "./prepare-sample.ts";

export interface TargetDrawer {
  /** May come again: pages that are not owned any more leave the cache, the rest stay. Throws "bad-config" for a bad budget. */
  setUp(setup: LoaderSetup): void;
  /** Turning the cache off empties it. */
  setCacheOn(on: boolean): void;
  draw(page: Page, placement: Affine<"upright", "input">, sizePx: number): TargetMaps;
  /** Totals since the loader started; they stand still while the cache is off. */
  counters(): CacheCounters;
}

/** `now` in milliseconds. */
export function createTargetDrawer(now: () => number): TargetDrawer {
  const cache = new GeometryCache({ budgetBytes: 0, now });
  let params: LoaderSetup["config"]["targets"] | undefined;
  let owned: ReadonlySet<PageId> = new Set();
  let isOn = false;

  const geometryOf = (page: Page, targets: LoaderSetup["config"]["targets"]): PageGeometry => {
    const { id: pageId, orientation, size, words } = page;
    if (!isOn) return buildPageGeometry(words, size, targets);
    // A page's picture never changes under its id; name and size of the file tell two sets with equal ids apart.
    const imageIdentity = `${page.name} ${page.file.size}`;
    return cache.lookUp({ pageId, imageIdentity, orientation, size, words, params: targets }).geometry;
  };

  const setCacheOn = (on: boolean): void => {
    isOn = on;
    if (!on) cache.clear();
  };

  return {
    setUp: ({ config, pages, cacheBudgetBytes }) => {
      const next = new Set(pages.map((page) => page.id));
      for (const id of owned) if (!next.has(id)) cache.invalidate(id);
      owned = next;
      params = config.targets;
      cache.setBudget(cacheBudgetBytes);
      setCacheOn(config.features.polygonCache);
    },
    setCacheOn,
    draw: (page, placement, sizePx) => {
      if (params === undefined) throw new RangeError("the loader has not been set up");
      return renderTargets(geometryOf(page, params), placement, sizePx, params);
    },
    counters: () => cache.counters(),
  };
}
