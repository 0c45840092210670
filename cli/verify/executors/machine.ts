// A compiled engine below its interface: planned buffers, flat stores and operations, run by the very kernels that train.
// References come as floats, an engine takes bytes; here floats can be laid where the engine puts what it made of the bytes.

import type { EngineSettings, LossSettings, OptimizerSettings } from "../../../src/engine/index.ts";
import type { PlanOp, Store, View } from "../../../src/engine/plan/types.ts";

export interface MachineProgram {
  readonly ops: readonly PlanOp[];
  /** Logits whose sigmoid is handed out after the operations. */
  readonly maps?: readonly View[];
}

export interface MachineSettings {
  readonly loss: LossSettings;
  readonly thresholdRange: EngineSettings["thresholdRange"];
  readonly optimizer: OptimizerSettings;
  readonly clipNorm: EngineSettings["clipNorm"];
}

export interface MachineSpec<Name extends string = string> {
  /** Sizes in floats. */
  readonly buffers: readonly number[];
  readonly stores: Readonly<Record<Store, number>>;
  readonly pages: number;
  /** Pixels of all pages; of each page a multiple of 4. */
  readonly pixels: number;
  readonly programs: Readonly<Record<Name, MachineProgram>>;
  readonly settings: MachineSettings;
}

export interface LossReport {
  readonly total: number;
  readonly probability: number;
  readonly threshold: number;
  readonly binary: number;
  /** Positive pixels and hard negatives. */
  readonly positives: number;
  readonly negatives: number;
}

/** Everything starts at zero, buffers as NaN: what a kernel should have written and did not shows up. */
export interface PlanMachine<Name extends string = string> {
  writeTensor(view: View, values: Float32Array): void;
  readTensor(view: View): Promise<Float32Array>;
  writeStore(store: Store, values: Float32Array): void;
  readStore(store: Store): Promise<Float32Array>;
  /** A byte for each pixel. */
  writeTargets(flags: Uint8Array<ArrayBuffer>, thresholds: Uint8Array<ArrayBuffer>): void;
  /** Runs a program; hands out its maps. */
  run(name: Name): Promise<readonly Float32Array[]>;
  /** Of the last loss. */
  readLoss(): Promise<LossReport>;
  /** Before a backward pass. */
  clearGradients(): void;
  /** After one, and before the move. */
  readGradients(): Promise<Float32Array>;
  /** Gradients that no backward pass has made. */
  writeGradients(values: Float32Array): Promise<void>;
  /** The optimiser's move number `move`, counted from 1. Resolves to the global norm before clipping. */
  move(learningRate: number, move: number): Promise<number>;
  dispose(): void;
}

export type OpenMachine = <Name extends string>(spec: MachineSpec<Name>) => Promise<PlanMachine<Name>>;

export function pixelsOf(view: View): number {
  return view.batch * view.channels * view.height * view.width;
}

/** Calls `move` with each page's place in the buffer and among the values, in floats. */
export function eachPage(view: View, move: (inBuffer: number, inValues: number, size: number) => void): void {
  const size = view.channels * view.height * view.width;
  for (let page = 0; page < view.batch; page++)
    move(view.offset + page * view.batchStride, page * size, size);
}

/** Settings where only some of them matter. */
export const IDLE: MachineSettings = {
  loss: {
    probabilityWeight: 1,
    thresholdWeight: 1,
    binaryWeight: 1,
    negativeRatio: 3,
    k: 50,
    epsilon: 1e-6,
  },
  thresholdRange: [0, 1],
  optimizer: { kind: "sgd", momentum: 0, weightDecay: 0 },
  clipNorm: "off",
};

/** Devices have no empty arrays. */
export function atLeast<K extends string>(sizes: Readonly<Record<K, number>>): Record<K, number> {
  const entries = Object.entries<number>(sizes).map(([name, size]) => [name, Math.max(64, size)]);
  return Object.fromEntries(entries) as Record<K, number>;
}
