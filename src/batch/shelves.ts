// The four tiers' shelves: which records each tier accepts when it reads them again.

import type { Pixels } from "../dataset/index.ts";
import { type PackedMaps, type PageGeometry, type Tier, type TierCache, TIERS } from "../targets/index.ts";
import { type RecordStore, Shelf } from "./shelf.ts";

interface Kept {
  readonly images: Pixels;
  readonly polygons: PageGeometry;
  readonly maps: PackedMaps;
  readonly samples: Readonly<Record<"image" | "thresholds" | "flags", Uint8Array<ArrayBuffer>>>;
}

type Tiers = { readonly [T in Tier]: TierCache<Kept[T]> };

/** Opens the records of a tier in a namespace. */
export type OpenRecords = (namespace: string, tier: Tier) => RecordStore;

export interface Shelves {
  open(): Promise<void>;
  bring(tier: Tier, page: string): Promise<void>;
  flush(): Promise<void>;
  forget(): Promise<void>;
  close(): void;
}

const IS_KEPT: { readonly [T in Tier]: (value: unknown) => value is Kept[T] } = {
  images: (value): value is Pixels => {
    const { rgba, size } = partsOf<Pixels>(value);
    return (
      rgba instanceof Uint8ClampedArray && rgba.length === 4 * (size?.widthPx ?? 0) * (size?.heightPx ?? 0)
    );
  },
  polygons: (value): value is PageGeometry => {
    const { outlines, shrunk, grown, ignored, distancesPx, wordCount } = partsOf<PageGeometry>(value);
    return (
      ignored?.length === wordCount &&
      distancesPx?.length === wordCount &&
      [outlines, shrunk, grown].every((paths) => paths?.wordStart.length === (wordCount ?? -2) + 1)
    );
  },
  maps: (value): value is PackedMaps => {
    const { planes, thresholds } = partsOf<PackedMaps>(value);
    return planes instanceof Uint8Array && thresholds instanceof Uint8Array;
  },
  samples: (value): value is Kept["samples"] => {
    const { image, thresholds, flags } = partsOf<Kept["samples"]>(value);
    return [image, thresholds, flags].every((plane) => plane instanceof Uint8Array);
  },
};

export function openShelves(tiers: Tiers, namespace: string, openRecords: OpenRecords): Shelves {
  const shelf = <T extends Tier>(tier: T): Shelf<Kept[T]> =>
    new Shelf<Kept[T]>(tiers[tier], openRecords(namespace, tier), IS_KEPT[tier]);
  const shelves = {
    images: shelf("images"),
    polygons: shelf("polygons"),
    maps: shelf("maps"),
    samples: shelf("samples"),
  };
  return {
    open: async () => {
      await Promise.all(TIERS.map((tier) => shelves[tier].open()));
    },
    bring: (tier, page) => shelves[tier].bring(page),
    flush: async () => {
      await Promise.all(TIERS.map((tier) => shelves[tier].flush()));
    },
    forget: async () => {
      await Promise.all(TIERS.map((tier) => shelves[tier].forget()));
    },
    close: () => {
      for (const tier of TIERS) shelves[tier].close();
    },
  };
}

const REFUSED = {
  ok: false,
  error: { sentence: "There is no storage here that outlives the run." },
} as const;

/** Where nothing can be kept: every attempt says so. */
export const openNowhere: OpenRecords = () => ({
  get: async () => REFUSED,
  putMany: async () => REFUSED,
  entries: async () => REFUSED,
  close: () => undefined,
});

function partsOf<T>(value: unknown): Partial<T> {
  return typeof value === "object" && value !== null ? (value as Partial<T>) : {};
}
