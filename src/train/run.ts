// One run: builds the engine, takes batches, steps, evaluates, obeys. Knows no thread and no device; workers/ wires it.
// `drive` is the order of things; `set` is what may change while it goes on.

import { collectBatch, type Prepared, type Sample } from "../batch/index.ts";
import {
  type Config,
  evaluationEverySteps,
  learningRateAt,
  plannedSteps,
  usedPages,
} from "../config/index.ts";
import { toErrorData, type TrainBatch } from "../core/index.ts";
import type { Page, PageId } from "../dataset/index.ts";
import { type Engine, type EngineFactory, predictedWeights } from "../engine/index.ts";
import { breathe } from "./breathe.ts";
import type { TrainedModel } from "../exchange/index.ts";
import type { Weights } from "../graph/index.ts";
import { buildEngine } from "./build-engine.ts";
import { type LoadModel, type StartModel, startModel } from "./start-model.ts";
import { type Bus, createBus, type LoopPlugin } from "./bus.ts";
import type { Emitter } from "./emitter.ts";
import { createEvaluator, type Evaluator } from "./evaluator.ts";
import { type ExportedModel, exportModel, hashOf, type ModelFormat } from "./export-model.ts";
import { createInstruments, type Instruments } from "./instruments.ts";
import { changingImages } from "./features.ts";
import { liveSwitches } from "./live-switches.ts";
import { lossGuard, progressReport } from "./plugins.ts";
import { noPages } from "./run-errors.ts";
import { RunFacts, type SamplePool } from "./run-facts.ts";
import type { LiveSettings, PageFrame, RunCounters, RunState, StartRequest } from "./types.ts";

export interface RunTools {
  readonly factories: readonly EngineFactory[];
  /** Reads the detectors that come along; without it runs begin from scratch only. */
  readonly loadModel?: LoadModel;
  readonly openPool: (request: StartRequest, emitter: Emitter) => Promise<SamplePool>;
  readonly emitter: Emitter;
  /** What goes along with every run; one that throws is reported and detached. */
  readonly plugins?: readonly LoopPlugin[];
  /** Told at the end of every step, before the next begins; with the spans recorded so far. */
  readonly stepEnded?: (step: number, spanCount: number) => void;
}

/** What the person wants of the loop. */
type Wish = "train" | "one step" | "pause" | "stop";

export class TrainingRun {
  /** Settles when the run has begun (running or paused), or was stopped before; rejects with what made it impossible. */
  readonly begun: Promise<void>;
  /** Settles when nothing of the run is left: finished or failed, and everything freed. */
  readonly ended: Promise<void>;

  readonly #request: StartRequest;
  readonly #config: Config;
  readonly #tools: RunTools;
  readonly #emitter: Emitter;
  readonly #instruments: Instruments;
  readonly #bus: Bus;
  readonly #trainPages: number;
  readonly #validationPages: readonly Page[];
  readonly #planned: number;

  #wish: Wish;
  #features: Config["features"];
  #wantsEvaluation: boolean;
  #state: RunState = { kind: "idle" };
  #stepsDone = 0;
  #evaluatedAt = -1;
  #epochStartsAt = 0;
  #postprocess: Config["postprocess"];
  #watched: readonly PageId[] = [];
  #wantThreshold = false;
  #readAgainTimer: ReturnType<typeof setTimeout> | undefined;
  #model: StartModel | undefined;
  /** Of a run that has ended. */
  #weights: Weights | undefined;
  #lastScores: TrainedModel["provenance"] = {};
  readonly #facts: RunFacts;
  #evaluator: Evaluator | undefined;
  /** The arrays of the last step, written again by the next. */
  #batch: TrainBatch | undefined;
  /** Told at the next evaluation, before another step is made. */
  #atEvaluation: (() => Promise<void>)[] = [];
  #wake: () => void = () => undefined;
  #hasBegun: () => void = () => undefined;
  #fail: (thrown: unknown) => void = () => undefined;
  /**
   * Rejects when something outside the loop fails: the device, a loss that is no number. Raced against once, around the loop: each
   * race would stay with it until the run ends.
   */
  readonly #failure: Promise<never>;
  #hasFailed = false;

  constructor(request: StartRequest, tools: RunTools) {
    const { config } = request.resolved;
    const { train, validation } = request.dataset;
    this.#request = request;
    this.#config = config;
    this.#tools = tools;
    this.#emitter = tools.emitter;
    this.#instruments = createInstruments(config.features);
    this.#features = config.features;
    this.#bus = createBus((plugin, during, error) =>
      this.#emitter.log(
        "warning",
        "trainer",
        `The plug-in “${plugin}” failed during “${during}” and was detached; training goes on. ${error.message}`,
      ),
    );
    const own = [
      this.#instruments.plugin,
      lossGuard((reason) => this.#fail(reason)),
      progressReport(this.#emitter, () => this.#facts.report()),
    ];
    for (const plugin of [...own, ...(tools.plugins ?? [])]) this.#bus.attach(plugin);
    this.#trainPages = usedPages(config, train.length);
    this.#validationPages =
      config.evaluation.pages === "all" ? validation : validation.slice(0, config.evaluation.pages);
    this.#planned = plannedSteps(config, train.length);
    this.#facts = new RunFacts(this.#instruments, this.#emitter, () => ({
      ...this.#position(),
      samplesSeen: this.#stepsDone * config.train.batchSize,
      plannedSteps: this.#planned,
    }));
    this.#postprocess = config.postprocess;
    this.#wish = ({ train: "train", step: "one step", prepare: "pause" } as const)[request.until];
    this.#wantsEvaluation = request.until === "prepare";
    this.#failure = new Promise((_resolve, reject) => {
      this.#fail = (thrown) => {
        this.#hasFailed = true;
        reject(thrown);
      };
    });
    this.#failure.catch(() => undefined);
    this.begun = new Promise((resolve, reject) => {
      this.#hasBegun = resolve;
      this.#failure.catch(reject);
    });
    this.begun.catch(() => undefined);
    this.ended = this.#drive()
      .catch((thrown: unknown) => this.#failed(thrown))
      .finally(() => this.#free());
    // A run that was stopped before its first step never begins.
    void this.ended.then(() => this.#hasBegun());
  }

  pause(): void {
    if (this.#state.kind !== "running" || this.#wish === "stop") return;
    this.#wish = "pause";
    this.#enter({ kind: "pausing", step: this.#stepsDone });
  }

  resume(): void {
    this.#obey("train");
  }

  step(): void {
    this.#obey("one step");
  }

  stop(): void {
    this.#obey("stop");
  }

  /** At the next step boundary. */
  evaluate(): void {
    this.#wantsEvaluation = true;
    this.#wake();
  }

  async set(live: LiveSettings): Promise<void> {
    if (live.profiler !== undefined || live.profilerDepth !== undefined) {
      const { profiler = this.#features.profiler, profilerDepth = this.#features.profilerDepth } = live;
      this.#features = { ...this.#features, profiler, profilerDepth };
      this.#instruments.setProfiler(profiler, profilerDepth);
    }
    if (live.record !== undefined) this.#instruments.record(live.record.steps, live.record.depth);
    if (live.wantThreshold !== undefined) this.#wantThreshold = live.wantThreshold;
    if (live.postprocess !== undefined) {
      this.#postprocess = live.postprocess;
      // Sliders send many values: only the last of a burst is read.
      this.#readAgainTimer ??= setTimeout(() => this.#readAgain(), 0);
    }
    if (live.watched !== undefined) {
      const added = live.watched.filter((id) => !this.#watched.includes(id));
      this.#watched = live.watched;
      this.#sendFrames(this.#evaluator?.frames(added) ?? []);
    }
    if (live.frozenFeatures !== undefined) this.#setFrozenFeatures(live.frozenFeatures);
    const switched = liveSwitches(live);
    if (Object.keys(switched).length > 0) {
      this.#instruments.setCachesOn(switched);
      await this.#facts.pool?.setCaches(switched);
      await this.#facts.count();
    }
    if (live.loader !== undefined) await this.#facts.pool?.setLoader(live.loader);
    this.#facts.report();
  }

  /** What has been learnt so far, at the boundary after all steps; null before there is a network. */
  async #trained(): Promise<TrainedModel | null> {
    const { engine } = this.#facts;
    const weights = engine === undefined ? this.#weights : predictedWeights(await engine.readState());
    if (this.#model === undefined || weights === undefined) return null;
    const { runId, resolved, dataset } = this.#request;
    return {
      graph: this.#model.graph,
      weights,
      preprocessing: this.#model.preprocessing,
      decode: { ...this.#postprocess },
      provenance: {
        runId,
        steps: this.#stepsDone,
        beganFrom: this.#config.model.init,
        data: { name: dataset.name, hash: dataset.hash },
        scores: this.#lastScores,
        configuration: resolved.config,
        configurationHash: hashOf(resolved.config),
      },
    };
  }

  /** What has been learnt so far as a file; null before there is a network. */
  async exportModel(format: ModelFormat): Promise<Uint8Array<ArrayBuffer> | null> {
    if (this.#model === undefined || (this.#facts.engine === undefined && this.#weights === undefined))
      return null;
    this.#bus.emit("checkpoint start", this.#position());
    const model = await this.#trained();
    if (model === null) return null;
    const bytes = exportModel(model, format);
    this.#bus.emit("checkpoint end", { ...this.#position(), sizeBytes: bytes.length });
    return bytes;
  }

  /**
   * As ONNX, with what the engine answers on the first pages of the evaluation with the same weights; a run that goes on is
   * evaluated for it. Null before there is a network.
   */
  async exportWithMaps(pages: number): Promise<ExportedModel | null> {
    if (this.#weights === undefined) {
      let exported: ExportedModel | null = null;
      const taken = new Promise<void>((resolve) => {
        this.#atEvaluation.push(async () => {
          exported = await this.#withMaps(pages);
          resolve();
        });
      });
      this.evaluate();
      await Promise.race([taken, this.ended]);
      if (exported !== null) return exported;
    }
    return this.#withMaps(pages);
  }

  async #withMaps(pages: number): Promise<ExportedModel | null> {
    const step = this.#stepsDone;
    const maps = this.#evaluator?.maps(pages) ?? [];
    const bytes = await this.exportModel("onnx");
    if (bytes === null || this.#model === undefined) return null;
    const { preprocessing } = this.#model;
    return { bytes, preprocessing, step, sizePx: this.#config.model.inputSizePx, maps };
  }

  /** Bytes freed in the loaders' memory. */
  async clearCaches(): Promise<number> {
    const freed = (await this.#facts.pool?.clearCaches()) ?? 0;
    await this.#facts.count();
    this.#facts.report();
    return freed;
  }

  counters(): Promise<RunCounters> {
    return this.#facts.counters();
  }

  async #drive(): Promise<void> {
    const { engine, pool } = await this.#prepare();
    const every = evaluationEverySteps(this.#config, this.#request.dataset.train.length);
    this.#instruments.restart();
    this.#bus.emit("run start", { plannedSteps: this.#planned });
    await Promise.race([this.#loop(engine, pool, every), this.#failure]);
    await this.#facts.count();
    if (this.#request.keepWeights === true) this.#weights = predictedWeights(await engine.readState());
    const reason = this.#wish === "stop" ? "stopped" : "length reached";
    this.#bus.emit("run end", { ...this.#position(), reason });
    this.#enter({ kind: "finished", step: this.#stepsDone, reason });
  }

  async #loop(engine: Engine, pool: SamplePool, every: number): Promise<void> {
    while (await this.#mayGoOn()) {
      if (this.#state.kind !== "running" && this.#state.kind !== "pausing") {
        this.#enter({ kind: "running", step: this.#stepsDone });
      }
      this.#hasBegun();
      await this.#makeStep(engine, pool);
      await this.#unlessFailed();
      if (this.#wish === "one step") this.#wish = "pause";
      if (this.#wantsEvaluation || this.#stepsDone % every === 0) await this.#evaluate();
      await breathe();
      await this.#unlessFailed();
    }
    if (this.#evaluatedAt !== this.#stepsDone) await this.#evaluate();
  }

  /** A loop whose run has failed goes on no further. */
  async #unlessFailed(): Promise<void> {
    if (this.#hasFailed) await this.#failure;
  }

  async #prepare(): Promise<{ engine: Engine; pool: SamplePool }> {
    if (this.#trainPages === 0) throw noPages("training");
    if (this.#validationPages.length === 0) throw noPages("validation");
    this.#enter({ kind: "preparing", doing: "Building the network", done: 0, total: 1 });
    const model = await startModel(this.#config, this.#tools.loadModel, this.#request.modelFile);
    this.#model = model;
    if (model.says !== "") this.#emitter.log("info", "trainer", model.says);
    // The loaders make the first batch while the engine is built.
    const [built, opened] = await Promise.allSettled([this.#buildEngine(model), this.#openPool()]);
    if (built.status === "rejected") throw built.reason;
    if (opened.status === "rejected") throw opened.reason;
    return { engine: built.value, pool: opened.value };
  }

  async #openPool(): Promise<SamplePool> {
    const pool = await this.#tools.openPool(this.#request, this.#emitter);
    this.#facts.pool = pool;
    return pool;
  }

  async #buildEngine(model: StartModel): Promise<Engine> {
    const { tracer } = this.#instruments.recorder;
    const { engine, why } = await buildEngine(
      this.#config,
      this.#tools.factories,
      tracer,
      (done, total) =>
        this.#enter({ kind: "preparing", doing: "Compiling the network for this machine", done, total }),
      model,
    );
    this.#facts.engine = engine;
    engine.failed.catch((thrown: unknown) => this.#fail(thrown));
    this.#setFrozenFeatures(this.#config.features.frozenFeatures);
    const { label, adapter, fallbackNotice } = engine.info;
    // Whoever reads that this is not the best engine reads why it is this one.
    const notice = fallbackNotice === "" ? "" : `${fallbackNotice} ${why}`;
    this.#emitter.send({ kind: "engine", info: { ...engine.info, fallbackNotice: notice } });
    this.#emitter.log("info", "trainer", `Training runs on ${label} (${adapter}): ${why}`);
    if (fallbackNotice !== "") this.#emitter.log("warning", "trainer", fallbackNotice);
    this.#evaluator = createEvaluator(engine, this.#validationPages, {
      batchSize: this.#config.train.batchSize,
      sizePx: this.#config.model.inputSizePx,
      tracer,
      tookSamples: (samples) => this.#instruments.tookSamples(samples),
    });
    return engine;
  }

  /** Waits while paused; false when the loop shall end. */
  async #mayGoOn(): Promise<boolean> {
    while (this.#wish === "pause") {
      if (this.#wantsEvaluation) {
        if (this.#state.kind === "preparing") {
          this.#enter({
            ...this.#state,
            doing: "Looking at the pages with the untrained network",
            done: 0,
            total: 1,
          });
        }
        await this.#evaluate();
      }
      if (this.#state.kind !== "paused") {
        this.#instruments.restart();
        this.#enter({ kind: "paused", step: this.#stepsDone });
      }
      this.#hasBegun();
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (this.#wish === "pause" && !this.#wantsEvaluation) await woken;
      await this.#unlessFailed();
      this.#instruments.restart();
    }
    return this.#wish !== "stop" && this.#stepsDone < this.#planned;
  }

  async #makeStep(engine: Engine, pool: SamplePool): Promise<void> {
    const start = performance.now();
    const epochBefore = this.#epoch();
    if (this.#epochStartsAt === this.#stepsDone) this.#bus.emit("epoch start", this.#position());
    this.#bus.emit("step start", { step: this.#stepsDone + 1, epoch: epochBefore });
    const samples: Sample[] = [];
    while (samples.length < this.#config.train.batchSize) samples.push(await pool.next());
    const { tracer } = this.#instruments.recorder;
    const { inputSizePx } = this.#config.model;
    const batch = tracer.span("collect", () => collectBatch(samples, inputSizePx, this.#batch));
    this.#batch = batch;
    pool.giveBack(samples);
    const ready = performance.now();
    const learningRate = learningRateAt(this.#config, this.#stepsDone, this.#planned);
    const ticket = engine.step(batch, learningRate, this.#namesOf(samples));
    const step = ++this.#stepsDone;
    ticket.loss.then(
      (loss) => {
        if (this.#instruments.stepSettled(step)) this.#facts.report();
        this.#bus.emit("step settled", { step, loss: { step, learningRate, ...loss } });
      },
      (thrown: unknown) => this.#fail(thrown),
    );
    await ticket.accepted;
    this.#bus.emit("step end", {
      ...this.#position(),
      samples,
      waitMs: ready - start,
      stepMs: performance.now() - ready,
    });
    this.#tools.stepEnded?.(step, this.#instruments.recorder.spanCount());
    if (this.#epoch() !== epochBefore) {
      await this.#facts.count();
      this.#epochStartsAt = this.#stepsDone;
      this.#bus.emit("epoch end", { step, epoch: epochBefore });
    } else this.#facts.countSometimes();
  }

  /** Where every epoch sees the same images: then what frozen layers give for a page can be kept. */
  #namesOf(samples: readonly Prepared[]): readonly string[] | undefined {
    return this.#facts.frozen.bypass === "" ? samples.map(({ request }) => request.pageId) : undefined;
  }

  #setFrozenFeatures(isWanted: boolean): void {
    const { features, augment } = this.#config;
    this.#facts.frozen = { isWanted, bypass: changingImages(augment) };
    this.#facts.engine?.frozenFeatures?.set(isWanted, features.frozenFeaturesBytes);
  }

  async #evaluate(): Promise<void> {
    const evaluator = this.#evaluator;
    const pool = this.#facts.pool;
    if (evaluator === undefined || pool === undefined) return;
    this.#wantsEvaluation = false;
    this.#evaluatedAt = this.#stepsDone;
    const position = { step: this.#stepsDone, epoch: this.#epoch() };
    this.#bus.emit("evaluation start", position);
    const evaluating = this.#instruments.recorder.tracer.spanAsync("evaluate", () =>
      evaluator.evaluate(position, pool.validate(this.#validationPages), {
        settings: () => this.#postprocess,
        watched: this.#watched,
        wantThreshold: this.#wantThreshold,
      }),
    );
    const { event, frames } = await evaluating;
    await this.#unlessFailed();
    this.#bus.emit("evaluation end", { ...position, evaluation: event });
    this.#emitter.send({ kind: "evaluation", ...event });
    const { step, cleval, icdarIou } = event;
    this.#lastScores = { step, clevalHmean: cleval.mean.hmean, icdarIouHmean: icdarIou.pooled.hmean };
    this.#sendFrames(frames);
    for (const take of this.#atEvaluation.splice(0)) await take();
    await this.#facts.count();
    this.#instruments.restart();
  }

  #readAgain(): void {
    this.#readAgainTimer = undefined;
    const event = this.#evaluator?.readAgain(this.#postprocess);
    if (event !== undefined) this.#emitter.send({ kind: "evaluation", ...event });
  }

  #sendFrames(frames: readonly PageFrame[]): void {
    if (frames.length === 0) return;
    const buffers = frames.flatMap(({ probability, threshold }) =>
      threshold === undefined ? [probability.buffer] : [probability.buffer, threshold.buffer],
    );
    this.#emitter.send({ kind: "frames", step: this.#evaluatedAt, frames }, buffers);
  }

  /** A stop is final: what is asked between it and the end of the step comes too late. */
  #obey(wish: Wish): void {
    if (this.#wish !== "stop") this.#wish = wish;
    this.#wake();
  }

  #enter(state: RunState): void {
    this.#state = state;
    this.#emitter.send({ kind: "state", state });
  }

  #epoch(): number {
    return Math.floor((this.#stepsDone * this.#config.train.batchSize) / this.#trainPages);
  }

  #position(): { readonly step: number; readonly epoch: number } {
    return { step: this.#stepsDone, epoch: this.#epoch() };
  }

  #failed(thrown: unknown): void {
    const error = toErrorData(thrown, this.#stepsDone === 0 ? "starting the run" : "training");
    this.#emitter.log("error", "trainer", error.message);
    this.#bus.emit("error", { ...this.#position(), error });
    this.#bus.emit("run end", { ...this.#position(), reason: "failed" });
    this.#enter({ kind: "failed", step: this.#stepsDone, error });
    this.#fail(thrown);
  }

  #free(): void {
    clearTimeout(this.#readAgainTimer);
    this.#facts.free();
    this.#emitter.flush();
  }
}
