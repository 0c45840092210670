// The compiled WebGPU engine's kernels on given plans, in a browser.

import type { PlanOp, Store, View } from "../../../src/engine/plan/types.ts";
import { callsFor } from "../../../src/engine/webgpu/calls.ts";
import type { GpuDevice } from "../../../src/engine/webgpu/index.ts";
import type { KernelCall } from "../../../src/engine/webgpu/kernel.ts";
import { exportProbability } from "../../../src/engine/webgpu/kernels/image/image.ts";
import {
  HISTOGRAM_WORDS,
  LOSS_PART_WORDS,
  lossParts,
  lossReport,
} from "../../../src/engine/webgpu/kernels/loss/loss.ts";
import {
  gatherGradients,
  moveWeights,
  normParts,
  STEP_WORDS,
} from "../../../src/engine/webgpu/kernels/optimizer/optimizer.ts";
import { PartialSpace } from "../../../src/engine/webgpu/partials.ts";
import { Compiler, encode, type Program } from "../../../src/engine/webgpu/program.ts";
import { Resources, tensorName } from "../../../src/engine/webgpu/resources.ts";
import { readBuffers } from "../../../src/engine/webgpu/state.ts";
import { eachPage, type MachineProgram, type OpenMachine, pixelsOf } from "./machine.ts";

const STORES: readonly Store[] = ["trainable", "frozen", "statistics"];
/** Where the loss keeps the number of hard negatives, in words of the histograms. */
const HARD_WORD = 4 * 256;

export function webgpuMachines({ device, failed }: GpuDevice): OpenMachine {
  const compiler = new Compiler(device);
  return async (spec) => {
    const { stores: sizes } = spec;
    const settings = { ...spec.settings, normalisation: UNCHANGED };
    const resources = new Resources(device);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const create = (name: string, words: number): GPUBuffer => resources.create(name, words, usage);
    const write = (name: string, values: Float32Array | Uint32Array | Uint8Array, offset = 0): void =>
      device.queue.writeBuffer(resources.get(name), offset * 4, Uint8Array.from(bytesOf(values)));
    const read = async (name: string): Promise<Float32Array> => {
      const [values] = await Promise.race([readBuffers(device, resources, [name]), failed]);
      return values ?? new Float32Array();
    };
    for (const [index, size] of spec.buffers.entries()) {
      create(tensorName(index), size);
      write(tensorName(index), new Float32Array(size).fill(Number.NaN));
    }
    for (const store of STORES) create(store, sizes[store]);
    const count = sizes.trainable;
    for (const name of ["gradients", "firstMoments", "secondMoments"]) create(name, count);
    create("normPartials", normParts(count));
    create("histograms", HISTOGRAM_WORDS);
    create("report", 8);
    create("step", STEP_WORDS);
    for (const name of ["flags", "thresholds"]) create(name, spec.pixels / 4);

    const programs = Object.entries<MachineProgram>(spec.programs);
    const ops = programs.flatMap(([, program]) => program.ops);
    const loss = ops.find((op): op is Extract<PlanOp, { kind: "loss" }> => op.kind === "loss");
    create("lossPartials", loss === undefined ? 4 : lossParts(loss).all * LOSS_PART_WORDS);
    const partials = new PartialSpace(count);
    const mapFloats = programs.map(([, { maps = [] }]) =>
      maps.reduce((sum, view) => sum + pixelsOf(view), 0),
    );
    create("probabilities", Math.max(4, ...mapFloats));
    const calls = programs.map(([name, { ops, maps = [] }]) => {
      const kernels = ops.flatMap((op): KernelCall[] =>
        callsFor(op, settings, (slot, copies) => partials.reserve(slot, copies)),
      );
      let first = 0;
      for (const view of maps) {
        kernels.push(exportProbability(view, first));
        first += pixelsOf(view);
      }
      return [name, kernels] as const;
    });
    create("partials", partials.sizeWords);
    create("partialTable", partials.tableWords.length);
    write("partialTable", partials.tableWords);
    const compile = (name: string, list: readonly KernelCall[]): Promise<Program> =>
      Promise.race([compiler.program(name, list, resources), failed]);
    const compiled = new Map(
      await Promise.all(calls.map(async ([name, list]) => [name, await compile(name, list)] as const)),
    );
    const [gather, move, report] = await Promise.all([
      compile("gathering", [gatherGradients(count)]),
      compile("moving", [moveWeights(count, settings)]),
      compile("reporting", loss === undefined ? [] : [lossReport(loss, settings, 0)]),
    ]);
    const execute = (program: Program, clearHistograms = false): void => {
      const encoder = device.createCommandEncoder();
      if (clearHistograms) encoder.clearBuffer(resources.get("histograms"));
      const pass = encoder.beginComputePass();
      encode(pass, program);
      pass.end();
      device.queue.submit([encoder.finish()]);
    };
    /** The engine's own words for a step: see STEP_WORDS. */
    const writeStep = (learningRate: number, number: number, batchesBefore: number): void => {
      const { optimizer } = settings;
      const [beta1, beta2] = optimizer.kind === "adamw" ? [optimizer.beta1, optimizer.beta2] : [0, 0];
      write(
        "step",
        Float32Array.of(learningRate, 1 - beta1 ** number, 1 - beta2 ** number, batchesBefore, 1),
      );
    };

    return {
      writeTensor(view, values) {
        eachPage(view, (to, from, size) =>
          write(tensorName(view.buffer), values.subarray(from, from + size), to),
        );
      },
      async readTensor(view: View) {
        const all = await read(tensorName(view.buffer));
        const values = new Float32Array(pixelsOf(view));
        eachPage(view, (from, to, size) => values.set(all.subarray(from, from + size), to));
        return values;
      },
      writeStore: (store, values) => write(store, values),
      readStore: async (store) => (await read(store)).slice(0, sizes[store]),
      writeTargets(flags, thresholds) {
        write("flags", flags);
        write("thresholds", thresholds);
      },
      async run(name) {
        const program = compiled.get(name);
        if (program === undefined) throw new Error(`the machine has no program "${name}"`);
        const index = programs.findIndex(([other]) => other === name);
        const { ops = [], maps = [] } = programs[index]?.[1] ?? {};
        // The report after a backward pass still reads what the loss has counted.
        execute(
          program,
          ops.some(({ kind }) => kind === "loss"),
        );
        if (maps.length === 0) return [];
        const all = await read("probabilities");
        let first = 0;
        return maps.map((view) => {
          first += pixelsOf(view);
          return all.slice(first - pixelsOf(view), first);
        });
      },
      async readLoss() {
        const hard = new Uint32Array((await read("histograms")).buffer)[HARD_WORD] ?? Number.NaN;
        execute(report);
        const [total = 0, probability = 0, threshold = 0, binary = 0] = await read("report");
        const positives = (await read("lossPartials"))
          .filter((_, word) => word % LOSS_PART_WORDS === 0)
          .reduce((sum, value) => sum + value, 0);
        return { total, probability, threshold, binary, positives, negatives: hard };
      },
      // Gathering after a backward pass replaces what was there.
      clearGradients: () => undefined,
      async readGradients() {
        writeStep(0, 1, 0);
        execute(gather);
        return (await read("gradients")).slice(0, count);
      },
      async writeGradients(values) {
        write("gradients", values);
        // Adds what no backward pass has left, and sums the squares.
        writeStep(0, 1, 1);
        execute(gather);
      },
      async move(learningRate, number) {
        writeStep(learningRate, number, 0);
        execute(move);
        return Math.hypot(...(await read("normPartials")).map(Math.sqrt));
      },
      dispose: () => resources.dispose(),
    };
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array | Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Images never come as bytes here. */
const UNCHANGED = { mean: [0, 0, 0], deviation: [1, 1, 1] } as const;
