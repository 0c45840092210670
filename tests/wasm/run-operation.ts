// Runs one operation of a plan in a memory of its own and hands back what it left there. For tests of the kernels.

import type { PlanOp, Store } from "../../src/engine/plan/types.ts";
import { Arena } from "../../src/engine/wasm/arena.ts";
import type { Constants } from "../../src/engine/wasm/encode.ts";
import { encode } from "../../src/engine/wasm/encode.ts";
import { kernelsOf } from "../../src/engine/wasm/kernels-module.ts";
import { lossSpace } from "../../src/engine/wasm/kernels/loss/loss.ts";
import { programWords, type Record, RECORD_WORDS } from "../../src/engine/wasm/program.ts";
import { type SharedSpace, Space } from "../../src/engine/wasm/space.ts";

/** What an operation works on; also the shape of the answer. */
export interface OperationMemory {
  readonly buffers: readonly ArrayLike<number>[];
  readonly stores: Readonly<globalThis.Record<Store, ArrayLike<number>>>;
  readonly gradients: ArrayLike<number>;
}

export interface OperationBatch {
  readonly images: Uint8Array;
  readonly flags: Uint8Array;
  readonly thresholds: Uint8Array;
}

export interface OperationResult {
  readonly buffers: readonly Float32Array[];
  readonly stores: Readonly<globalThis.Record<Store, Float32Array>>;
  readonly gradients: Float32Array;
  /** total, probability, threshold, binary; zeros for anything but the loss. */
  readonly report: Float64Array;
}

const SCRATCH_BYTES = 2048;
const NO_BATCH = { images: new Uint8Array(4), flags: new Uint8Array(4), thresholds: new Uint8Array(4) };

export async function runOperationOnWasm(
  module: WebAssembly.Module,
  op: PlanOp,
  given: OperationMemory,
  constants: Constants,
  batch: OperationBatch = NO_BATCH,
): Promise<OperationResult> {
  const arena = new Arena();
  const place = (values: ArrayLike<number>): number => arena.reserve(values.length * 4 + 64);
  const { trainable, frozen, statistics } = given.stores;
  const addresses = {
    buffers: given.buffers.map(place),
    stores: { trainable: place(trainable), frozen: place(frozen), statistics: place(statistics) },
    gradients: place(given.gradients),
  };
  const own = { images: arena.reserve(batch.images.length), ...lossSpace(1, batch.flags.length, arena) };
  const encodeInto = (shared: SharedSpace, to: Arena): { records: Record[]; space: Space } => {
    const space = new Space(addresses, shared, to);
    const records = encode(op, constants, own, space);
    return { records: [...space.preparation, ...records], space };
  };
  const { needed } = encodeInto({ planes: 0, rows: 0, packed: 0 }, new Arena()).space;
  const shared = {
    planes: arena.reserve(needed.planes),
    rows: arena.reserve(needed.rows),
    packed: arena.reserve(needed.packed),
  };
  const { records } = encodeInto(shared, arena);
  const program = arena.reserve(records.length * RECORD_WORDS * 4);
  const scratch = arena.reserve(SCRATCH_BYTES);
  const memory = new WebAssembly.Memory({ initial: arena.pages, maximum: arena.pages, shared: true });
  // Whatever a kernel should have written and did not shows up.
  for (const address of [shared.planes, shared.rows, shared.packed]) {
    const size =
      address === shared.packed ? needed.packed : address === shared.rows ? needed.rows : needed.planes;
    new Float32Array(memory.buffer, address, size / 4).fill(Number.NaN);
  }
  arena.writeTables(memory.buffer);
  const write = (address: number, values: ArrayLike<number>): void =>
    new Float32Array(memory.buffer, address, values.length).set(values);
  const read = (address: number, { length }: ArrayLike<number>): Float32Array =>
    new Float32Array(memory.buffer, address, length).slice();
  for (const [index, values] of given.buffers.entries()) write(addresses.buffers[index] ?? 0, values);
  for (const store of ["trainable", "frozen", "statistics"] as const) {
    write(addresses.stores[store], given.stores[store]);
  }
  write(addresses.gradients, given.gradients);
  for (const name of ["images", "flags", "thresholds"] as const) {
    new Uint8Array(memory.buffer, own[name], batch[name].length).set(batch[name]);
  }
  const words = programWords(records);
  new Int32Array(memory.buffer, program, words.length).set(words);
  (await kernelsOf(module, memory)).runAlone(program, records.length, scratch);
  return {
    buffers: given.buffers.map((values, index) => read(addresses.buffers[index] ?? 0, values)),
    stores: {
      trainable: read(addresses.stores.trainable, trainable),
      frozen: read(addresses.stores.frozen, frozen),
      statistics: read(addresses.stores.statistics, statistics),
    },
    gradients: read(addresses.gradients, given.gradients),
    report: new Float64Array(memory.buffer, own.report, 4).slice(),
  };
}
