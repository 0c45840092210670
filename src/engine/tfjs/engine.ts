// The engine that runs a graph with plain tfjs: bytes in, tensors on the device, loss parts out without holding up a step.

import * as tf from "@tensorflow/tfjs-core";
import {
  FLAG_SHRINK_MASK,
  FLAG_TEXT,
  FLAG_THRESHOLD_MASK,
  PlaygroundError,
  type TrainBatch,
} from "../../core/index.ts";
import { inferShapes } from "../../graph/index.ts";
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
import { type Backend, type BackendName, startBackend } from "./backend.ts";
import type { TargetTensors } from "./loss.ts";
import { outputsOf, Trainer } from "./trainer.ts";
import { TRACKS } from "../../trace/index.ts";

const MOST_IN_FLIGHT = 3;

/** Ratios to compiled kernels for a step of 4 pages of 160 px, 0.37 million parameters; no real graphics card was measured. */
const NOTICES: Readonly<Record<BackendName, string>> = {
  webgpu:
    "Training runs on WebGPU through tfjs. Measured on a software adapter, a step takes about 14 times as long as with " +
    "compiled WebGPU.",
  webgl:
    "Training runs on WebGL instead of WebGPU. Measured on a software adapter, a step takes about 5 times as long as " +
    "with compiled WebGPU.",
  cpu:
    "Training runs in plain JavaScript on one processor thread instead of WebGPU. Measured beside a software adapter, a " +
    "step takes about 15 times as long as with compiled WebGPU, and more beside a real graphics card.",
};

const LABELS: Readonly<Record<BackendName, string>> = {
  webgpu: "tfjs on WebGPU",
  webgl: "tfjs on WebGL",
  cpu: "tfjs on the processor",
};

/** Builds an engine on one tfjs backend. Throws PlaygroundError when the backend or the settings are refused. */
export async function buildTfjsEngine(
  name: BackendName,
  settings: EngineSettings,
  progress: BuildProgress,
): Promise<Engine> {
  inferShapes(settings.graph, settings.sizePx);
  progress(0, 2);
  const backend = await startBackend(name);
  progress(1, 2);
  try {
    backend.use();
    const engine = new TfjsEngine(backend, settings, new Trainer(settings));
    progress(2, 2);
    return engine;
  } catch (thrown) {
    backend.release();
    throw thrown;
  }
}

class TfjsEngine implements Engine {
  readonly info: EngineInfo;
  readonly failed: Promise<never>;
  readonly #backend: Backend;
  readonly #settings: EngineSettings;
  readonly #trainer: Trainer;
  readonly #scale: tf.Tensor1D;
  readonly #offset: tf.Tensor1D;
  /** Losses not yet read, oldest first. */
  readonly #inFlight: Promise<unknown>[] = [];
  #lastDoneMs = 0;
  #failure: unknown;
  #isDisposed = false;

  constructor(backend: Backend, settings: EngineSettings, trainer: Trainer) {
    this.#backend = backend;
    this.#settings = settings;
    this.#trainer = trainer;
    this.failed = backend.failed;
    backend.failed.catch((thrown: unknown) => {
      this.#failure = thrown;
    });
    const { mean, deviation } = settings.normalisation;
    this.#scale = tf.tensor1d(deviation.map((value) => 1 / (255 * value)));
    this.#offset = tf.tensor1d(mean.map((value, channel) => -value / (deviation[channel] ?? 1)));
    this.info = {
      id: `tfjs-${backend.name}`,
      label: LABELS[backend.name],
      adapter: backend.adapter,
      isSoftware: backend.isSoftware,
      fallbackNotice: NOTICES[backend.name],
      timesKernels: false,
    };
  }

  step(batch: TrainBatch, learningRate: number): StepTicket {
    this.#begin();
    const { batchSize, sizePx, tracer } = this.#settings;
    const late = tracer.late();
    const pixels = batchSize * sizePx * sizePx;
    requireLength("images", batch.images, pixels * 4);
    requireLength("thresholds", batch.thresholds, pixels);
    requireLength("flags", batch.flags, pixels);
    // On a graphics card the laps are the time to queue the work; "queue" is the time until it was done.
    const queuedMs = performance.now();
    let lapMs = queuedMs;
    const lap = (stage: "upload" | "forward" | "backward" | "optimiser"): void => {
      const nowMs = performance.now();
      tracer.record(stage, lapMs, nowMs - lapMs);
      lapMs = nowMs;
    };
    const images = this.#images(batch.images, batchSize);
    const targets = this.#targets(batch);
    lap("upload");
    const report = this.#trainer.step(images, targets, learningRate, lap);
    tf.dispose([images, targets.positive, targets.negative, targets.threshold, targets.thresholdMask]);
    const loss = this.#read(report).then(([parts]) => {
      const doneMs = performance.now();
      const startMs = Math.max(queuedMs, this.#lastDoneMs);
      late.record("queue", startMs, doneMs - startMs, TRACKS.gpu);
      this.#lastDoneMs = doneMs;
      return lossParts(parts ?? new Float32Array());
    });
    return { accepted: this.#accept(loss), loss };
  }

  async predict(images: Uint8Array<ArrayBuffer>, options: { threshold?: boolean } = {}): Promise<Prediction> {
    this.#begin();
    const { batchSize, sizePx, graph, tracer } = this.#settings;
    const pageBytes = sizePx * sizePx * 4;
    const pages = images.length / pageBytes;
    if (!Number.isInteger(pages) || pages < 1 || pages > batchSize) {
      throw unfit(`${images.length} bytes are not 1 to ${batchSize} pages of ${pageBytes} bytes`, "images");
    }
    const input = this.#images(images, pages);
    const logits = this.#trainer.logits(input, outputsOf(graph, options.threshold === true));
    const maps = tf.tidy(() => logits.map((map) => tf.sigmoid(map)));
    tf.dispose([input, ...logits]);
    const [probability, threshold] = await tracer.spanAsync("readback", () => this.#read(...maps));
    if (probability === undefined) throw new Error("the network gave no probability map");
    return threshold === undefined ? { probability } : { probability, threshold };
  }

  async readState(): Promise<EngineState> {
    this.#begin();
    const state = this.#settings.tracer.spanAsync("readback", () => this.#trainer.readState());
    await Promise.allSettled(this.#inFlight);
    return state;
  }

  async writeState(state: EngineState): Promise<void> {
    this.#begin();
    this.#trainer.writeState(state);
  }

  memory(): EngineMemory {
    this.#backend.use();
    const memory: ReturnType<typeof tf.memory> & { readonly numBytesAllocatedInGPU?: number } = tf.memory();
    return { bytes: memory.numBytesAllocatedInGPU ?? memory.numBytes, objects: memory.numTensors };
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#backend.use();
    this.#trainer.dispose();
    tf.dispose([this.#scale, this.#offset]);
    // Values that are still being read keep the device until they have arrived.
    void Promise.allSettled(this.#inFlight).then(() => this.#backend.release());
  }

  #begin(): void {
    if (this.#isDisposed)
      throw new PlaygroundError({ code: "internal", message: "The engine has been disposed." });
    if (this.#failure !== undefined) throw this.#failure;
    this.#backend.use();
  }

  /** RGBX bytes → [N, S, S, 3] normalised: (v/255 − mean)/deviation as one multiplication and one addition. */
  #images(bytes: Uint8Array, pages: number): tf.Tensor4D {
    const { sizePx } = this.#settings;
    return tf.tidy(() => {
      const rgbx = tf.tensor4d(bytes, [pages, sizePx, sizePx, 4], "int32");
      const rgb = tf.cast(tf.slice4d(rgbx, [0, 0, 0, 0], [-1, -1, -1, 3]), "float32");
      return tf.add(tf.mul(rgb, this.#scale), this.#offset);
    });
  }

  /** Splits the bits of the flags on the device; counts them here, where the bytes are. */
  #targets({ flags, thresholds }: TrainBatch): TargetTensors {
    const counts = countFlags(flags);
    const [low, high] = this.#settings.thresholdRange;
    const [positive, negative, thresholdMask, threshold] = tf.tidy(() => {
      const bits = tf.cast(tf.tensor1d(flags, "int32"), "float32");
      const bit = (flag: number): tf.Tensor1D => tf.mod(tf.floor(tf.div(bits, flag)), 2);
      const shrinkMask = bit(FLAG_SHRINK_MASK);
      const inText = tf.mul<tf.Tensor1D>(bit(FLAG_TEXT), shrinkMask);
      const bytes = tf.cast(tf.tensor1d(thresholds, "int32"), "float32");
      const map = tf.add<tf.Tensor1D>(tf.mul(bytes, (high - low) / 255), low);
      return [
        inText,
        tf.sub<tf.Tensor1D>(shrinkMask, inText),
        bit(FLAG_THRESHOLD_MASK),
        map,
      ] as tf.Tensor1D[];
    });
    if (
      positive === undefined ||
      negative === undefined ||
      thresholdMask === undefined ||
      threshold === undefined
    ) {
      throw new Error("the targets were not computed");
    }
    return { positive, negative, thresholdMask, threshold, counts };
  }

  /** Values of `tensors`, which are disposed once they have arrived. */
  #read(...tensors: tf.Tensor[]): Promise<Float32Array<ArrayBuffer>[]> {
    const values = Promise.all(tensors.map((tensor) => tensor.data())).then(
      (arrays) => arrays.map((array) => Float32Array.from(array)),
      (thrown: unknown) => {
        throw this.#failure ?? deviceGone(thrown);
      },
    );
    const settled: Promise<void> = values
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        this.#inFlight.splice(this.#inFlight.indexOf(settled), 1);
        this.#backend.use();
        tf.dispose(tensors);
      });
    this.#inFlight.push(settled);
    return values;
  }

  /** Settles when fewer than the most steps are under way; a failed one also makes room. */
  async #accept(loss: Promise<LossParts>): Promise<void> {
    // A step that fails tells it through `loss`; if nobody listens there, `failed` still tells it.
    loss.catch(() => undefined);
    while (this.#inFlight.length >= MOST_IN_FLIGHT) await this.#inFlight[0];
  }
}

function countFlags(flags: Uint8Array): TargetTensors["counts"] {
  const counts = { positive: 0, negative: 0, thresholdMask: 0 };
  for (const flag of flags) {
    if ((flag & FLAG_THRESHOLD_MASK) !== 0) counts.thresholdMask++;
    if ((flag & FLAG_SHRINK_MASK) === 0) continue;
    if ((flag & FLAG_TEXT) === 0) counts.negative++;
    else counts.positive++;
  }
  return counts;
}

function lossParts(report: Float32Array): LossParts {
  const [total, probability, threshold, binary, gradientNorm] = report;
  const nan = Number.NaN;
  return {
    total: total ?? nan,
    probability: probability ?? nan,
    threshold: threshold ?? nan,
    binary: binary ?? nan,
    gradientNorm: gradientNorm ?? nan,
  };
}

function requireLength(field: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw unfit(`${field} has ${bytes.length} bytes, not ${length}`, field);
}

function unfit(why: string, field: string): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: `The batch does not fit the engine: ${why}.`,
    what: field,
    doing: "feeding the engine",
  });
}

function deviceGone(thrown: unknown): PlaygroundError {
  return new PlaygroundError({
    code: "device-lost",
    message: "The graphics card stopped answering.",
    doing: "reading results",
    next: "Build the engine again from the last checkpoint.",
    cause: String(thrown),
  });
}
