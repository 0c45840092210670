// The loaders of a run: gives samples in the seeded order whatever their number, keeps a fixed number ahead, validates a
// list of pages, and changes the number of loaders while it goes on. How a loader starts is handed in.

import { type Config, plannedEpochs } from "../../config/index.ts";
import { PlaygroundError } from "../../core/index.ts";
import type { Page, PageId } from "../../dataset/index.ts";
import { type CacheReport, diagnose } from "../../targets/index.ts";
import type { CacheSwitches, LoaderConfig, LoaderHandle } from "../loader.ts";
import { sampleSequence, validationSequence } from "../order.ts";
import type { Sample, SampleBytes, SampleRequest } from "../types.ts";
import { joined, NO_CACHE_REPORT, retired } from "./counters.ts";
import { Lane, type LaneCounts } from "./lane.ts";
import { ownerOf, shareOfBudget } from "./ownership.ts";

export interface LoaderPoolSetup {
  readonly config: LoaderConfig;
  readonly loader: Config["loader"];
  /** Pages to train on, in the dataset's order; at least one. */
  readonly trainPages: readonly Page[];
  readonly validationPages: readonly Page[];
  /** Number of the first training sample (steps done · batch size). */
  readonly startSample?: number;
  /** Starts worker number `index`. */
  readonly startLoader: (index: number) => LoaderHandle | Promise<LoaderHandle>;
  /** The loader of this very thread, for 0 workers. */
  readonly startInPlace: () => LoaderHandle | Promise<LoaderHandle>;
  /** Where caches outlive the tab, if the settings ask for it. */
  readonly records?: string;
  /** Told of every validation page that could not be prepared. */
  readonly onProblem: (error: PlaygroundError) => void;
  /** Milliseconds; `performance.now` unless a test hands another one in. */
  readonly now?: () => number;
}

export interface PoolCounters extends Readonly<LaneCounts> {
  /** Training samples handed out. */
  readonly delivered: number;
  /** Training samples asked for ahead and not handed out: on their way or ready. */
  readonly queued: number;
  readonly inFlight: number;
  /** Time that `next` was waited for, in all. */
  readonly waitMs: number;
  readonly workers: number;
}

export class LoaderPool {
  readonly #setup: LoaderPoolSetup;
  readonly #now: () => number;
  readonly #counts: LaneCounts = { asked: 0, prepared: 0, failed: 0, doubled: 0, lost: 0 };
  readonly #sequence: Iterator<SampleRequest, never>;
  #loader: Config["loader"];
  #features: Config["features"];
  #lanes: Lane[] = [];
  /** Arrays of samples that have been used, to be written again. */
  readonly #spent: SampleBytes[] = [];
  /** Training samples asked for and not handed out, in order. */
  #slots: Promise<Sample>[] = [];
  #isInPlace = false;
  /** Which loaders have prepared a page, for the planted fault. */
  readonly #preparedBy = new Map<PageId, Set<string>>();
  /** Everything asked and not answered, validation included. */
  readonly #open = new Set<Promise<Sample>>();
  #gone: CacheReport = NO_CACHE_REPORT;
  #delivered = 0;
  /** Validation passes begun: they are the validation's epochs. */
  #passes = 0;
  #waitMs = 0;
  /** Settles when no change of loaders is going on; nothing is asked of them before. */
  #settled: Promise<void> = Promise.resolve();
  #closed: PlaygroundError | undefined;

  private constructor(setup: LoaderPoolSetup) {
    this.#setup = setup;
    this.#now = setup.now ?? (() => performance.now());
    this.#loader = setup.loader;
    this.#features = setup.config.features;
    const ids = setup.trainPages.map((page) => page.id);
    this.#sequence = sampleSequence(ids, setup.config.train.seed, setup.startSample ?? 0);
  }

  /** Starts the loaders. Rejects, with none left running, when one cannot start. */
  static async open(setup: LoaderPoolSetup): Promise<LoaderPool> {
    const pool = new LoaderPool(setup);
    try {
      await pool.#arrange(setup.loader);
    } catch (thrown) {
      pool.close();
      throw thrown;
    }
    pool.#fill(0);
    return pool;
  }

  /** The next training sample. Rejects with a PlaygroundError naming stage and page; the one after it can still be asked for. */
  async next(): Promise<Sample> {
    const start = this.#now();
    await this.#ready();
    this.#fill(1);
    const slot = this.#slots.shift();
    if (slot === undefined) throw new RangeError("no sample was asked for");
    // In place nothing runs ahead; with workers the place that became free is filled while this one is awaited.
    this.#fill(0);
    try {
      const sample = await slot;
      this.#delivered++;
      return sample;
    } finally {
      this.#waitMs += this.#now() - start;
    }
  }

  /** Takes used samples back: their arrays are overwritten, and must not be read any more. */
  giveBack(samples: readonly Sample[]): void {
    const room = this.#depth() + this.#setup.config.train.batchSize - this.#spent.length;
    for (const { image, thresholds, flags } of samples.slice(0, Math.max(0, room)))
      this.#spent.push({ image, thresholds, flags });
  }

  /** These pages in this order; null where one failed, which `onProblem` is told. Rejects only when the pool is closed. */
  async *validate(
    pages: readonly Page[],
    pass = this.#passes++,
  ): AsyncGenerator<Sample | null, void, undefined> {
    const requests = validationSequence(
      pages.map((page) => page.id),
      pass,
    );
    const waiting: Promise<Sample | null>[] = [];
    let asked = 0;
    for (let given = 0; given < requests.length; given++) {
      await this.#ready();
      const ahead = Math.max(1, this.#depth());
      for (; asked < Math.min(requests.length, given + ahead); asked++) {
        waiting.push(this.#validated(requests[asked] as SampleRequest));
      }
      const sample = await (waiting.shift() as Promise<Sample | null>);
      if (this.#closed !== undefined) throw this.#closed;
      yield sample;
    }
  }

  /** Live. Samples on their way are awaited, the order goes on without a gap. Rejects when a new loader cannot start. */
  setLoader(loader: Config["loader"]): Promise<void> {
    return this.#change(async () => {
      const isSameNumber = loader.workers === this.#loader.workers;
      if (isSameNumber && !this.#lanes.some((lane) => lane.isDead)) this.#loader = loader;
      else await this.#arrange(loader);
    });
  }

  /** Live; a tier that is turned off is emptied. */
  setCaches(on: Partial<CacheSwitches>): Promise<void> {
    return this.#change(async () => {
      this.#features = withSwitches(this.#features, on);
      await Promise.all(
        this.#lanes.map((lane) => lane.call("switching caches", (calls) => calls.setCaches(on))),
      );
    });
  }

  /** Empties every cache of every loader. Bytes freed. */
  async clearCaches(): Promise<number> {
    let freed = 0;
    await this.#change(async () => {
      const all = this.#lanes.map((lane) => lane.call("emptying caches", (calls) => calls.clearCaches()));
      freed = (await Promise.all(all)).reduce((sum, bytes) => sum + bytes, 0);
    });
    return freed;
  }

  /** Every cache over all loaders, those that have retired included. */
  async cacheReport(): Promise<CacheReport> {
    await this.#ready();
    const living = await Promise.all(
      this.#lanes.map(async (lane) => ({ name: lane.name, report: await reportOf(lane) })),
    );
    if (this.#closed !== undefined) throw this.#closed;
    const report = joined(this.#gone, living);
    return { ...report, findings: diagnose(report.tiers, this.#plannedEpochs()) };
  }

  counters(): PoolCounters {
    return {
      ...this.#counts,
      delivered: this.#delivered,
      queued: this.#slots.length,
      inFlight: this.#lanes.reduce((sum, lane) => sum + lane.inFlight, 0),
      waitMs: this.#waitMs,
      workers: this.#loader.workers,
    };
  }

  /** Ends all loaders; whatever is open, and every later call, rejects with "cancelled". */
  close(): void {
    this.#closed ??= new PlaygroundError({
      code: "cancelled",
      message: "The loaders were closed.",
      doing: "preparing pages",
    });
    for (const lane of this.#lanes) lane.close(this.#closed);
  }

  async #ready(): Promise<void> {
    // Another change may have been asked for while this one was awaited: what goes on now would ask loaders that are leaving.
    for (let seen: Promise<void> | undefined; seen !== this.#settled; ) {
      seen = this.#settled;
      await seen;
    }
    if (this.#closed !== undefined) throw this.#closed;
  }

  /** Samples kept ahead: `prefetch` batches. None in place. */
  #depth(): number {
    return "prefetch" in this.#loader ? this.#loader.prefetch * this.#setup.config.train.batchSize : 0;
  }

  /** Asks ahead until `depth` samples, and at least so many, are queued. */
  #fill(atLeast: number): void {
    if (this.#closed !== undefined) return;
    const wanted = Math.max(atLeast, this.#depth());
    while (this.#slots.length < wanted) {
      const sample = this.#ask(this.#sequence.next().value);
      sample.catch(() => undefined);
      this.#slots.push(sample);
    }
  }

  #ask(request: SampleRequest): Promise<Sample> {
    const [lane, asked] = this.#route(request);
    const sample = lane.prepare(asked, request.split === "train" ? this.#spent.pop() : undefined);
    this.#open.add(sample);
    const forget = (): boolean => this.#open.delete(sample);
    sample.then(forget, forget);
    return sample;
  }

  /** The owner of the page; under the planted fault "private copies", whoever's turn it is. */
  #route(request: SampleRequest): [Lane, SampleRequest] {
    const count = this.#lanes.length;
    if (!this.#hasPrivateCopies()) return [this.#lanes[ownerOf(request.pageId, count)] as Lane, request];
    const lane = this.#lanes[(request.sequence + request.epoch) % count] as Lane;
    const others = this.#preparedBy.get(request.pageId) ?? new Set<string>();
    const elsewhere = [...others].find((name) => name !== lane.name);
    this.#preparedBy.set(request.pageId, others.add(lane.name));
    return [lane, elsewhere === undefined ? request : { ...request, elsewhere }];
  }

  #plannedEpochs(): number {
    return plannedEpochs(this.#setup.config, this.#setup.trainPages.length);
  }

  #hasPrivateCopies(): boolean {
    return this.#features.cacheFault === "private copies";
  }

  #validated(request: SampleRequest): Promise<Sample | null> {
    return this.#ask(request).catch((error: PlaygroundError) => {
      if (this.#closed === undefined) this.#setup.onProblem(error);
      return null;
    });
  }

  /** One change at a time, when nothing is on its way; calls that come meanwhile wait for it. */
  #change(work: () => Promise<void>): Promise<void> {
    const change = this.#settled.then(async () => {
      if (this.#closed !== undefined) throw this.#closed;
      while (this.#open.size > 0) await Promise.allSettled([...this.#open]);
      await work();
      this.#fill(0);
    });
    this.#settled = change.catch(() => undefined);
    return change;
  }

  /** Brings the loaders to the wanted number: keeps those that live, ends the rest, tells each what it owns now. */
  async #arrange(loader: Config["loader"]): Promise<void> {
    const isInPlace = loader.workers === 0;
    const count = Math.max(1, loader.workers);
    const old = this.#lanes;
    const fresh: Lane[] = [];
    const lanes: Lane[] = [];
    try {
      for (let index = 0; index < count; index++) {
        let lane = this.#isInPlace === isInPlace ? old[index] : undefined;
        if (lane === undefined || lane.isDead) {
          lane = await this.#start(index, isInPlace);
          fresh.push(lane);
        }
        lanes.push(lane);
      }
      if (this.#closed !== undefined) throw this.#closed;
    } catch (thrown) {
      for (const lane of fresh) lane.close(outOfService());
      throw thrown;
    }
    await this.#retire(old.filter((lane) => !lanes.includes(lane)));
    this.#lanes = lanes;
    this.#isInPlace = isInPlace;
    this.#loader = loader;
    if (this.#closed !== undefined) this.close();
    const pages = this.#pagesByOwner(count);
    const config = { ...this.#setup.config, features: this.#features };
    const { imageCacheBytes, polygonCacheBytes, mapCacheBytes, sampleCacheBytes } = this.#features;
    const records = this.#features.cachePersistent ? this.#setup.records : undefined;
    const budgets = {
      images: shareOfBudget(imageCacheBytes, count),
      polygons: shareOfBudget(polygonCacheBytes, count),
      maps: shareOfBudget(mapCacheBytes, count),
      samples: shareOfBudget(sampleCacheBytes, count),
    };
    await Promise.all(
      lanes.map((lane, index) =>
        lane.call("handing over pages", (calls) =>
          calls.setUp({ config, pages: pages[index] ?? [], budgets, ...(records && { records }) }),
        ),
      ),
    );
  }

  async #start(index: number, isInPlace: boolean): Promise<Lane> {
    const { startInPlace, startLoader } = this.#setup;
    const name = isInPlace ? "loader in the trainer" : `loader ${index + 1}`;
    return new Lane(await (isInPlace ? startInPlace() : startLoader(index)), name, this.#counts);
  }

  async #retire(lanes: readonly Lane[]): Promise<void> {
    for (const lane of lanes) {
      this.#gone = joined(this.#gone, [{ name: lane.name, report: retired(await reportOf(lane)) }]);
      lane.close(outOfService());
    }
  }

  #pagesByOwner(count: number): Page[][] {
    const owned: Page[][] = Array.from({ length: count }, () => []);
    const seen = new Set<PageId>();
    for (const page of [...this.#setup.trainPages, ...this.#setup.validationPages]) {
      if (seen.has(page.id)) continue;
      seen.add(page.id);
      if (this.#hasPrivateCopies()) for (const pages of owned) pages.push(page);
      else owned[ownerOf(page.id, count)]?.push(page);
    }
    return owned;
  }
}

function outOfService(): PlaygroundError {
  return new PlaygroundError({ code: "cancelled", message: "The loader was taken out of service." });
}

/** Nothing of a loader that is dead. */
function reportOf(lane: Lane): Promise<CacheReport> {
  return lane.call("counting", (calls) => calls.caches()).catch(() => NO_CACHE_REPORT);
}

function withSwitches(features: Config["features"], on: Partial<CacheSwitches>): Config["features"] {
  return {
    ...features,
    imageCache: on.images ?? features.imageCache,
    polygonCache: on.polygons ?? features.polygonCache,
    mapCache: on.maps ?? features.mapCache,
    sampleCache: on.samples ?? features.sampleCache,
  };
}
