// How fast the WASM engine's convolutions are inside a training step, beside a plain 512³ product of the same kernel: one
// thread in Node, record by record, in processor time, so that a busy machine does not count. Looks inside the engine.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { compile } from "../../../src/engine/wasm/compile.ts";
import { Arena } from "../../../src/engine/wasm/arena.ts";
import { encode } from "../../../src/engine/wasm/encode.ts";
import { type Kernels, kernelsOf } from "../../../src/engine/wasm/kernels-module.ts";
import {
  programWords,
  type Record as ProgramRecord,
  RECORD_WORDS,
} from "../../../src/engine/wasm/program.ts";
import { lossSpace } from "../../../src/engine/wasm/kernels/loss/loss.ts";
import { Space } from "../../../src/engine/wasm/space.ts";
import { writeState } from "../../../src/engine/wasm/state.ts";
import type { EngineSettings } from "../../../src/engine/index.ts";
import { compiledKernels } from "../../compile-kernels.ts";
import { wasmInNode } from "../../wasm-in-node.ts";
import { batchOf, convolutionFlop, settingsOf } from "../nets.ts";
import { type NetName, percentile } from "../types.ts";

const SCRATCH_BYTES = 2048;
const WARM_UP = 3;
const SIDE = 512;
/** What a convolution is made of: laying out, packing, products. */
const CONVOLUTION: ReadonlySet<string> = new Set(["spread", "pack", "fold", "gemm", "dot"]);

export interface KernelFigures {
  readonly net: NetName;
  /** GFLOP/s of the product alone, its weights packed before. */
  readonly product: number;
  /** GFLOP/s of all convolutions of a step with everything that they need. */
  readonly convolution: number;
  /** convolution / product. */
  readonly share: number;
  /** Milliseconds of a step by kind of kernel, greatest first. */
  readonly kinds: Readonly<globalThis.Record<string, number>>;
  readonly rounds: number;
}

/** Bytes of the larger of the two modules, gzipped. */
export async function moduleBytes(): Promise<number> {
  const sizes = [false, true].map(async (relaxed) => gzipSync(readFileSync(await compiledKernels(relaxed))));
  return Math.max(...(await Promise.all(sizes)).map(({ length }) => length));
}

export async function benchKernels(nets: readonly NetName[], rounds: number): Promise<KernelReport> {
  const figures: KernelFigures[] = [];
  for (const net of nets) {
    const one = await measureKernels(net, rounds);
    figures.push(one);
    console.log(
      `Net ${net}, one thread: convolutions ${one.convolution.toFixed(1)} GFLOP/s, a 512³ product ` +
        `${one.product.toFixed(1)} GFLOP/s, share ${(100 * one.share).toFixed(0)} % (medians of ${rounds})`,
    );
    const kinds = Object.entries(one.kinds).slice(0, 8);
    console.log(`  ms of a step: ${kinds.map(([kind, ms]) => `${kind} ${ms.toFixed(2)}`).join(" · ")}`);
  }
  const gzippedBytes = await moduleBytes();
  console.log(`Module ${(gzippedBytes / 1000).toFixed(1)} kB gzipped`);
  return { gzippedBytes, figures };
}

export interface KernelReport {
  readonly gzippedBytes: number;
  readonly figures: readonly KernelFigures[];
}

/** Medians over `rounds`; product and step are measured in turn. */
export async function measureKernels(net: NetName, rounds: number): Promise<KernelFigures> {
  const module = await wasmInNode(1).kernels();
  const settings = settingsOf(net);
  const [step, product] = [await openStep(module, settings), await openProduct(module)];
  const products: number[] = [];
  const convolutions: number[] = [];
  const kinds = new Map<string, number[]>();
  for (let round = 0; round < WARM_UP + rounds; round++) {
    const productMs = timed(product);
    const spent = step();
    if (round < WARM_UP) continue;
    products.push(productMs);
    const all = [...spent];
    convolutions.push(all.reduce((sum, [kind, ms]) => sum + (CONVOLUTION.has(kind) ? ms : 0), 0));
    for (const [kind, ms] of all) kinds.set(kind, [...(kinds.get(kind) ?? []), ms]);
  }
  const median = (values: readonly number[]): number => percentile(values, 0.5);
  const ofProduct = (2 * SIDE ** 3) / median(products) / 1e6;
  const ofConvolution = convolutionFlop(settings.graph, settings) / median(convolutions) / 1e6;
  const sorted = [...kinds].map(([kind, ms]) => [kind, median(ms)] as const).sort((a, b) => b[1] - a[1]);
  return {
    net,
    product: ofProduct,
    convolution: ofConvolution,
    share: ofConvolution / ofProduct,
    kinds: Object.fromEntries(sorted),
    rounds,
  };
}

/** One training step, answering the milliseconds of each kind of kernel. */
async function openStep(
  module: WebAssembly.Module,
  settings: EngineSettings,
): Promise<() => Map<string, number>> {
  const compiled = compile(settings);
  const { arena, programs, batch } = compiled;
  const scratch = arena.reserve(SCRATCH_BYTES);
  const { clear, forward, backward, move } = programs;
  const memory = openMemory(arena);
  for (const { address, records } of [clear, forward, backward, move]) write(memory, address, records);
  const state = { weights: settings.initialWeights, optimizer: new Map(), moves: 0 };
  writeState(state, compiled, memory.buffer);
  const bytes = batchOf(settings, 0);
  for (const name of ["images", "flags", "thresholds"] as const)
    new Uint8Array(memory.buffer, batch[name], bytes[name].length).set(bytes[name]);
  const kernels = await kernelsOf(module, memory);
  return () => {
    const spent = new Map<string, number>();
    for (const { address, records } of [clear, forward, backward, move])
      for (const [index, { kind }] of records.entries()) {
        const ms = timed(() => kernels.runAlone(address + index * RECORD_WORDS * 4, 1, scratch));
        spent.set(kind, (spent.get(kind) ?? 0) + ms);
      }
    return spent;
  };
}

/** A 512³ product: a 1×1 convolution of 512 channels over 512 pixels, its weights packed once. */
async function openProduct(module: WebAssembly.Module): Promise<() => void> {
  const arena = new Arena();
  const place = (): number => arena.reserve(SIDE * SIDE * 4 + 64);
  const [input, output, weights, packed] = [place(), place(), place(), place()];
  const addresses = {
    buffers: [input, output],
    stores: { trainable: weights, frozen: 0, statistics: 0 },
    gradients: 0,
  };
  const space = new Space(addresses, { planes: 0, rows: 0, packed }, arena);
  const view = (buffer: number) => ({
    ...{ buffer, offset: 0, batchStride: SIDE * SIDE, batch: 1 },
    ...{ channels: SIDE, height: 16, width: SIDE / 16 },
  });
  const records = encode(
    {
      kind: "conv",
      input: view(0),
      output: view(1),
      weight: { store: "trainable", offset: 0, size: SIDE * SIDE },
      geometry: { kernel: 1, stride: 1, padding: 0, groups: 1 },
      epilogue: {},
    },
    { ...settingsOf("S") },
    { images: 0, ...lossSpace(1, 1, arena) },
    space,
  );
  const preparing = arena.reserve(space.preparation.length * RECORD_WORDS * 4);
  const product = arena.reserve(records.length * RECORD_WORDS * 4);
  const scratch = arena.reserve(SCRATCH_BYTES);
  const memory = openMemory(arena);
  write(memory, preparing, space.preparation);
  write(memory, product, records);
  for (const address of [input, weights])
    new Float32Array(memory.buffer, address, SIDE * SIDE).forEach((_, index, values) => {
      values[index] = Math.sin(index);
    });
  const kernels: Kernels = await kernelsOf(module, memory);
  kernels.runAlone(preparing, space.preparation.length, scratch);
  return () => kernels.runAlone(product, records.length, scratch);
}

function openMemory(arena: Arena): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: arena.pages, maximum: arena.pages, shared: true });
  arena.writeTables(memory.buffer);
  return memory;
}

function write(memory: WebAssembly.Memory, address: number, records: readonly ProgramRecord[]): void {
  const words = programWords(records);
  new Int32Array(memory.buffer, address, words.length).set(words);
}

/** Processor milliseconds of this process: what others do meanwhile does not count. */
function timed(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
