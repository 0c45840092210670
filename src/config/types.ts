// The resolved configuration: the only input of a run. Nothing else decides how a run behaves.

export type ModelName = "nano" | "small" | "resnet18";
export type ModelInit = "scratch" | "ppocrv3-en" | "ppocrv3-ch" | "ppocrv4-mobile" | "file";
export type PresetName = "quick" | "balanced" | "reference";
export type SynthSet = "synth-tiny" | "synth-small" | "synth-standard";
export type PageKind = "mixed" | "document" | "receipt" | "sign" | "scene";

export interface Config {
  readonly data: {
    /** A built-in set, or "own": pages brought by the person. */
    readonly set: SynthSet | "own";
    readonly kind: PageKind;
    /** Longest side of a drawn page. */
    readonly pageSizePx: number;
    readonly wordsPerPage: number;
    /** 0 clean … 1 dense, tiny, noisy, bent. */
    readonly difficulty: number;
    readonly seed: number;
    /** Share of own pages kept for validation. */
    readonly validationShare: number;
    /** Overrules the importer's vote on the space of own labels. */
    readonly labelSpace: "auto" | "upright" | "stored";
  };
  readonly model: {
    readonly name: ModelName;
    /** What the weights begin as: random, a detector that comes along, or a file of the person's own. */
    readonly init: ModelInit;
    /** Which parts of a pretrained detector train; the rest is frozen. */
    readonly train: "all" | "neckAndHead" | "head";
    /** What batch norm of a pretrained detector normalises with in training: the statistics that came along, or the batch's own. */
    readonly batchNorm: "running" | "batch";
    /** The head that exported detectors have lost: a copy of the probability head that trains along, or none. */
    readonly thresholdHead: "clone" | "none";
    /** Side of the square input, a multiple of 32. */
    readonly inputSizePx: number;
  };
  readonly targets: {
    /** "db": with masks and minimum size, as MhLiao/DB. "original": as the original project, without either. */
    readonly variant: "db" | "original";
    readonly shrinkRatio: number;
    readonly thresholdMin: number;
    readonly thresholdMax: number;
    /** Words with a shorter side in the input become don't-care (variant "db"). */
    readonly minTextSizePx: number;
  };
  readonly train: {
    readonly seed: number;
    readonly batchSize: number;
    /** Batches averaged before the optimiser moves. */
    readonly accumulate: number;
    readonly length: { readonly unit: "steps" | "epochs"; readonly count: number };
    /** Pages of the training split used: for trials. */
    readonly limitPages: "all" | number;
  };
  readonly optimizer: {
    readonly kind: "adamw" | "sgd";
    readonly learningRate: number;
    readonly weightDecay: number;
    /** sgd */
    readonly momentum: number;
    /** adamw */
    readonly beta1: number;
    readonly beta2: number;
    readonly clipNorm: number | "off";
    /** Decay of the running average of the weights that validation and export use. */
    readonly averageDecay: number | "off";
  };
  readonly schedule: {
    readonly kind: "constant" | "step" | "cosine" | "polynomial";
    readonly warmupSteps: number;
    /** step: every so many steps … */
    readonly stepEvery: number;
    /** … times this factor. */
    readonly stepFactor: number;
    /** polynomial: (1 − progress)^power. */
    readonly power: number;
  };
  readonly loss: {
    readonly probabilityWeight: number;
    readonly thresholdWeight: number;
    readonly binaryWeight: number;
    readonly negativeRatio: number;
    readonly k: number;
  };
  readonly augment: {
    /** Probability of a horizontal flip. */
    readonly flip: number;
    /** Greatest rotation to either side. */
    readonly rotateDeg: number;
    readonly scaleMin: number;
    readonly scaleMax: number;
    /** Take a random window instead of the whole page. */
    readonly crop: boolean;
    /** Strength of brightness, contrast and saturation changes, 0..1. */
    readonly color: number;
  };
  readonly evaluation: {
    readonly every: { readonly unit: "steps" | "epochs"; readonly count: number };
    readonly pages: "all" | number;
  };
  readonly postprocess: {
    /** A pixel belongs to text when its probability is greater. */
    readonly threshold: number;
    /** A box stays when its mean probability is at least this. */
    readonly boxThreshold: number;
    readonly unclipRatio: number;
    readonly mode: "quad" | "polygon";
    readonly maxCandidates: number;
    readonly minSizePx: number;
  };
  /** A union: without workers there is nothing to prefetch. */
  readonly loader:
    | { readonly workers: 0 }
    | { readonly workers: number /** Batches prepared ahead. */; readonly prefetch: number };
  readonly features: {
    readonly polygonCache: boolean;
    /** Budget of the polygon cache over all loaders. */
    readonly polygonCacheBytes: number | "unlimited";
    /** Decoded pictures, finished target maps, finished inputs: each with a budget over all loaders. */
    readonly imageCache: boolean;
    readonly imageCacheBytes: number | "unlimited";
    readonly mapCache: boolean;
    readonly mapCacheBytes: number | "unlimited";
    readonly sampleCache: boolean;
    readonly sampleCacheBytes: number | "unlimited";
    /** What the frozen part of a pretrained detector gives for a page, kept so that it is computed once; its budget. */
    readonly frozenFeatures: boolean;
    readonly frozenFeaturesBytes: number | "unlimited";
    /** "lru": the least recently used leaves · "pin": what fits first stays. */
    readonly cachePolicy: "lru" | "pin";
    /** Caches outlive the page: records in the browser's own storage. */
    readonly cachePersistent: boolean;
    /** Each run turns on the caches of which the forecast says that they pay. */
    readonly cacheAuto: boolean;
    /** A mistake of the original project, planted for a lesson. */
    readonly cacheFault:
      | "none"
      | "key after augmentation"
      | "private copies"
      | "whole-store rewrite"
      | "key without structure"
      | "stale version";
    readonly profiler: boolean;
    /** counters: calls are counted, no clock is read · phases · kernels: every kernel of a step. */
    readonly profilerDepth: "counters" | "phases" | "kernels";
  };
  readonly engine: {
    readonly kind: "auto" | "webgpu" | "wasm" | "tfjs-webgpu" | "tfjs-webgl" | "tfjs-cpu";
    /** Threads that WebAssembly computes with, in training and evaluation. */
    readonly threads: number | "auto";
    /** Whether WebGPU chooses among kernels by timing them before the first step; auto: on a GPU that can time them. */
    readonly autotune: "auto" | "on" | "off";
    /** What compiled WebGPU stores activations as. */
    readonly storage: "f32" | "f16";
  };
}

/** Dotted path of a leaf, e.g. "optimizer.learningRate". */
export type ConfigPath = string;

/** Which layer gave a value, later layers win: preset < file < screen or command line. */
export type Layer = "preset" | "file" | "command line" | "screen" | "link";

export interface Provenance {
  readonly layer: Layer;
  /** For people: "preset quick", "runs/my.json", "--set". */
  readonly from: string;
}

export interface ResolvedConfig {
  readonly preset: PresetName;
  readonly config: Config;
  /** For every leaf path, where its value came from. */
  readonly provenance: Readonly<Record<ConfigPath, Provenance>>;
}
