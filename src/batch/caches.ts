// The four tiers of one loader: decoded pictures, polygons, finished maps, finished samples. Each can be switched while a run
// goes on; none of them changes a byte of what is trained on.

import type { FixedPlacement } from "../augment/index.ts";
import { randomDials } from "../augment/index.ts";
import { type Affine, bytesIn } from "../core/index.ts";
import type { Page, PageFile, PageId, Pixels } from "../dataset/index.ts";
import {
  type Asker,
  buildPageGeometry,
  type CacheReport,
  GeometryCache,
  type KeyParts,
  keyOf,
  type MadeMs,
  NO_STAGES,
  type PackedMaps,
  packedBytes,
  packMaps,
  type PageGeometry,
  renderTargets,
  type Tier,
  TierCache,
  TIERS,
  unpackMaps,
} from "../targets/index.ts";
import type { CacheSwitches, LoaderConfig, LoaderSetup } from "./loader.ts";
import { openNowhere, openShelves, type Shelves } from "./shelves.ts";
import type { Sample, SampleBytes, SampleRequest } from "./types.ts";

type TargetMaps = Pick<Sample, "thresholds" | "flags">;

/** What a look-up is about. */
export interface Wanted {
  readonly page: Page;
  readonly request: SampleRequest;
  readonly placement: Affine<"upright", "input">;
  /** null: something about the sample is random, so it may not be kept finished. */
  readonly fixed: FixedPlacement | null;
  /** Filled in with the stages that are done here. */
  readonly made: MadeMs;
  /** Written again where it has the length. */
  readonly spent: SampleBytes | undefined;
}

/** A page's content in short, and when the making of the hash began. */
export interface Hashed {
  readonly content: string;
  readonly startedMs: number;
}

export interface LoaderCaches {
  /** May come again: pages that are not owned any more leave, the rest stay. Throws "bad-config" for a bad budget. */
  setUp(setup: LoaderSetup): Promise<void>;
  /** Turning a tier off empties it. */
  setSwitches(on: Partial<CacheSwitches>): void;
  /** Whether any tier is on. With all off, nothing of a sample needs to come here. */
  readonly isOn: boolean;
  /** The page's finished sample, copied, or undefined. `hash` is asked when the content is not known yet. */
  sample(wanted: Wanted, hash: () => Promise<Hashed>): Promise<SampleBytes | undefined>;
  keepSample(wanted: Wanted, sample: SampleBytes, buildMs: number): void;
  pixels(
    wanted: Wanted,
    hash: () => Promise<Hashed>,
    decode: (isKept: boolean) => Promise<Pixels>,
  ): Promise<Pixels>;
  targets(wanted: Wanted, hash: () => Promise<Hashed>): Promise<TargetMaps>;
  /** Empties the memory of all tiers, and forgets what outlives it. Bytes freed in memory. */
  clear(): Promise<number>;
  /** After everything that should outlive the tab has been written. */
  report(): Promise<CacheReport>;
}

interface FinishedKey {
  readonly key: KeyParts;
  readonly placement: Affine<"upright", "input">;
}

/** What is done to a tier whatever it holds. */
type Switchable = Pick<TierCache<unknown>, "clear" | "invalidate" | "setBudget" | "setPolicy">;

/** `now` in milliseconds. */
export function createCaches(now: () => number, openRecords = openNowhere): LoaderCaches {
  const polygons = new GeometryCache({ tier: "polygons", budgetBytes: 0, now });
  const images = new TierCache<Pixels>({ tier: "images", budgetBytes: 0, now });
  const maps = new TierCache<PackedMaps>({ tier: "maps", budgetBytes: 0, now });
  const samples = new TierCache<SampleBytes>({ tier: "samples", budgetBytes: 0, now });
  const tiers: Readonly<Record<Tier, Switchable>> = { images, polygons, maps, samples };
  const contents = new WeakMap<PageFile, string>();
  /** Keys follow from the page, its content and the settings: made once for each page, and anew after other settings. */
  let keys = noKeys();
  let on: CacheSwitches = { images: false, polygons: false, maps: false, samples: false };
  let config: LoaderConfig | undefined;
  /** The planted fault of the original, which took its key after augmentation. */
  let isKeyPlanted = false;
  /** Why nothing finished may be kept, where something is random. */
  let rule = "";
  let owned: ReadonlySet<PageId> = new Set();
  let shelves: Shelves | undefined;

  const setSwitches = (switches: Partial<CacheSwitches>): void => {
    on = { ...on, ...switches };
    for (const tier of TIERS) if (!on[tier]) tiers[tier].clear("the cache was switched off");
  };

  const hashOf = async (page: Page, hash: () => Promise<Hashed>): Promise<Hashed> => {
    const known = contents.get(page.file);
    if (known !== undefined) return { content: known, startedMs: now() };
    const hashed = await hash();
    contents.set(page.file, hashed.content);
    return hashed;
  };

  const settings = (): LoaderConfig => {
    if (config === undefined) throw new RangeError("the loader has not been set up");
    return config;
  };

  const geometryRequest = ({ id, orientation, size, words }: Page, imageIdentity: string) => ({
    ...{ pageId: id, imageIdentity, orientation, size, words, params: settings().targets },
  });

  const geometryKey = (page: Page, content: string): KeyParts => {
    const known = keys.geometry.get(page);
    if (known !== undefined) return known;
    const key = keyOf(geometryRequest(page, content));
    keys.geometry.set(page, key);
    return key;
  };

  const pictureKey = (page: Page, content: string): KeyParts => {
    const known = keys.picture.get(page);
    if (known?.image === content) return known;
    const { id, orientation, size } = page;
    const key = { page: id, image: content, orientation, size: `${size.widthPx}×${size.heightPx}` };
    keys.picture.set(page, key);
    return key;
  };

  const finishedKey = (
    { page, request: { split } }: Wanted,
    { placement }: FixedPlacement,
    content: string,
  ): KeyParts => {
    const known = keys.finished[split].get(page);
    if (known?.key.image === content && isSamePlacement(known.placement, placement)) return known.key;
    const key = {
      ...geometryKey(page, content),
      split,
      placement: placementText(placement),
      inputSizePx: settings().model.inputSizePx,
    };
    keys.finished[split].set(page, { key, placement });
    return key;
  };

  const geometryOf = async (
    { page, request, placement, made }: Wanted,
    hash: () => Promise<Hashed>,
  ): Promise<PageGeometry> => {
    const { targets } = settings();
    const build = (): PageGeometry => {
      const began = now();
      const built = buildPageGeometry(page.words, page.size, targets);
      made.outline = now() - began;
      return built;
    };
    if (!on.polygons) return build();
    // A key that is there was made of the content of this very page: nothing else needs to be looked up for it.
    let startedMs = now();
    let key = keys.geometry.get(page);
    if (key === undefined) {
      const hashed = await hashOf(page, hash);
      startedMs = hashed.startedMs;
      key = geometryKey(page, hashed.content);
    }
    if (shelves !== undefined) await shelves.bring("polygons", page.id);
    return polygons.lookUpBy(
      isKeyPlanted ? { ...key, placement: placementText(placement) } : key,
      build,
      askerOf(request),
      startedMs,
      placement,
    ).geometry;
  };

  return {
    setUp: async (setup) => {
      const next = new Set(setup.pages.map((page) => page.id));
      for (const id of owned) {
        if (!next.has(id))
          for (const tier of TIERS) tiers[tier].invalidate(id, "the page went to another loader");
      }
      owned = next;
      config = setup.config;
      keys = noKeys();
      rule = randomRule(config);
      isKeyPlanted = config.features.cacheFault === "key after augmentation";
      const { features } = setup.config;
      for (const tier of TIERS) {
        tiers[tier].setBudget(setup.budgets[tier]);
        tiers[tier].setPolicy(features.cachePolicy);
      }
      polygons.setFault(features.cacheFault);
      setSwitches(switchesOf(features));
      if (setup.records === undefined) {
        shelves?.close();
        shelves = undefined;
      } else {
        shelves ??= openShelves({ images, polygons, maps, samples }, setup.records, openRecords);
        await shelves.open();
      }
    },
    setSwitches,
    get isOn() {
      return on.images || on.maps || on.samples || on.polygons;
    },
    sample: async (wanted, hash) => {
      if (!on.samples) return undefined;
      const { page, request, fixed } = wanted;
      if (fixed === null || !fixed.hasFixedColor) {
        samples.passBy(page.id, "bypassed", rule, askerOf(request));
        return undefined;
      }
      const { content, startedMs } = await hashOf(page, hash);
      if (shelves !== undefined) await shelves.bring("samples", page.id);
      const { value } = samples.find(finishedKey(wanted, fixed, content), askerOf(request), startedMs);
      return value && samples.takeOut(() => copyOf(value, wanted.spent));
    },
    keepSample: (wanted, sample, buildMs) => {
      if (!on.samples || wanted.fixed?.hasFixedColor !== true) return;
      const startedMs = now();
      const content = contents.get(wanted.page.file);
      // The tier was turned on after this sample was looked up.
      if (content === undefined) return;
      const key = finishedKey(wanted, wanted.fixed, content);
      const bytes = sample.image.length + sample.thresholds.length + sample.flags.length;
      samples.keep(key, bytes, () => copyOf(sample), buildMs, startedMs);
    },
    pixels: async ({ page, request }, hash, decode) => {
      if (!on.images) return decode(false);
      const { content, startedMs } = await hashOf(page, hash);
      const key = pictureKey(page, content);
      if (shelves !== undefined) await shelves.bring("images", page.id);
      const found = images.find(key, askerOf(request), startedMs);
      if (found.value !== undefined) return found.value;
      const began = now();
      const pixels = await decode(true);
      images.keep(key, pixels.rgba.length, () => pixels, now() - began);
      return pixels;
    },
    targets: async (wanted, hash) => {
      const { targets, model } = settings();
      const { page, request, placement, fixed, made, spent } = wanted;
      const draw = async (): Promise<TargetMaps> => {
        const geometry = await geometryOf(wanted, hash);
        const began = now();
        const drawn = renderTargets(geometry, placement, model.inputSizePx, targets, spent);
        made.draw = now() - began;
        return drawn;
      };
      if (!on.maps) return draw();
      if (fixed === null) {
        maps.passBy(page.id, "bypassed", rule, askerOf(request));
        return draw();
      }
      const { content, startedMs } = await hashOf(page, hash);
      const key = finishedKey(wanted, fixed, content);
      if (shelves !== undefined) await shelves.bring("maps", page.id);
      const { value } = maps.find(key, askerOf(request), startedMs);
      if (value !== undefined) return maps.takeOut(() => unpackMaps(value, spent));
      const began = now();
      const drawn = await draw();
      const builtMs = now() - began;
      maps.keep(key, packedBytes(drawn), () => packMaps(drawn), builtMs);
      return drawn;
    },
    clear: async () => {
      await shelves?.forget();
      return TIERS.reduce((sum, tier) => sum + tiers[tier].clear("the caches were emptied"), 0);
    },
    report: async () => {
      await shelves?.flush();
      return {
        tiers: {
          images: images.report(on.images),
          polygons: polygons.report(on.polygons),
          maps: maps.report(on.maps),
          samples: samples.report(on.samples),
        },
        findings: [],
        stages: NO_STAGES,
      };
    },
  };
}

export function switchesOf(features: LoaderConfig["features"]): CacheSwitches {
  return {
    images: features.imageCache,
    polygons: features.polygonCache,
    maps: features.mapCache,
    samples: features.sampleCache,
  };
}

function askerOf({ split, epoch, elsewhere }: SampleRequest): Asker {
  return elsewhere === undefined ? { split, epoch } : { split, epoch, elsewhere };
}

function randomRule({ augment }: LoaderConfig): string {
  const dials = randomDials(augment);
  if (augment.color > 0) dials.push("colour");
  return `augmentation is random (${dials.join(", ")}): a finished one would be frozen`;
}

function noKeys() {
  return {
    geometry: new WeakMap<Page, KeyParts>(),
    picture: new WeakMap<Page, KeyParts>(),
    finished: { train: new WeakMap<Page, FinishedKey>(), validation: new WeakMap<Page, FinishedKey>() },
  };
}

function isSamePlacement(p: Affine<"upright", "input">, q: Affine<"upright", "input">): boolean {
  return p.a === q.a && p.b === q.b && p.c === q.c && p.d === q.d && p.e === q.e && p.f === q.f;
}

function placementText({ a, b, c, d, e, f }: Affine<"upright", "input">): string {
  return [a, b, c, d, e, f].join(" ");
}

/** What goes to the trainer is transferred, so a kept one must stay behind. */
function copyOf({ image, thresholds, flags }: SampleBytes, into?: SampleBytes): SampleBytes {
  return {
    image: copied(image, into?.image),
    thresholds: copied(thresholds, into?.thresholds),
    flags: copied(flags, into?.flags),
  };
}

function copied(
  bytes: Uint8Array<ArrayBuffer>,
  into: Uint8Array<ArrayBuffer> | undefined,
): Uint8Array<ArrayBuffer> {
  const copy = bytesIn(into, bytes.length);
  copy.set(bytes);
  return copy;
}
