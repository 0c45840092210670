// The engine on the processor: one network, its optimiser state and one linear memory. A step copies the batch in and runs
// three fixed programs; nothing is allocated while training runs. It computes on the calling thread (a worker) and on helpers.

import { PlaygroundError, type TrainBatch } from "../../core/index.ts";
import type {
  BuildProgress,
  Engine,
  EngineInfo,
  EngineMemory,
  EngineSettings,
  EngineState,
  LossParts,
  Prediction,
  StepTicket,
} from "../engine.ts";
import { type FrozenFeatures, FrozenKeeper } from "../frozen-features.ts";
import { pageElements } from "../plan/views.ts";
import { compile, type Compiled, type Program } from "./compile.ts";
import { CONTROL_BYTES, Crew, SCRATCH_BYTES } from "./crew.ts";
import type { WasmHost } from "./host.ts";
import { stepValues } from "./kernels/optimizer/optimizer.ts";
import { forPages, programWords } from "./program.ts";
import { readState, writeState } from "./state.ts";

/** Throws PlaygroundError "out-of-memory" when the network does not fit, "worker-died" when a thread cannot start. */
export async function buildWasmEngine(
  settings: EngineSettings,
  progress: BuildProgress,
  host: WasmHost,
): Promise<WasmEngine> {
  progress(0, 2);
  const compiled = compile(settings);
  const { arena } = compiled;
  const space = {
    control: arena.reserve(CONTROL_BYTES),
    scratches: Array.from({ length: host.threads }, () => arena.reserve(SCRATCH_BYTES)),
  };
  const memory = reserveMemory(arena.pages);
  arena.writeTables(memory.buffer);
  for (const program of Object.values(compiled.programs)) writeProgram(program, memory);
  writeState({ weights: settings.initialWeights, optimizer: new Map(), moves: 0 }, compiled, memory.buffer);
  progress(1, 2);
  const crew = await Crew.start(host, memory, space);
  progress(2, 2);
  return new WasmEngine(settings, compiled, memory, crew, host.threadsNotice);
}

interface PendingStep {
  readonly pages: readonly string[] | undefined;
  readonly learningRate: number;
  readonly settle: (loss: LossParts) => void;
  readonly fail: (error: unknown) => void;
}

export class WasmEngine implements Engine {
  readonly info: EngineInfo;
  readonly failed: Promise<never>;
  readonly frozenFeatures: FrozenFeatures | null;
  private readonly settings: EngineSettings;
  private readonly compiled: Compiled;
  private readonly crew: Crew;
  private readonly keeper: FrozenKeeper<Float32Array> | undefined;
  private memoryHeld: WebAssembly.Memory | undefined;
  /** A step whose batch was taken over and that has not run yet. */
  private pending: PendingStep | undefined;
  private failure: PlaygroundError | undefined;
  private reportFailure: (error: PlaygroundError) => void = () => undefined;
  private moves = 0;
  /** Batches whose gradients wait for the optimiser's move. */
  private waiting = 0;

  constructor(
    settings: EngineSettings,
    compiled: Compiled,
    memory: WebAssembly.Memory,
    crew: Crew,
    threadsNotice?: string,
  ) {
    this.settings = settings;
    this.compiled = compiled;
    this.memoryHeld = memory;
    this.crew = crew;
    const { frozenValues } = compiled;
    const pageBytes = frozenValues.reduce((sum, view) => sum + pageElements(view) * 4, 0);
    this.keeper = pageBytes === 0 ? undefined : new FrozenKeeper(pageBytes);
    this.frozenFeatures = this.keeper ?? null;
    const threads = crew.threads === 1 ? "1 thread" : `${crew.threads} threads`;
    const notice = `No GPU is used: training runs on the processor with ${threads}, many times slower than on a GPU.`;
    this.info = {
      id: "wasm",
      label: "compiled for the processor (WASM SIMD)",
      adapter: `WASM SIMD, ${threads}`,
      isSoftware: true,
      fallbackNotice: threadsNotice === undefined ? notice : `${notice} ${threadsNotice}`,
      timesKernels: false,
    };
    this.failed = new Promise((_, reject) => {
      this.reportFailure = reject;
    });
    // Whoever does not listen must not be struck by an unhandled rejection.
    this.failed.catch(() => undefined);
    crew.failed.catch((error: unknown) => this.fail(error));
  }

  step(batch: TrainBatch, learningRate: number, pages?: readonly string[]): StepTicket {
    const memory = this.requireAlive("training");
    this.requireBatch(batch);
    // The batch before still lies in the memory that this one is copied to.
    this.runPending();
    const { images, flags, thresholds } = this.compiled.batch;
    this.settings.tracer.span("upload", () => {
      bytes(memory, images, batch.images.length).set(batch.images);
      bytes(memory, flags, batch.flags.length).set(batch.flags);
      bytes(memory, thresholds, batch.thresholds.length).set(batch.thresholds);
    });
    const loss = new Promise<LossParts>((settle, fail) => {
      this.pending = { pages, learningRate, settle, fail };
    });
    queueMicrotask(() => this.runPending());
    const accepted = loss.then(() => undefined);
    // Whoever only trains need not listen to every step.
    for (const promise of [accepted, loss]) promise.catch(() => undefined);
    return { accepted, loss };
  }

  async predict(
    images: Uint8Array<ArrayBuffer>,
    { threshold = false }: { readonly threshold?: boolean } = {},
  ): Promise<Prediction> {
    const memory = this.requireAlive("predicting");
    const { batchSize, sizePx } = this.settings;
    const pixels = sizePx ** 2;
    const pages = images.length / (pixels * 4);
    if (!Number.isInteger(pages) || pages < 1 || pages > batchSize) {
      throw misfit("images", images.length, `1 to ${batchSize} pages of ${pixels * 4} bytes`);
    }
    this.runPending();
    const { programs, batch, maps } = this.compiled;
    bytes(memory, batch.images, images.length).set(images);
    const program = threshold ? programs.predictWithThreshold : programs.predict;
    writeProgram({ ...program, records: forPages(program.records, pages, batchSize) }, memory);
    this.guarded(() => this.crew.run(program));
    const map = (index: number): Float32Array<ArrayBuffer> => {
      const address = maps + index * batchSize * pixels * 4;
      return Float32Array.from(new Float32Array(memory.buffer, address, pages * pixels));
    };
    return threshold ? { probability: map(0), threshold: map(1) } : { probability: map(0) };
  }

  async readState(): Promise<EngineState> {
    const memory = this.requireAlive("reading the weights");
    this.runPending();
    return readState(this.compiled, memory.buffer, this.moves);
  }

  async writeState(state: EngineState): Promise<void> {
    const memory = this.requireAlive("loading weights");
    this.runPending();
    writeState(state, this.compiled, memory.buffer);
    this.keeper?.forget();
    this.moves = state.moves;
    this.waiting = 0;
  }

  memory(): EngineMemory {
    const { memoryHeld } = this;
    if (memoryHeld === undefined) return { bytes: 0, objects: 0 };
    const { bytes: keptBytes, entries } = this.keeper?.counters() ?? { bytes: 0, entries: 0 };
    return {
      bytes: memoryHeld.buffer.byteLength + keptBytes,
      objects: this.compiled.addresses.buffers.length + entries,
    };
  }

  dispose(): void {
    if (this.memoryHeld === undefined) return;
    this.pending?.fail(closed("training"));
    this.pending = undefined;
    this.memoryHeld = undefined;
    this.keeper?.forget();
    this.crew.dismiss();
  }

  private runPending(): void {
    const { pending, memoryHeld } = this;
    if (pending === undefined || memoryHeld === undefined) return;
    this.pending = undefined;
    try {
      pending.settle(this.guarded(() => this.compute(memoryHeld, pending)));
    } catch (error) {
      pending.fail(error);
    }
  }

  private compute(memory: WebAssembly.Memory, { learningRate, pages }: PendingStep): LossParts {
    const { settings, crew, compiled } = this;
    const { programs, optimizer, batch } = compiled;
    const { tracer, accumulate } = settings;
    const isMove = this.waiting + 1 >= accumulate;
    if (this.waiting === 0) crew.run(programs.clear);
    tracer.span("forward", () => {
      this.computeFrozen(memory, pages);
      crew.run(programs.forward);
    });
    tracer.span("backward", () => crew.run(programs.backward));
    if (isMove) {
      const values = stepValues(settings, learningRate, this.moves + 1, accumulate);
      new Float32Array(memory.buffer, optimizer.step, values.length).set(values);
      tracer.span("optimiser", () => crew.run(programs.move));
      this.moves += 1;
    }
    this.waiting = isMove ? 0 : this.waiting + 1;
    const report = new Float64Array(memory.buffer, batch.report, 4);
    const [total = 0, probability = 0, threshold = 0, binary = 0] = report;
    const [norm = 0] = new Float64Array(memory.buffer, optimizer.norm, 1);
    return { total, probability, threshold, binary, gradientNorm: isMove ? norm : Number.NaN };
  }

  /** The values that do not learn: brought back where they are kept, else computed. */
  private computeFrozen(memory: WebAssembly.Memory, pages: readonly string[] | undefined): void {
    const { frozen } = this.compiled.programs;
    if (frozen === undefined) return;
    const known = this.keeper?.find(pages) ?? null;
    if (known !== null) {
      for (const [index, values] of known.entries()) {
        let from = 0;
        for (const part of this.frozenParts(memory, index)) {
          part.set(values.subarray(from, from + part.length));
          from += part.length;
        }
      }
      return;
    }
    this.crew.run(frozen);
    this.keeper?.keep(pages, (index) => {
      const values = new Float32Array(this.keeper === undefined ? 0 : this.keeper.pageBytes / 4);
      let to = 0;
      for (const part of this.frozenParts(memory, index)) {
        values.set(part, to);
        to += part.length;
      }
      return values;
    });
  }

  /** Where a page of the batch has each of them. */
  private frozenParts(memory: WebAssembly.Memory, page: number): Float32Array[] {
    const { frozenValues, addresses } = this.compiled;
    return frozenValues.map((view) => {
      const address = (addresses.buffers[view.buffer] ?? 0) + (view.offset + page * view.batchStride) * 4;
      return new Float32Array(memory.buffer, address, pageElements(view));
    });
  }

  /** A trap or a missing thread ends the engine. */
  private guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.fail(error);
    }
  }

  private fail(error: unknown): PlaygroundError {
    this.failure ??=
      error instanceof PlaygroundError
        ? error
        : new PlaygroundError({
            code: "worker-died",
            message: "Training on the processor has failed.",
            doing: "training on the processor",
            next: "Start the run again.",
            cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
          });
    this.reportFailure(this.failure);
    return this.failure;
  }

  private requireBatch({ images, flags, thresholds }: TrainBatch): void {
    const pixels = this.settings.batchSize * this.settings.sizePx ** 2;
    for (const [name, array, size] of [
      ["images", images, pixels * 4],
      ["flags", flags, pixels],
      ["thresholds", thresholds, pixels],
    ] as const) {
      if (array.length !== size) throw misfit(name, array.length, `${size} bytes`);
    }
  }

  private requireAlive(doing: string): WebAssembly.Memory {
    if (this.failure !== undefined) throw this.failure;
    if (this.memoryHeld === undefined) throw closed(doing);
    return this.memoryHeld;
  }
}

function bytes(memory: WebAssembly.Memory, address: number, count: number): Uint8Array {
  return new Uint8Array(memory.buffer, address, count);
}

function writeProgram({ address, records }: Program, memory: WebAssembly.Memory): void {
  const words = programWords(records);
  new Int32Array(memory.buffer, address, words.length).set(words);
}

/** Shared even for one thread: the module is compiled for it, and it needs no isolation as long as nobody sends it. */
function reserveMemory(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (error) {
    throw new PlaygroundError({
      code: "out-of-memory",
      message: `Training needs ${Math.ceil(pages / 16)} MiB of memory in one piece, and this machine does not give it.`,
      doing: "preparing the training step",
      next: "Choose smaller pages, a smaller batch or a smaller model.",
      cause: error instanceof Error ? error.message : String(error),
    });
  }
}

function closed(doing: string): PlaygroundError {
  return new PlaygroundError({ code: "internal", message: "The engine has been closed.", doing });
}

function misfit(what: string, has: number, wanted: string): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: `The engine was given ${has} bytes of ${what}; it was built for ${wanted}.`,
    what,
    doing: "running on the processor",
  });
}
