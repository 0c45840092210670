// The compiled engine: one network, its optimiser state and its GPU memory. A step uploads the batch, encodes a fixed list
// of dispatches and submits once. Steps and predictions make no buffer, save the first step whose single kernels are timed, and where
// features of frozen layers are kept.

import { PlaygroundError, type TrainBatch } from "../../core/index.ts";
import { averageShare } from "../average.ts";
import type {
  Engine,
  EngineInfo,
  EngineMemory,
  EngineSettings,
  EngineState,
  LossParts,
  Prediction,
  StepTicket,
} from "../engine.ts";
import { planPrediction } from "../plan/plan.ts";
import type { Plan } from "../plan/types.ts";
import { type CallSettings, predictionCalls, trainingCalls } from "./calls.ts";
import type { FrozenFeatures } from "../frozen-features.ts";
import type { GpuDevice } from "./device.ts";
import { FrozenMemory } from "./frozen.ts";
import { STEP_WORDS } from "./kernels/optimizer/optimizer.ts";
import { KernelClock, type TimedSlot } from "./kernel-clock.ts";
import { ClockBounds, type SpanSink, TRACKS } from "../../trace/index.ts";
import { type Compiler, encode, type Program } from "./program.ts";
import { ReadRing } from "./readback.ts";
import type { Resources } from "./resources.ts";
import { packState, readBuffers, stateBuffers, unpackState } from "./state.ts";
import { PHASES, PhaseClock, TIMESTAMP_WORDS } from "./timing.ts";

const STEPS_IN_FLIGHT = 3;
/** Words of the report that comes back from each step: five numbers, then the timestamps. */
export const REPORT_WORDS = 8;

export interface StepPrograms {
  readonly forward: Program;
  readonly backward: Program;
  readonly move: Program;
  readonly gather: Program;
  /** So many dispatches of the forward program are the frozen part's. */
  readonly frozenDispatches: number;
}

/** Name of the program that predicts so many pages. */
export function predictionName(batchSize: number, threshold: boolean): string {
  return `prediction of ${batchSize}${threshold ? " with threshold" : ""}`;
}

export interface EngineParts {
  readonly settings: EngineSettings & Pick<CallSettings, "variantOf" | "waitingThreads">;
  /** What was chosen by trial, where anything was. */
  readonly tuned?: EngineInfo["tuned"];
  readonly plan: Plan;
  readonly gpu: GpuDevice;
  readonly resources: Resources;
  readonly compiler: Compiler;
  readonly programs: StepPrograms;
  readonly predictAll: Promise<Program>;
}

export class WebGpuEngine implements Engine {
  readonly info: EngineInfo;
  readonly failed: Promise<never>;
  readonly frozenFeatures: FrozenFeatures | null;
  private readonly parts: EngineParts;
  private readonly ring: ReadRing;
  private readonly clock: PhaseClock | undefined;
  private readonly frozen: FrozenMemory;
  /** Made when the profiler first asks for single kernels. */
  private kernels: KernelClock | undefined;
  /** The GPU's clock against ours: what it did lies between the submit and the read-back. */
  private readonly gpuClock = new ClockBounds();
  private readonly predictions = new Map<string, Promise<Program>>();
  private readonly stepWords = new Float32Array(STEP_WORDS);
  /** Predictions one after the other: they share a buffer for reading. */
  private lastPrediction: Promise<unknown> = Promise.resolve();
  private moves = 0;
  /** Batches whose gradients wait for the optimiser's move. */
  private waiting = 0;
  private isDisposed = false;
  private failure: PlaygroundError | undefined;

  constructor(parts: EngineParts) {
    const { gpu, settings, resources, plan, predictAll } = parts;
    this.parts = parts;
    this.info = {
      id: "webgpu",
      label: "Compiled WebGPU",
      adapter: gpu.adapter,
      isSoftware: gpu.isSoftware,
      fallbackNotice: gpu.isSoftware
        ? "This machine offers WebGPU only on its processor; training is many times slower than on a GPU."
        : "",
      timesKernels: gpu.device.features.has("timestamp-query"),
      ...(parts.tuned === undefined ? {} : { tuned: parts.tuned }),
    };
    this.failed = gpu.failed;
    gpu.failed.catch((error: PlaygroundError) => {
      this.failure = error;
    });
    this.ring = new ReadRing("step report", REPORT_WORDS + TIMESTAMP_WORDS, STEPS_IN_FLIGHT, resources);
    const { forward, frozenDispatches } = parts.programs;
    this.frozen = new FrozenMemory(plan, forward, frozenDispatches, resources);
    this.frozenFeatures = this.frozen.keeper;
    this.clock = this.info.timesKernels ? new PhaseClock(gpu.device, resources) : undefined;
    this.predictions.set(predictionName(settings.batchSize, false), predictAll);
    const table = trainingCalls(plan, settings).partials.tableWords;
    gpu.device.queue.writeBuffer(resources.get("partialTable"), 0, table);
  }

  /** Dispatches of one step that moves the optimiser. */
  get dispatchesPerStep(): number {
    const { forward, backward, move } = this.parts.programs;
    return [forward, backward, move].reduce((sum, program) => sum + program.dispatches.length, 0);
  }

  step(batch: TrainBatch, learningRate: number, pages?: readonly string[]): StepTicket {
    this.requireAlive("training");
    const { settings, gpu, programs, resources } = this.parts;
    const { tracer, accumulate } = settings;
    this.requireBatch(batch);
    const slot = this.ring.take();
    const isMove = this.waiting + 1 >= accumulate;
    tracer.span("upload", () => {
      const { queue } = gpu.device;
      queue.writeBuffer(resources.get("images"), 0, batch.images);
      queue.writeBuffer(resources.get("flags"), 0, batch.flags);
      queue.writeBuffer(resources.get("thresholds"), 0, batch.thresholds);
      queue.writeBuffer(resources.get("step"), 0, this.stepValues(learningRate));
    });
    const late = tracer.late();
    const startMs = performance.now();
    const encoder = gpu.device.createCommandEncoder({ label: "step" });
    encoder.clearBuffer(resources.get("histograms"));
    const { frozen } = this;
    const isKept = frozen.bringBack(encoder, pages);
    const keep = frozen.keeper?.wants(pages) === true ? () => frozen.keep(encoder, pages) : undefined;
    const phases = [
      isKept ? frozen.rest : programs.forward,
      programs.backward,
      isMove ? programs.move : programs.gather,
    ];
    const timed = late.wantsKernels() ? this.encodeTimed(encoder, phases, isKept, keep) : undefined;
    for (const [phase, program] of timed === undefined ? phases.entries() : []) {
      if (phase > 0 || keep === undefined) encodePass(encoder, program, this.clock?.writes(phase));
      else {
        encodePass(encoder, frozen.computed, this.clock?.writes(phase, "first"));
        keep();
        encodePass(encoder, frozen.rest, this.clock?.writes(phase, "last"));
      }
    }
    encoder.copyBufferToBuffer(resources.get("report"), 0, slot.buffer, 0, REPORT_WORDS * 4);
    if (timed === undefined) this.clock?.resolve(encoder, slot.buffer, REPORT_WORDS * 4);
    gpu.device.queue.submit([encoder.finish()]);
    this.waiting = isMove ? 0 : this.waiting + 1;
    if (isMove) this.moves += 1;
    // Whoever has the loss has heard all times of the step.
    const told = timed && this.kernels?.report(timed, startMs, this.gpuClock, late);
    const loss = Promise.all([this.ring.read(slot), told]).then(
      ([bytes]) => {
        if (timed === undefined && late.wantsSpans()) this.recordTimes(bytes, startMs, late);
        return lossFrom(new Float32Array(bytes, 0, REPORT_WORDS), isMove);
      },
      (error: unknown) => {
        throw this.reasonOf(error);
      },
    );
    // Whoever only trains need not listen to every loss.
    loss.catch(() => undefined);
    return { accepted: this.ring.ready(), loss };
  }

  predict(
    images: Uint8Array<ArrayBuffer>,
    options: { readonly threshold?: boolean } = {},
  ): Promise<Prediction> {
    const work = this.lastPrediction.then(() => this.predictNow(images, options.threshold === true));
    this.lastPrediction = work.catch(() => undefined);
    return work;
  }

  async readState(): Promise<EngineState> {
    this.requireAlive("reading the weights");
    const { gpu, resources, plan, settings } = this.parts;
    const { moves } = this;
    const arrays = await this.guarded(readBuffers(gpu.device, resources, stateBuffers(settings)));
    return unpackState(arrays, plan.parameters, settings, moves);
  }

  async writeState(state: EngineState): Promise<void> {
    this.requireAlive("loading weights");
    this.frozen.keeper?.forget();
    this.load(state);
    await this.guarded(this.parts.gpu.device.queue.onSubmittedWorkDone());
  }

  /** Queues new weights and optimiser state; without optimiser state it starts from zero, without an average at the weights. */
  load(state: EngineState): void {
    const { plan, resources, gpu, settings } = this.parts;
    const arrays = packState(state, plan.parameters, settings);
    for (const [index, name] of stateBuffers(settings).entries()) {
      const values = arrays[index];
      if (values !== undefined) gpu.device.queue.writeBuffer(resources.get(name), 0, values);
    }
    this.moves = state.moves;
    this.waiting = 0;
  }

  memory(): EngineMemory {
    return this.parts.resources.memory;
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.clock?.dispose();
    this.kernels?.dispose();
    this.parts.resources.dispose();
  }

  private stepValues(learningRate: number): Float32Array<ArrayBuffer> {
    const { settings } = this.parts;
    const { optimizer, accumulate } = settings;
    const move = this.moves + 1;
    const [beta1, beta2] = optimizer.kind === "adamw" ? [optimizer.beta1, optimizer.beta2] : [0, 0];
    this.stepWords.set([learningRate, 1 - beta1 ** move, 1 - beta2 ** move, this.waiting, 1 / accumulate]);
    this.stepWords[5] = averageShare(settings, move);
    return this.stepWords;
  }

  private async predictNow(images: Uint8Array<ArrayBuffer>, threshold: boolean): Promise<Prediction> {
    this.requireAlive("predicting");
    const { settings, gpu, resources } = this.parts;
    const pixels = settings.sizePx ** 2;
    const pages = images.length / (pixels * 4);
    if (!Number.isInteger(pages) || pages < 1 || pages > settings.batchSize) {
      throw misfit("images", images.length, `1 to ${settings.batchSize} pages of ${pixels * 4} bytes`);
    }
    const program = await this.guarded(this.prediction(pages, threshold));
    this.requireAlive("predicting");
    const maps = threshold ? 2 : 1;
    const staging = resources.get("predicted");
    gpu.device.queue.writeBuffer(resources.get("images"), 0, images);
    const encoder = gpu.device.createCommandEncoder({ label: "prediction" });
    const pass = encoder.beginComputePass();
    encode(pass, program);
    pass.end();
    const size = maps * pages * pixels * 4;
    encoder.copyBufferToBuffer(resources.get("probabilities"), 0, staging, 0, size);
    gpu.device.queue.submit([encoder.finish()]);
    await this.guarded(staging.mapAsync(GPUMapMode.READ, 0, size));
    const bytes = staging.getMappedRange(0, size).slice(0);
    staging.unmap();
    const probability = new Float32Array(bytes, 0, pages * pixels);
    if (!threshold) return { probability };
    return { probability, threshold: new Float32Array(bytes, pages * pixels * 4, pages * pixels) };
  }

  /** Shaders do not depend on the number of pages, so another number costs only bind groups. */
  private prediction(pages: number, threshold: boolean): Promise<Program> {
    const name = predictionName(pages, threshold);
    const known = this.predictions.get(name);
    if (known !== undefined) return known;
    const { settings, compiler, resources } = this.parts;
    const planned = planPrediction(settings.graph, { ...settings, batchSize: pages }, { threshold });
    const program = compiler.program(name, predictionCalls(planned, settings), resources);
    this.predictions.set(name, program);
    return program;
  }

  /** Every kernel in a pass of its own, where there are timestamps. */
  private encodeTimed(
    encoder: GPUCommandEncoder,
    programs: readonly Program[],
    isKept: boolean,
    keep: (() => void) | undefined,
  ): TimedSlot | undefined {
    const { settings, gpu, plan, resources } = this.parts;
    if (this.clock === undefined) return undefined;
    this.kernels ??= new KernelClock(gpu.device, resources, plan, settings, STEPS_IN_FLIGHT);
    const { frozenDispatches } = this.parts.programs;
    return this.kernels.encode(encoder, programs, {
      skipped: isKept ? frozenDispatches : 0,
      pause: keep && { at: frozenDispatches, work: keep },
    });
  }

  private recordTimes(bytes: ArrayBuffer, startMs: number, tracer: SpanSink): void {
    const doneMs = performance.now();
    if (this.clock === undefined) {
      tracer.record("queue", startMs, doneMs - startMs, TRACKS.gpu);
      return;
    }
    const times = new BigUint64Array(bytes, REPORT_WORDS * 4, PHASES.length * 2);
    const at = (index: number): number => Number(times[index] ?? 0n) / 1e6;
    this.gpuClock.observe(startMs, doneMs, at(0), at(times.length - 1));
    const offsetMs = this.gpuClock.offset?.offsetMs ?? startMs - at(0);
    for (const [index, phase] of PHASES.entries()) {
      const begin = at(index * 2);
      tracer.record(phase, begin + offsetMs, at(index * 2 + 1) - begin, TRACKS.gpu);
    }
    tracer.record("step", at(0) + offsetMs, at(times.length - 1) - at(0), TRACKS.gpu);
  }

  private requireBatch({ images, flags, thresholds }: TrainBatch): void {
    const pixels = this.parts.settings.batchSize * this.parts.settings.sizePx ** 2;
    for (const [name, array, size] of [
      ["images", images, pixels * 4],
      ["flags", flags, pixels],
      ["thresholds", thresholds, pixels],
    ] as const) {
      if (array.length !== size) throw misfit(name, array.length, `${size} bytes`);
    }
  }

  private requireAlive(doing: string): void {
    if (this.failure !== undefined) throw this.failure;
    if (this.isDisposed) {
      throw new PlaygroundError({ code: "internal", message: "The engine has been closed.", doing });
    }
  }

  /** The device's own failure instead of what it makes of a pending promise. */
  private async guarded<T>(work: Promise<T>): Promise<T> {
    try {
      return await Promise.race([work, this.failed]);
    } catch (error) {
      throw this.reasonOf(error);
    }
  }

  /** What a person should read when a pending read was broken off. */
  private reasonOf(error: unknown): unknown {
    if (this.failure !== undefined) return this.failure;
    if (!this.isDisposed) return error;
    return new PlaygroundError({ code: "cancelled", message: "The engine was closed while it was working." });
  }
}

function encodePass(
  encoder: GPUCommandEncoder,
  program: Program,
  timestampWrites: GPUComputePassTimestampWrites | undefined,
): void {
  const pass = encoder.beginComputePass(timestampWrites === undefined ? {} : { timestampWrites });
  encode(pass, program);
  pass.end();
}

function lossFrom(report: Float32Array, isMove: boolean): LossParts {
  const [
    total = Number.NaN,
    probability = Number.NaN,
    threshold = Number.NaN,
    binary = Number.NaN,
    norm = Number.NaN,
  ] = report;
  return { total, probability, threshold, binary, gradientNorm: isMove ? norm : Number.NaN };
}

function misfit(what: string, has: number, wanted: string): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: `The engine was given ${has} bytes of ${what}; it was built for ${wanted}.`,
    what,
    doing: "running on WebGPU",
  });
}
