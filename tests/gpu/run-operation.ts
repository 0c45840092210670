// Runs one operation of a plan on the GPU, on given memory, and hands back what it left there.

import type { TrainBatch } from "../../src/core/index.ts";
import type { PlanOp, Store } from "../../src/engine/plan/types.ts";
import { type CallSettings, callsFor } from "../../src/engine/webgpu/calls.ts";
import { inGroupsOf, type KernelCall } from "../../src/engine/webgpu/kernel.ts";
import {
  HISTOGRAM_WORDS,
  LOSS_PART_WORDS,
  loss,
  lossParts,
  lossReport,
} from "../../src/engine/webgpu/kernels/loss/loss.ts";
import {
  gatherGradients,
  normParts,
  STEP_WORDS,
} from "../../src/engine/webgpu/kernels/optimizer/optimizer.ts";
import { PartialSpace } from "../../src/engine/webgpu/partials.ts";
import { Compiler, encode } from "../../src/engine/webgpu/program.ts";
import { Resources, tensorName } from "../../src/engine/webgpu/resources.ts";
import { readBuffers } from "../../src/engine/webgpu/state.ts";
import type { Memory } from "./reference/tensors.ts";

export interface OperationResult {
  readonly buffers: readonly Float32Array[];
  readonly stores: Readonly<Record<Store, Float32Array>>;
  readonly gradients: Float32Array;
  /** total, probability, threshold, binary, norm; zeros for anything but the loss. */
  readonly report: Float32Array;
}

const STORES = ["trainable", "frozen", "statistics"] as const;

export async function runOperationOnGpu(
  device: GPUDevice,
  op: PlanOp,
  memory: Memory,
  settings: CallSettings,
  batch?: TrainBatch,
): Promise<OperationResult> {
  const resources = new Resources(device);
  const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const usage = STORAGE | COPY_SRC | COPY_DST;
  const fill = (name: string, values: ArrayLike<number>): void => {
    const buffer = resources.create(name, values.length, usage);
    device.queue.writeBuffer(buffer, 0, Float32Array.from(values));
  };
  for (const [index, values] of memory.buffers.entries()) fill(tensorName(index), values);
  for (const store of STORES) fill(store, memory.stores[store]);
  const count = memory.gradients.length;
  fill("gradients", memory.gradients);
  fill("step", [0, 1, 1, 1, 1, ...new Array<number>(STEP_WORDS - 5).fill(0)]);
  resources.create("normPartials", normParts(count), usage);
  const partials = new PartialSpace(count);
  const calls: KernelCall[] = callsFor(op, settings, (slot, copies) => partials.reserve(slot, copies));
  resources.create("partials", partials.sizeWords, usage);
  const table = resources.create("partialTable", partials.tableWords.length, usage);
  device.queue.writeBuffer(table, 0, partials.tableWords);
  resources.create("report", 8, usage);
  if (op.kind === "loss" && batch !== undefined) {
    resources.create("histograms", HISTOGRAM_WORDS, usage);
    resources.create("lossPartials", lossParts(op).all * LOSS_PART_WORDS, usage);
    for (const name of ["flags", "thresholds"] as const) {
      const padded = new Uint8Array(Math.ceil(batch[name].length / 4) * 4);
      padded.set(batch[name]);
      device.queue.writeBuffer(resources.create(name, padded.length / 4, usage), 0, padded);
    }
    const all = [...loss(op, settings), lossReport(op, settings, 0)];
    calls.splice(0, calls.length, ...all.map((call) => inGroupsOf(settings.waitingThreads, call)));
  }
  if (op.kind === "importImage" && batch !== undefined) {
    device.queue.writeBuffer(resources.create("images", batch.images.length / 4, usage), 0, batch.images);
  }
  if (partials.sizeWords > 0 && op.kind !== "loss") calls.push(gatherGradients(count));
  const program = await new Compiler(device).program("test", calls, resources);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  encode(pass, program);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const names = [...memory.buffers.map((_, index) => tensorName(index)), ...STORES, "gradients", "report"];
  const read = await readBuffers(device, resources, names);
  const cut = (index: number, size: number): Float32Array =>
    read[index]?.subarray(0, size) ?? new Float32Array();
  const buffers = memory.buffers.map((values, index) => cut(index, values.length));
  const [trainable, frozen, statistics] = STORES.map((store, index) =>
    cut(buffers.length + index, memory.stores[store].length),
  );
  resources.dispose();
  return {
    buffers,
    stores: {
      trainable: trainable ?? new Float32Array(),
      frozen: frozen ?? new Float32Array(),
      statistics: statistics ?? new Float32Array(),
    },
    gradients: cut(buffers.length + 3, count),
    report: cut(buffers.length + 4, 5),
  };
}
