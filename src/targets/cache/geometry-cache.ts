// The polygon tier: a page's target geometry kept from epoch to epoch, in upright space before augmentation.

import type { Affine } from "../../core/index.ts";
import { buildPageGeometry, type PageGeometry } from "../page-geometry.ts";
import { type GeometryRequest, type KeyParts, keyOf } from "./key.ts";
import { TierCache } from "./tier-cache.ts";
import type { Asker, Outcome } from "./types.ts";

interface LookUp {
  readonly geometry: PageGeometry;
  readonly outcome: Outcome;
}

export class GeometryCache extends TierCache<PageGeometry> {
  /** The page's geometry, kept or built now. */
  lookUp(request: GeometryRequest, build: () => PageGeometry = () => buildOf(request)): LookUp {
    return this.lookUpBy(keyOf(request), build);
  }

  /** The same with the key at hand. `startedMs`: when the making of the key began, if it began before this call. */
  lookUpBy(
    key: KeyParts,
    build: () => PageGeometry,
    asker?: Asker,
    startedMs = this.now(),
    placement?: Affine<"upright", "input">,
  ): LookUp {
    const found = this.find(key, asker, startedMs, placement);
    if (found.value !== undefined) return { geometry: found.value, outcome: found.outcome };
    const began = this.now();
    const geometry = build();
    this.keep(key, geometry.sizeBytes, () => geometry, this.now() - began);
    return { geometry, outcome: found.outcome };
  }
}

function buildOf({ words, size, params }: GeometryRequest): PageGeometry {
  return buildPageGeometry(words, size, params);
}
