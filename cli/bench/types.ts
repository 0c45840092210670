// What the engine benchmark measures and who takes part, as data that the page hands to the command line.
// A side of the race is a Contestant; the race steps all of them in turn, in one dedicated worker, on the same batches.

import type { TrainBatch } from "../../src/core/index.ts";
import type { EngineSettings } from "../../src/engine/index.ts";

export const NETS = ["A", "B", "S"] as const;
export type NetName = (typeof NETS)[number];

/** Keys of `nets.<net>` in the report. tfjs: stock tfjs on WebGPU · jax, jaxWasm: jax-js on WebGPU and on WASM. */
export const CONTESTANTS = ["tfjs", "ours", "jax", "wasm", "jaxWasm"] as const;
export type ContestantKey = (typeof CONTESTANTS)[number];

export interface Contestant {
  /** One whole training step on this batch, until its loss can be read. Called for one at a time. */
  step(batch: TrainBatch, learningRate: number): Promise<StepResult>;
  /** Figures of its own, which go into the report beside the times: threads, gpuBytes, … */
  figures(): Readonly<Record<string, number>>;
  dispose(): void;
}

export interface StepResult {
  /** Total, before the move. */
  readonly loss: number;
  /** Synchronous JavaScript until everything was queued, where that can be told from the rest. */
  readonly scriptMs?: number;
}

export interface ContestantFactory {
  readonly key: ContestantKey;
  /** For people. */
  readonly label: string;
  /** Runs in a dedicated worker of an isolated page. Throws an Error with the reason where it cannot run. */
  build(settings: EngineSettings): Promise<Contestant>;
}

/** Milliseconds of one training step until its loss could be read. */
export interface Times {
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
  readonly n: number;
}

/** What one training step asks of the GPU. */
export interface StepCounts {
  readonly dispatches: number;
  readonly submits: number;
  readonly bufferCreations: number;
  readonly bindGroupCreations: number;
}

export interface Figures extends Times, StepCounts {
  /** Of the convolutions. */
  readonly gflops: number;
  /** `gflops` over the adapter's best matrix product. */
  readonly shareOfBestMatmul: number;
  /** Until the engine was built; its first step may compile more. */
  readonly compileSeconds: number;
  /** Until the first step's loss could be read. */
  readonly firstStepSeconds: number;
  /** Synchronous JavaScript of a step, median. */
  readonly jsMs?: number;
  /** Largest relative difference of the total loss from ours over the first 5 steps, and over all. */
  readonly lossDifference5?: number;
  readonly lossDifference?: number;
  /** A contestant's own. */
  readonly [own: string]: number | undefined;
}

/** Ratios of medians: how many times longer the first takes than the second. */
export const RATIOS = {
  tfjsOverOurs: ["tfjs", "ours"],
  jaxOverOurs: ["jax", "ours"],
  tfjsOverWasm: ["tfjs", "wasm"],
  jaxWasmOverWasm: ["jaxWasm", "wasm"],
  oursOverWasm: ["ours", "wasm"],
} as const satisfies Readonly<Record<string, readonly [ContestantKey, ContestantKey]>>;
export type RatioName = keyof typeof RATIOS;

export type NetReport = { readonly [K in ContestantKey]?: Figures } & {
  readonly gflopPerStep: number;
  /** Of those contestants that ran. */
  readonly ratios: { readonly [R in RatioName]?: number };
  /** 10th and 90th percentile of the ratios of steps on the same batch. */
  readonly spread: { readonly [R in RatioName]?: readonly [number, number] };
  /** Why a contestant is missing. */
  readonly missing: { readonly [K in ContestantKey]?: string };
};

export interface EngineReport {
  readonly adapter: string;
  readonly userAgent: string;
  readonly bestMatmulGflopPerSecond: number;
  readonly nets: { readonly [N in NetName]?: NetReport };
  /** The largest relative difference of stock tfjs's loss from ours over all steps and nets; the others' are theirs. */
  readonly lossParity: number;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))] ?? Number.NaN;
}

export function timesOf(values: readonly number[]): Times {
  const [p10Ms, medianMs, p90Ms] = [0.1, 0.5, 0.9].map((share) => percentile(values, share));
  return { medianMs: medianMs ?? 0, p10Ms: p10Ms ?? 0, p90Ms: p90Ms ?? 0, n: values.length };
}
