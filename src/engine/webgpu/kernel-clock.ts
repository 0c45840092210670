// Times of every kernel of a step: each dispatch in a pass of its own with a pair of timestamps. The step computes the same, but
// slower: passes end between its kernels. Made in the step that first asks for it; a step that finds all slots in flight, and what
// lies beyond the query set's limit, runs untimed.

import { type ClockBounds, type KernelFacts, type SpanSink, type Tracer, TRACKS } from "../../trace/index.ts";
import type { EngineSettings } from "../engine.ts";
import type { Plan } from "../plan/types.ts";
import { type OpWork, workOf } from "../plan/work.ts";
import { type CallSettings, callsFor } from "./calls.ts";
import { PartialSpace } from "./partials.ts";
import type { Program } from "./program.ts";
import type { Resources } from "./resources.ts";
import { PHASES } from "./timing.ts";

/** WebGPU's limit for one query set. */
const MOST_QUERIES = 4096;

/** Timestamps of one step on their way. */
export interface TimedSlot {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly staging: GPUBuffer;
  ids: number[];
  /** First dispatch of each phase; then the number of them. */
  firsts: number[];
}

export interface TimedOptions {
  readonly skipped?: number;
  readonly pause?: { readonly at: number; readonly work: () => void } | undefined;
}

export class KernelClock {
  private readonly device: GPUDevice;
  private readonly tracer: Tracer;
  private readonly facts: readonly KernelFacts[];
  private readonly ids = new Map<string, number>();
  private readonly free: TimedSlot[] = [];
  private readonly all: TimedSlot[] = [];
  private readonly capacity: number;

  constructor(
    device: GPUDevice,
    resources: Resources,
    plan: Plan,
    settings: CallSettings & Pick<EngineSettings, "tracer">,
    slots: number,
  ) {
    this.device = device;
    this.tracer = settings.tracer;
    this.facts = kernelFacts(plan, settings);
    // The optimiser's kernels come after those of the plan.
    this.capacity = Math.min(MOST_QUERIES / 2, this.facts.length + 8);
    for (let i = 0; i < slots; i++) this.free.push(this.slot(i, resources));
    this.all.push(...this.free);
  }

  /**
   * Encodes the programs of all phases, a pair of timestamps around each dispatch; undefined when all slots are in flight. `skipped`:
   * dispatches of the plan that the first program leaves out at its beginning. `pause` is called before its dispatch of that number.
   */
  encode(
    encoder: GPUCommandEncoder,
    programs: readonly Program[],
    { skipped = 0, pause }: TimedOptions = {},
  ): TimedSlot | undefined {
    const slot = this.free.pop();
    if (slot === undefined) return undefined;
    slot.ids = [];
    slot.firsts = [];
    for (const [index, program] of programs.entries()) {
      const phase = PHASES[index] ?? "optimiser";
      slot.firsts.push(slot.ids.length);
      for (const { kernel, pipeline, bindGroup, workgroups } of program.dispatches) {
        const at = slot.ids.length;
        if (at === pause?.at) pause.work();
        const isTimed = at < this.capacity;
        const timestampWrites = {
          querySet: slot.queries,
          beginningOfPassWriteIndex: at * 2,
          endOfPassWriteIndex: at * 2 + 1,
        };
        const pass = encoder.beginComputePass(isTimed ? { timestampWrites } : {});
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...workgroups);
        pass.end();
        if (!isTimed) continue;
        const planned = phase === "optimiser" ? undefined : this.facts[at + skipped];
        const facts = planned?.kernel === kernel ? planned : { kernel, layer: "", phase, flops: 0, bytes: 0 };
        slot.ids.push(this.idOf(facts));
      }
    }
    const count = slot.ids.length;
    slot.firsts.push(count);
    encoder.resolveQuerySet(slot.queries, 0, count * 2, slot.resolved, 0);
    encoder.copyBufferToBuffer(slot.resolved, 0, slot.staging, 0, count * 16);
    return slot;
  }

  /** After the submit, which came after `startMs`: reports every kernel, and the phases and the step that they make up. */
  async report(slot: TimedSlot, startMs: number, clock: ClockBounds, tracer: SpanSink): Promise<void> {
    const size = slot.ids.length * 16;
    try {
      try {
        await slot.staging.mapAsync(GPUMapMode.READ, 0, size);
      } catch {
        // The device is gone or the engine was closed: the step itself tells.
        return;
      }
      const times = new BigUint64Array(slot.staging.getMappedRange(0, size).slice(0));
      slot.staging.unmap();
      const at = (index: number): number => Number(times[index] ?? 0n) / 1e6;
      const last = at(times.length - 1);
      clock.observe(startMs, performance.now(), at(0), last);
      const offsetMs = clock.offset?.offsetMs ?? startMs - at(0);
      for (const [i, id] of slot.ids.entries()) {
        tracer.recordKernel(id, at(i * 2) + offsetMs, at(i * 2 + 1) - at(i * 2));
      }
      for (const [i, phase] of PHASES.entries()) {
        const begin = at((slot.firsts[i] ?? 0) * 2);
        const end = at((slot.firsts[i + 1] ?? 0) * 2 - 1);
        tracer.record(phase, begin + offsetMs, end - begin, TRACKS.gpu);
      }
      tracer.record("step", at(0) + offsetMs, last - at(0), TRACKS.gpu);
    } finally {
      this.free.push(slot);
    }
  }

  dispose(): void {
    for (const { queries } of this.all) queries.destroy();
  }

  private idOf(facts: KernelFacts): number {
    // Two operations of a layer by the same kernel are told apart by their work: rates are worked out from it.
    const key = `${facts.phase} ${facts.kernel} ${facts.layer} ${facts.flops} ${facts.bytes}`;
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.tracer.define(facts);
      this.ids.set(key, id);
    }
    return id;
  }

  private slot(index: number, resources: Resources): TimedSlot {
    const { QUERY_RESOLVE, COPY_SRC, MAP_READ, COPY_DST } = GPUBufferUsage;
    const words = this.capacity * 4;
    return {
      queries: this.device.createQuerySet({ type: "timestamp", count: this.capacity * 2 }),
      resolved: resources.create(`kernel times ${index}`, words, QUERY_RESOLVE | COPY_SRC),
      staging: resources.create(`kernel times read ${index}`, words, MAP_READ | COPY_DST),
      ids: [],
      firsts: [],
    };
  }
}

/** Of each dispatch of forward and backward, in order. The work of an operation is its first kernel's; the rest are its helpers. */
function kernelFacts(plan: Plan, settings: CallSettings): KernelFacts[] {
  const partials = new PartialSpace(plan.parameters.sizes.trainable);
  const work = workOf(plan);
  const lossAt = plan.ops.findIndex(({ kind }) => kind === "loss");
  return plan.ops.flatMap((op, index) => {
    const { layer, flops, bytes }: OpWork = work[index] ?? { layer: "", flops: 0, bytes: 0 };
    const phase = index <= lossAt ? "forward" : "backward";
    const calls = callsFor(op, settings, (slot, copies) => partials.reserve(slot, copies));
    return calls.map(
      ({ kernel }, call): KernelFacts => ({
        kernel,
        layer,
        phase,
        flops: call === 0 ? flops : 0,
        bytes: call === 0 ? bytes : 0,
      }),
    );
  });
}
