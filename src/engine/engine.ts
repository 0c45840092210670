// What trains and predicts, whatever it runs on. One engine owns one network, its optimiser state and its device memory.
// Free of any device's or library's types: tfjs, compiled WebGPU and WASM all stand behind this.

import type { TrainBatch } from "../core/index.ts";
import type { Graph, Weights } from "../graph/index.ts";
import type { Tracer } from "../trace/index.ts";
import type { FrozenFeatures } from "./frozen-features.ts";

export interface LossSettings {
  /** L = probability·balanced BCE + threshold·masked L1 + binary·dice; 5, 10, 1 in DBNet. */
  readonly probabilityWeight: number;
  readonly thresholdWeight: number;
  readonly binaryWeight: number;
  /** Hard negatives for each positive pixel; 3 in DBNet. */
  readonly negativeRatio: number;
  /** Slope of the approximate binary map B = sigmoid(k (P − T)); 50 in DBNet. */
  readonly k: number;
  /** Added to denominators; 1e-6 in DBNet. */
  readonly epsilon: number;
}

export type OptimizerSettings =
  | {
      /** Decoupled weight decay (Loshchilov & Hutter); weightDecay 0 is Adam. */
      readonly kind: "adamw";
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
      /** "gradient": weight decay is added to the gradient, as PyTorch's Adam does; "decoupled" unless given. */
      readonly decay?: "decoupled" | "gradient";
    }
  | {
      /** PyTorch's SGD: v ← momentum·v + (g + weightDecay·w); w ← w − lr·v. */
      readonly kind: "sgd";
      readonly momentum: number;
      readonly weightDecay: number;
      /** w ← w − lr·(g + weightDecay·w + momentum·v) instead; false unless given. */
      readonly nesterov?: boolean;
    };

export interface EngineSettings {
  readonly graph: Graph;
  readonly initialWeights: Weights;
  readonly loss: LossSettings;
  readonly optimizer: OptimizerSettings;
  /** Greatest global gradient norm, or "off". */
  readonly clipNorm: number | "off";
  /**
   * Decay of a running average of weights and running statistics, which `predict` then uses: share of the average that a move of
   * the optimiser keeps, less in the first moves (`averageShare`). "off" unless given.
   */
  readonly averageDecay?: number | "off";
  /** Pages in one batch given to `step`. */
  readonly batchSize: number;
  /** Batches whose gradients are averaged before the optimiser moves; 1 is none. */
  readonly accumulate: number;
  /** Side of the square input, a multiple of `graph.sizeMultiplePx`. */
  readonly sizePx: number;
  /** Per channel, of values in 0..1: (v − mean) / deviation. */
  readonly normalisation: {
    readonly mean: readonly [number, number, number];
    readonly deviation: readonly [number, number, number];
  };
  /** Threshold map value of byte 0 and of byte 255; 0.3 and 0.7 in DBNet. */
  readonly thresholdRange: readonly [number, number];
  /**
   * Parameters, or nodes for all of theirs, that the optimiser leaves as they are, by name; none unless given. Below the
   * first layer that trains, no gradient is computed. A batch norm whose γ and β are both named here keeps its running
   * statistics and normalises with them.
   */
  readonly frozen?: ReadonlySet<string>;
  /** What every batch norm normalises with in training: "running" also leaves the running statistics; "batch" unless given. */
  readonly batchNorm?: "batch" | "running";
  /** Of the processor, for engines that compute on it; "auto" unless given. */
  readonly threads?: number | "auto";
  /**
   * Whether kernels are chosen by timing them when the engine is built, where several can run a layer: "auto" on a GPU that can
   * time them. Sums of another kernel differ in their last digit, so "off", unless given, is for runs that must repeat.
   */
  readonly autotune?: "auto" | "on" | "off";
  /**
   * What compiled WebGPU stores activations as, "f32" unless given. "f16" needs an adapter with shader-f16; sums, statistics,
   * gradients, weights, loss and optimiser keep 32 bits.
   */
  readonly storage?: "f32" | "f16";
  readonly tracer: Tracer;
}

/** The parts are unweighted; `total` is the weighted sum that is minimised. */
export interface LossParts {
  readonly total: number;
  readonly probability: number;
  readonly threshold: number;
  readonly binary: number;
  /** Global norm before clipping; NaN on a micro-batch that did not move the optimiser. */
  readonly gradientNorm: number;
}

export interface StepTicket {
  /** Settles when the step is queued and another may follow (at most three are in flight). */
  readonly accepted: Promise<void>;
  /** Settles when the values have been read, without holding up the following steps. */
  readonly loss: Promise<LossParts>;
}

export interface Prediction {
  /** Probability of text, N·S·S, row-major, 0..1. */
  readonly probability: Float32Array<ArrayBuffer>;
  /** Threshold map, N·S·S, 0..1; only when asked for. */
  readonly threshold?: Float32Array<ArrayBuffer>;
}

/** Everything a run needs to go on from a step boundary. */
export interface EngineState {
  readonly weights: Weights;
  /** Optimiser state by parameter: adamw [first, second moment], sgd [velocity]. */
  readonly optimizer: ReadonlyMap<string, readonly Float32Array[]>;
  /** Optimiser moves so far (bias correction needs it). */
  readonly moves: number;
  /** All weights as `predict` uses them, where the engine averages; a state without begins the average anew. */
  readonly average?: Weights;
}

export interface EngineInfo {
  /** What --engine takes: "tfjs-webgpu", "tfjs-webgl", "tfjs-cpu", "webgpu", "wasm". */
  readonly id: EngineId;
  /** For people: "tfjs on WebGPU". */
  readonly label: string;
  /** Adapter or processor as the browser names it, e.g. "google swiftshader". */
  readonly adapter: string;
  /** True where a processor stands in for a GPU. */
  readonly isSoftware: boolean;
  /** A plain sentence when this is not the first choice, naming what is used and how much slower; else "". */
  readonly fallbackNotice: string;
  /** Whether a step can tell how long each of its kernels ran, when the tracer wants to know. */
  readonly timesKernels: boolean;
  /** Where kernels were chosen by trial. */
  readonly tuned?: readonly TunedShape[];
}

/** The kernels that were tried for one shape of layer. */
export interface TunedShape {
  /** "conv 4×64×40×40 4×16×40×40 kernel 3 stride 1". */
  readonly shape: string;
  /** The one that runs. */
  readonly kernel: string;
  /** Fastest first. */
  readonly times: readonly { readonly kernel: string; readonly milliseconds: number }[];
}

export type EngineId = "tfjs-webgpu" | "tfjs-webgl" | "tfjs-cpu" | "webgpu" | "wasm";

export interface EngineMemory {
  readonly bytes: number;
  /** Tensors or buffers alive. */
  readonly objects: number;
  /** The same bytes by what they are for, where the engine knows. */
  readonly purposes?: readonly { readonly purpose: string; readonly bytes: number }[];
}

export interface Engine {
  readonly info: EngineInfo;
  /** Set where a part of the network is frozen and this engine can keep what it gives; off until it is switched on. */
  readonly frozenFeatures?: FrozenFeatures | null;
  /**
   * Queues one training step with this learning rate; the batch has been read when this returns. `pages` names the pages of the
   * batch in order, where the same name always comes with the same image: then `frozenFeatures` may be used. Throws PlaygroundError
   * when shapes do not fit or the device is gone.
   */
  step(batch: TrainBatch, learningRate: number, pages?: readonly string[]): StepTicket;
  /**
   * Probability maps of N pages, N·S·S·4 RGBX, 1 ≤ N ≤ batchSize, in inference mode (running statistics).
   */
  predict(images: Uint8Array<ArrayBuffer>, options?: { readonly threshold?: boolean }): Promise<Prediction>;
  /** At the boundary after all queued steps. */
  readState(): Promise<EngineState>;
  writeState(state: EngineState): Promise<void>;
  memory(): EngineMemory;
  /** Rejects with a PlaygroundError ("device-lost", "shader") when the device fails; pending until then. */
  readonly failed: Promise<never>;
  /** Frees everything; the engine cannot be used afterwards. */
  dispose(): void;
}

/** Progress of building an engine (shader compilation), `done` of `total` parts. */
export type BuildProgress = (done: number, total: number) => void;

/** One way to build an engine. `engine/index.ts` lists them; train/ picks one. */
export interface EngineFactory {
  readonly id: EngineId;
  /**
   * Whether this machine can run it; otherwise the reason in one sentence. `isSoftware`: its GPU would be no real one.
   * `hasHalves`: it can store activations in 16 bits.
   */
  available(): Promise<
    | { readonly ok: true; readonly isSoftware?: boolean; readonly hasHalves?: boolean }
    | { readonly ok: false; readonly reason: string }
  >;
  build(settings: EngineSettings, progress: BuildProgress): Promise<Engine>;
}
