// Times the kernels that can run each product of a step, on its real shape with the device's own clock, and keeps the
// fastest. A shape is tried once on an adapter; every later engine, also after a lost device, knows the answer.

import { PlaygroundError } from "../../core/index.ts";
import type { TunedShape } from "../engine.ts";
import type { Plan, PlanOp } from "../plan/types.ts";
import { type CallSettings, callsFor } from "./calls.ts";
import type { GpuDevice } from "./device.ts";
import { PartialSpace } from "./partials.ts";
import { type Compiler, encode, type Program } from "./program.ts";
import { Resources, tensorName } from "./resources.ts";
import { candidatesFor, shapeKey, type Variant, type VariantOf } from "./variants.ts";

/** Browsers round timestamps to a tenth of a millisecond, so a short kernel runs until it has taken this long. */
const LONG_ENOUGH_MS = 2;
const MOST_REPEATS = 64;
const TRIALS = 2;
/** A candidate so many times slower than the best at its first run is out. */
const HOPELESS = 3;

const known = new Map<string, TunedShape>();

export interface Tuning {
  readonly variantOf: VariantOf;
  readonly shapes: readonly TunedShape[];
}

/** Shapes of a plan that several kernels can run, in their order. */
function shapesOf(plan: Plan, hasSubgroups: boolean): ReadonlyMap<string, PlanOp> {
  const shapes = new Map<string, PlanOp>();
  for (const op of plan.ops) {
    const key = shapeKey(op);
    if (!shapes.has(key) && candidatesFor(op, hasSubgroups).length > 1) shapes.set(key, op);
  }
  return shapes;
}

/** Throws PlaygroundError when the plan does not fit the device. `onShape` hears of every shape that was tried. */
export async function tune(
  plan: Plan,
  settings: CallSettings,
  gpu: GpuDevice,
  compiler: Compiler,
  onShape: (done: number, total: number) => void,
): Promise<Tuning> {
  const hasSubgroups = gpu.device.features.has("subgroups" as GPUFeatureName);
  const shapes = shapesOf(plan, hasSubgroups);
  const unknown = [...shapes].filter(([key]) => !known.has(`${gpu.adapter}: ${key}`));
  if (unknown.length > 0) {
    const bench = new Bench(plan, settings, gpu, compiler);
    try {
      for (const [index, [key, op]] of unknown.entries()) {
        onShape(index, unknown.length);
        const candidates = candidatesFor(op, hasSubgroups);
        known.set(`${gpu.adapter}: ${key}`, await bench.compare(key, op, candidates));
      }
      onShape(unknown.length, unknown.length);
    } finally {
      bench.dispose();
    }
  }
  const answers = new Map<string, TunedShape>();
  for (const key of shapes.keys()) {
    const answer = known.get(`${gpu.adapter}: ${key}`);
    if (answer !== undefined) answers.set(key, answer);
  }
  return {
    variantOf: (op) => answers.get(shapeKey(op))?.kernel as Variant | undefined,
    shapes: [...answers.values()],
  };
}

/** Memory of its own for the trials, as large as the plan's. */
class Bench {
  private readonly settings: CallSettings;
  private readonly gpu: GpuDevice;
  private readonly compiler: Compiler;
  private readonly resources: Resources;
  private readonly queries: GPUQuerySet;
  private readonly trainable: number;
  private partialWords = 0;

  constructor(plan: Plan, settings: CallSettings, gpu: GpuDevice, compiler: Compiler) {
    this.settings = settings;
    this.gpu = gpu;
    this.compiler = compiler;
    this.trainable = plan.parameters.sizes.trainable;
    this.resources = new Resources(gpu.device);
    const { STORAGE, QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    for (const [index, words] of plan.buffers.entries())
      this.resources.create(tensorName(index), words, STORAGE);
    for (const [name, words] of Object.entries(plan.parameters.sizes))
      this.resources.create(name, words, STORAGE);
    this.queries = gpu.device.createQuerySet({ type: "timestamp", count: 2 });
    this.resources.create("trial times", 4, QUERY_RESOLVE | COPY_SRC);
    this.resources.create("trial times read", 4, MAP_READ | COPY_DST);
  }

  async compare(shape: string, op: PlanOp, candidates: readonly Variant[]): Promise<TunedShape> {
    const times: { kernel: Variant; milliseconds: number }[] = [];
    for (const variant of candidates) {
      const best = Math.min(...times.map(({ milliseconds }) => milliseconds));
      times.push({ kernel: variant, milliseconds: await this.time(op, variant, best) });
    }
    times.sort((a, b) => a.milliseconds - b.milliseconds);
    const [fastest] = times;
    if (fastest === undefined) throw new Error("a shape without kernels");
    return { shape, kernel: fastest.kernel, times };
  }

  dispose(): void {
    this.queries.destroy();
    this.resources.dispose();
  }

  /** Milliseconds of one dispatch. */
  private async time(op: PlanOp, variant: Variant, best: number): Promise<number> {
    const program = await this.programOf(op, variant);
    await this.run(program, 1);
    const first = await this.run(program, 1);
    if (first > HOPELESS * best) return first;
    const repeats = Math.min(MOST_REPEATS, Math.ceil(LONG_ENOUGH_MS / Math.max(first, 1e-3)));
    let fastest = first;
    for (let trial = 0; trial < TRIALS; trial++)
      fastest = Math.min(fastest, (await this.run(program, repeats)) / repeats);
    return fastest;
  }

  private async programOf(op: PlanOp, variant: Variant): Promise<Program> {
    const partials = new PartialSpace(this.trainable);
    const calls = callsFor(op, { ...this.settings, variantOf: () => variant }, (slot, copies) =>
      partials.reserve(slot, copies),
    );
    if (partials.sizeWords > this.partialWords) {
      this.partialWords = partials.sizeWords;
      this.resources.replace("partials", this.partialWords, GPUBufferUsage.STORAGE);
    }
    this.resources.release("sizes of trial");
    return this.compiler.program("trial", calls, this.resources);
  }

  private async run(program: Program, repeats: number): Promise<number> {
    const { device, failed } = this.gpu;
    const [resolved, staging] = ["trial times", "trial times read"].map((name) => this.resources.get(name));
    if (resolved === undefined || staging === undefined) throw new Error("no buffers for times");
    const encoder = device.createCommandEncoder({ label: "trial" });
    const pass = encoder.beginComputePass({
      timestampWrites: { querySet: this.queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
    });
    for (let repeat = 0; repeat < repeats; repeat++) encode(pass, program);
    pass.end();
    encoder.resolveQuerySet(this.queries, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16);
    device.queue.submit([encoder.finish()]);
    await Promise.race([staging.mapAsync(GPUMapMode.READ), failed]);
    const [begin = 0n, end = 0n] = new BigUint64Array(staging.getMappedRange().slice(0));
    staging.unmap();
    return Number(end - begin) / 1e6;
  }
}

/** Whether an engine with this switch tries kernels on this device. "on" throws where the device cannot time them. */
export function wantsTuning(autotune: "auto" | "on" | "off", { device, isSoftware }: GpuDevice): boolean {
  const canTime = device.features.has("timestamp-query");
  if (autotune === "on" && !canTime) {
    throw new PlaygroundError({
      code: "unsupported",
      message:
        "This graphics adapter cannot time its kernels, so the fastest ones cannot be chosen by trial.",
      what: "engine.autotune",
      doing: "preparing the training step",
      next: 'Set the choice of kernels to "auto" or "off".',
    });
  }
  // On a processor in disguise register tiles always win, and every trial costs as much as a part of a step.
  return autotune === "on" || (autotune === "auto" && canTime && !isSoftware);
}
