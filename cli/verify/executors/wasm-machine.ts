// The WASM engine's kernels on given plans, on one thread (threads change no bit of a result; the engine's tests say so).

import type { PlanOp, View } from "../../../src/engine/plan/types.ts";
import { Arena } from "../../../src/engine/wasm/arena.ts";
import { encode } from "../../../src/engine/wasm/encode.ts";
import { exportMap } from "../../../src/engine/wasm/kernels/image/image.ts";
import { kernelsOf } from "../../../src/engine/wasm/kernels-module.ts";
import { lossSpace } from "../../../src/engine/wasm/kernels/loss/loss.ts";
import {
  optimizer,
  optimizerSpace,
  stepValues,
} from "../../../src/engine/wasm/kernels/optimizer/optimizer.ts";
import {
  programWords,
  type Record as ProgramRecord,
  RECORD_WORDS,
} from "../../../src/engine/wasm/program.ts";
import { type SharedSpace, Space } from "../../../src/engine/wasm/space.ts";
import { eachPage, type MachineProgram, type OpenMachine, pixelsOf } from "./machine.ts";

const SCRATCH_BYTES = 2048;
/** Kernels may read a little behind a buffer. */
const SLACK_BYTES = 64;

interface Placed {
  readonly address: number;
  readonly records: readonly ProgramRecord[];
}

export function wasmMachines(module: WebAssembly.Module): OpenMachine {
  return async (spec) => {
    const { settings, stores: sizes } = spec;
    const arena = new Arena();
    const place = (floats: number): number => arena.reserve(floats * 4 + SLACK_BYTES);
    const addresses = {
      buffers: spec.buffers.map(place),
      stores: {
        trainable: place(sizes.trainable),
        frozen: place(sizes.frozen),
        statistics: place(sizes.statistics),
      },
      gradients: place(sizes.trainable),
    };
    // Images never come as bytes here.
    const batch = { images: 0, ...lossSpace(spec.pages, spec.pixels / spec.pages, arena) };
    const stores = { weights: addresses.stores.trainable, gradients: addresses.gradients };
    const moving = optimizerSpace(sizes.trainable, stores, settings.optimizer, arena);
    const programs = Object.entries<MachineProgram>(spec.programs);
    const maps = programs.map(([, program]) =>
      (program.maps ?? []).map((view) => ({ view, address: place(pixelsOf(view)) })),
    );
    const constants = { ...settings, normalisation: UNCHANGED };
    const encoded = (shared: SharedSpace, to: Arena) =>
      programs.map(([name, { ops }], index) => {
        const space = new Space(addresses, shared, to);
        const records = ops.flatMap((op: PlanOp) => [...encode(op, constants, batch, space)]);
        const exports = (maps[index] ?? []).map(({ view, address }) => exportMap(view, address, space));
        return { name, space, records: [...space.preparation, ...records, ...exports] };
      });
    const measured = encoded({ planes: 0, rows: 0, packed: 0 }, new Arena());
    const largest = (area: keyof SharedSpace): number =>
      Math.max(0, ...measured.map(({ space }) => space.needed[area]));
    const shared = {
      planes: arena.reserve(largest("planes")),
      rows: arena.reserve(largest("rows")),
      packed: arena.reserve(largest("packed")),
    };
    const placeRecords = (records: readonly ProgramRecord[]): Placed => ({
      address: arena.reserve(records.length * RECORD_WORDS * 4),
      records,
    });
    const placed = new Map(encoded(shared, arena).map(({ name, records }) => [name, placeRecords(records)]));
    const passes = optimizer(sizes.trainable, settings, moving);
    const [clear, move] = [placeRecords([passes.clear]), placeRecords(passes.move)];
    const scratch = arena.reserve(SCRATCH_BYTES);

    const memory = new WebAssembly.Memory({ initial: arena.pages, maximum: arena.pages, shared: true });
    arena.writeTables(memory.buffer);
    for (const { address, records } of [...placed.values(), clear, move]) {
      const words = programWords(records);
      new Int32Array(memory.buffer, address, words.length).set(words);
    }
    const floats = (address: number, size: number): Float32Array =>
      new Float32Array(memory.buffer, address, size);
    for (const [index, size] of spec.buffers.entries())
      floats(addresses.buffers[index] ?? 0, size).fill(Number.NaN);
    const kernels = await kernelsOf(module, memory);
    const execute = ({ address, records }: Placed): void =>
      kernels.runAlone(address, records.length, scratch);
    const tensor = (view: View): Float32Array =>
      floats(addresses.buffers[view.buffer] ?? 0, spec.buffers[view.buffer] ?? 0);

    return {
      writeTensor(view, values) {
        eachPage(view, (to, from, size) => tensor(view).set(values.subarray(from, from + size), to));
      },
      async readTensor(view) {
        const values = new Float32Array(pixelsOf(view));
        eachPage(view, (from, to, size) => values.set(tensor(view).subarray(from, from + size), to));
        return values;
      },
      writeStore: (store, values) => floats(addresses.stores[store], sizes[store]).set(values),
      readStore: async (store) => floats(addresses.stores[store], sizes[store]).slice(),
      writeTargets(flags, thresholds) {
        new Uint8Array(memory.buffer, batch.flags, flags.length).set(flags);
        new Uint8Array(memory.buffer, batch.thresholds, thresholds.length).set(thresholds);
      },
      async run(name) {
        const program = placed.get(name);
        if (program === undefined) throw new Error(`the machine has no program "${name}"`);
        execute(program);
        const index = programs.findIndex(([other]) => other === name);
        return (maps[index] ?? []).map(({ view, address }) => floats(address, pixelsOf(view)).slice());
      },
      async readLoss() {
        const [total = 0, probability = 0, threshold = 0, binary = 0] = new Float64Array(
          memory.buffer,
          batch.report,
          4,
        );
        const [positives = 0, negatives = 0] = new Float64Array(memory.buffer, batch.chosen, 2);
        return { total, probability, threshold, binary, positives, negatives };
      },
      clearGradients: () => execute(clear),
      readGradients: async () => floats(addresses.gradients, sizes.trainable).slice(),
      async writeGradients(values) {
        execute(clear);
        floats(addresses.gradients, sizes.trainable).set(values);
      },
      async move(learningRate, number) {
        const values = stepValues(settings, learningRate, number, 1);
        floats(moving.step, values.length).set(values);
        execute(move);
        return new Float64Array(memory.buffer, moving.norm, 1)[0] ?? Number.NaN;
      },
      dispose: () => undefined,
    };
  };
}

const UNCHANGED = { mean: [0, 0, 0], deviation: [1, 1, 1] } as const;
