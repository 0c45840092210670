// Which caches a change of live settings turns on or off.

import type { CacheSwitches } from "../batch/index.ts";
import type { LiveSettings } from "./types.ts";

export function liveSwitches(live: LiveSettings): Partial<CacheSwitches> {
  const wanted = {
    polygons: live.polygonCache,
    images: live.imageCache,
    maps: live.mapCache,
    samples: live.sampleCache,
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, on]) => on !== undefined));
}
