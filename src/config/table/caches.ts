// The caches' settings. Each tier is a switch with a budget; all are off unless somebody turns them on.

import { choice, type FieldPath, type FieldSpec, integer } from "../fields.ts";
import type { Config } from "../types.ts";

type CachePath = Extract<FieldPath, `features.${string}Cache${string}` | `features.cache${string}`>;
const TIERS = ["imageCache", "polygonCache", "mapCache", "sampleCache"] as const;
type TierSwitch = (typeof TIERS)[number];

const MIB = 2 ** 20;

function tierSwitch(label: string, help: string): FieldSpec {
  return {
    label,
    unit: "",
    type: { kind: "boolean" },
    defaults: false,
    help,
    group: "Features",
    takesEffect: "live",
  };
}

function budget(name: string, path: TierSwitch, defaultMib: number): FieldSpec {
  return {
    label: `Budget of the ${name}`,
    unit: "bytes",
    type: { ...integer(0, 2 ** 40, MIB), kind: "numberOrWord", word: "unlimited" },
    defaults: defaultMib * MIB,
    help: "Greatest size over all loaders: a number of bytes, or the word unlimited.",
    group: "Features",
    takesEffect: "restart",
    applies: { sentence: `only with the ${name} on`, when: (c: Config) => c.features[path] },
  };
}

export const cacheFields: Readonly<Record<CachePath, FieldSpec>> = {
  "features.imageCache": tierSwitch(
    "Image cache",
    "Keeps the decoded pixels of each page: no file is decoded twice. Megabytes a page.",
  ),
  "features.imageCacheBytes": budget("image cache", "imageCache", 512),
  "features.polygonCache": tierSwitch(
    "Polygon cache",
    "Keeps the target geometry of each page, so that it is computed once and not in every epoch.",
  ),
  "features.polygonCacheBytes": budget("polygon cache", "polygonCache", 256),
  "features.mapCache": tierSwitch(
    "Map cache",
    "Keeps finished target maps. Only where nothing is random: with augmentation on, it is bypassed.",
  ),
  "features.mapCacheBytes": budget("map cache", "mapCache", 256),
  "features.sampleCache": tierSwitch(
    "Sample cache",
    "Keeps finished inputs: validation pages, and training pages without augmentation.",
  ),
  "features.sampleCacheBytes": budget("sample cache", "sampleCache", 512),
  "features.cachePolicy": {
    label: "When a cache is full",
    unit: "",
    type: choice({ lru: "The least recently used leaves", pin: "What fits first stays" }),
    defaults: "lru",
    help: "A pass in shuffled order through more pages than fit hardly ever hits a least-recently-used store; a pinned subset always hits on its part.",
    group: "Features",
    takesEffect: "restart",
    applies: {
      sentence: "only with a cache on",
      when: ({ features }: Config) => TIERS.some((tier) => features[tier]),
    },
  },
  "features.cacheAuto": {
    label: "Turn caches on where they pay",
    unit: "",
    type: { kind: "boolean" },
    defaults: false,
    help: "When a run begins, a cache is turned on if all of its pages fit its budget and the forecast for these pages and epochs says that at least 50 % of all look-ups will hit. The log says why; each switch can overrule it.",
    group: "Features",
    takesEffect: "restart",
  },
  "features.cachePersistent": {
    label: "Keep caches for the next visit",
    unit: "",
    type: { kind: "boolean" },
    defaults: false,
    help: "Writes a record for each entry into the browser's own storage, in batches behind the run, and reads it again after a reload. Records that are damaged or of another version are built anew.",
    group: "Features",
    takesEffect: "restart",
    applies: {
      sentence: "only with a cache on",
      when: ({ features }: Config) => TIERS.some((tier) => features[tier]),
    },
  },
  "features.cacheFault": {
    label: "Planted cache fault",
    unit: "",
    type: choice({
      none: "None",
      "key after augmentation": "Key taken after augmentation",
      "private copies": "A private copy for each loader",
      "whole-store rewrite": "Whole store rewritten on each insert",
      "key without structure": "Key without the words' structure",
      "stale version": "Entries of a stale version",
    }),
    defaults: "none",
    help: "For lessons: a mistake of the original project, on purpose. Results stay right, the cache does not pay.",
    group: "Features",
    takesEffect: "restart",
    applies: {
      sentence: "only with the polygon cache on",
      when: ({ features }: Config) => features.polygonCache,
    },
  },
};
