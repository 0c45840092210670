// The threads that run programs together: the caller, who leads, and helpers that sleep between programs. The words that
// they share are those of `Control` in assembly/kernels.as.

import { PlaygroundError } from "../../core/index.ts";
import type { Program } from "./compile.ts";
import type { Helper, WasmHost } from "./host.ts";
import { type Kernels, kernelsOf } from "./kernels-module.ts";

export const CONTROL_BYTES = 64;
export const SCRATCH_BYTES = 2048;

const [GENERATION, IS_OVER, PATIENCE] = [0, 3, 5];
/** As in assembly/kernels.as. */
const NAP_MS = 50;
/** A part of an operation takes milliseconds; on a machine that is choked, a thread may wait seconds for its turn. */
const PATIENCE_MS = 20_000;

export interface CrewSpace {
  readonly control: number;
  /** One for each thread. */
  readonly scratches: readonly number[];
}

export class Crew {
  /** Rejects when a helper dies. */
  readonly failed: Promise<never>;
  private readonly kernels: Kernels;
  private readonly helpers: readonly Helper[];
  private readonly space: CrewSpace;
  private readonly memory: WebAssembly.Memory;

  private constructor(
    kernels: Kernels,
    helpers: readonly Helper[],
    space: CrewSpace,
    memory: WebAssembly.Memory,
  ) {
    this.kernels = kernels;
    this.helpers = helpers;
    this.space = space;
    this.memory = memory;
    this.failed = new Promise((_, reject) => {
      for (const { failed } of helpers) failed.catch(reject);
    });
    this.failed.catch(() => undefined);
  }

  /** As many threads as there are scratches. Helpers that cannot start are done without. */
  static async start(host: WasmHost, memory: WebAssembly.Memory, space: CrewSpace): Promise<Crew> {
    const module = await host.kernels();
    const kernels = await kernelsOf(module, memory);
    const naps = Math.max(2, Math.ceil((host.patienceMs ?? PATIENCE_MS) / NAP_MS));
    new Int32Array(memory.buffer, space.control)[PATIENCE] = naps;
    const helpers = space.scratches.slice(1).map((scratch) => {
      return host.startHelper({ module, memory, control: space.control, scratch });
    });
    const crew = new Crew(kernels, helpers, space, memory);
    try {
      await Promise.race([Promise.all(helpers.map(({ ready }) => ready)), crew.failed]);
    } catch (error) {
      crew.dismiss();
      throw error;
    }
    return crew;
  }

  get threads(): number {
    return this.helpers.length + 1;
  }

  /** Runs a program to its end. Throws PlaygroundError "worker-died" when a helper is missing. */
  run({ address, records }: Program): void {
    const { control, scratches } = this.space;
    const [scratch = 0] = scratches;
    if (this.helpers.length === 0) {
      this.kernels.runAlone(address, records.length, scratch);
      return;
    }
    if (this.kernels.lead(control, address, records.length, scratch) !== 0) return;
    throw new PlaygroundError({
      code: "worker-died",
      message: "A helper thread of the training step no longer answers.",
      doing: "training on the processor",
      next: "Start the run again.",
    });
  }

  dismiss(): void {
    const words = new Int32Array(this.memory.buffer, this.space.control);
    Atomics.store(words, IS_OVER, 1);
    Atomics.add(words, GENERATION, 1);
    Atomics.notify(words, GENERATION);
    for (const helper of this.helpers) helper.stop();
  }
}
