// What the frozen layers give, kept in buffers of the device: copied away after they ran, copied back instead of running them.

import { FrozenKeeper } from "../frozen-features.ts";
import type { Plan, View } from "../plan/types.ts";
import { pageElements } from "../plan/views.ts";
import type { Program } from "./program.ts";
import { type Resources, tensorName } from "./resources.ts";

export class FrozenMemory {
  /** null where nothing is frozen. Keeps names of buffers. */
  readonly keeper: FrozenKeeper<string> | null;
  /** The forward program in two. */
  readonly computed: Program;
  readonly rest: Program;
  private readonly values: readonly View[];
  private readonly resources: Resources;
  private made = 0;

  constructor({ frozen }: Plan, forward: Program, dispatches: number, resources: Resources) {
    this.values = frozen?.values ?? [];
    this.resources = resources;
    this.computed = { dispatches: forward.dispatches.slice(0, dispatches) };
    this.rest = { dispatches: forward.dispatches.slice(dispatches) };
    const pageBytes = this.values.reduce((sum, view) => sum + pageElements(view) * 4, 0);
    this.keeper = pageBytes === 0 ? null : new FrozenKeeper(pageBytes, (name) => resources.release(name));
  }

  /** False when they must be computed. */
  bringBack(encoder: GPUCommandEncoder, pages: readonly string[] | undefined): boolean {
    const kept = this.keeper?.find(pages) ?? null;
    if (kept === null) return false;
    for (const [index, name] of kept.entries()) {
      this.eachPart(index, (tensor, offset, at, size) =>
        encoder.copyBufferToBuffer(this.resources.get(name), at, tensor, offset, size),
      );
    }
    return true;
  }

  /** Right after the frozen layers ran: what comes later may use their memory. */
  keep(encoder: GPUCommandEncoder, pages: readonly string[] | undefined): void {
    this.keeper?.keep(pages, (index) => {
      const name = `frozen features ${this.made++}`;
      const { COPY_SRC, COPY_DST } = GPUBufferUsage;
      const target = this.resources.create(name, (this.keeper?.pageBytes ?? 0) / 4, COPY_SRC | COPY_DST);
      this.eachPart(index, (tensor, offset, at, size) =>
        encoder.copyBufferToBuffer(tensor, offset, target, at, size),
      );
      return name;
    });
  }

  /** Where a page of the batch has each of its values, and where they lie one after the other; in bytes. */
  private eachPart(
    page: number,
    visit: (tensor: GPUBuffer, offset: number, at: number, size: number) => void,
  ): void {
    let at = 0;
    for (const view of this.values) {
      const size = pageElements(view) * 4;
      const offset = (view.offset + page * view.batchStride) * 4;
      visit(this.resources.get(tensorName(view.buffer)), offset, at, size);
      at += size;
    }
  }
}
