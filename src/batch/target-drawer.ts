// Draws the targets of a loader's pages.

import type { Affine } from "../core/index.ts";
import type { Page } from "../dataset/index.ts";
import { buildPageGeometry, type CacheCounters, renderTargets } from "../targets/index.ts";
import type { LoaderSetup } from "./loader.ts";
import { NO_CACHE_COUNTERS } from "./pool/counters.ts";
import type { TargetMaps } from "./prepare-sample.ts";

export interface TargetDrawer {
  setUp(setup: LoaderSetup): void;
  setCacheOn(on: boolean): void;
  draw(page: Page, placement: Affine<"upright", "input">, sizePx: number): TargetMaps;
  counters(): CacheCounters;
}

export function createTargetDrawer(_now: () => number): TargetDrawer {
  let setup: LoaderSetup | undefined;
  return {
    setUp: (next) => {
      setup = next;
    },
    setCacheOn: () => undefined,
    draw: (page, placement, sizePx) => {
      if (setup === undefined) throw new RangeError("the loader has not been set up");
      const { targets } = setup.config;
      return renderTargets(buildPageGeometry(page.words, page.size, targets), placement, sizePx, targets);
    },
    counters: () => NO_CACHE_COUNTERS,
  };
}
