// Lets values share memory: each virtual buffer lives from its first to its last operation, and a physical buffer is
// taken over by the next value that fits. An operation never reads and writes the same physical buffer.

import type { PlanOp, View } from "./types.ts";
import { trafficOf, withViews } from "./views.ts";

export interface SharedMemory {
  /** Physical sizes in floats. */
  readonly buffers: number[];
  readonly ops: PlanOp[];
  /** Physical index of each virtual buffer. */
  readonly assignment: readonly number[];
}

/** `kept` virtual buffers stay readable after the last operation. */
export function shareMemory(
  ops: readonly PlanOp[],
  sizes: readonly number[],
  kept: readonly number[],
): SharedMemory {
  const lives = livesOf(ops, sizes.length, kept);
  const buffers: number[] = [];
  const free = new Set<number>();
  const assignment: number[] = sizes.map(() => -1);
  const byBirth = new Map<number, number[]>();
  const byDeath = new Map<number, number[]>();
  for (const [buffer, life] of lives.entries()) {
    if (life === undefined) continue;
    byBirth.set(life.first, [...(byBirth.get(life.first) ?? []), buffer]);
    byDeath.set(life.last, [...(byDeath.get(life.last) ?? []), buffer]);
  }
  for (let index = 0; index < ops.length; index++) {
    const born = byBirth.get(index) ?? [];
    for (const buffer of born.sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0))) {
      const size = sizes[buffer] ?? 0;
      const taken = bestFit(free, buffers, size) ?? buffers.push(0) - 1;
      buffers[taken] = Math.max(buffers[taken] ?? 0, size);
      free.delete(taken);
      assignment[buffer] = taken;
    }
    for (const buffer of byDeath.get(index) ?? []) free.add(assignment[buffer] ?? -1);
  }
  const move = (view: View): View => ({ ...view, buffer: assignment[view.buffer] ?? -1 });
  const moved = ops.map((op) => withViews(op, move));
  for (const op of moved) requireSeparate(op);
  return { buffers, ops: moved, assignment };
}

interface Life {
  readonly first: number;
  readonly last: number;
}

function livesOf(ops: readonly PlanOp[], count: number, kept: readonly number[]): (Life | undefined)[] {
  const lives: (Life | undefined)[] = new Array<Life | undefined>(count).fill(undefined);
  for (const [index, op] of ops.entries()) {
    const { reads, writes } = trafficOf(op);
    for (const { buffer } of [...reads, ...writes]) {
      lives[buffer] = { first: lives[buffer]?.first ?? index, last: index };
    }
  }
  for (const buffer of kept) {
    const life = lives[buffer];
    if (life !== undefined) lives[buffer] = { ...life, last: ops.length };
  }
  return lives;
}

/** The smallest that is large enough, else the largest, which then grows. */
function bestFit(free: ReadonlySet<number>, buffers: readonly number[], size: number): number | undefined {
  let best: number | undefined;
  for (const candidate of free) {
    const [has, had] = [buffers[candidate] ?? 0, best === undefined ? -1 : (buffers[best] ?? 0)];
    const isBetter = had < 0 || (has >= size ? had < size || has < had : had < size && has > had);
    if (isBetter) best = candidate;
  }
  return best;
}

function requireSeparate(op: PlanOp): void {
  const { reads, writes } = trafficOf(op);
  for (const { buffer } of writes) {
    if (reads.some((read) => read.buffer === buffer)) {
      throw new Error(`the plan lets "${op.kind}" read and write the same buffer`);
    }
  }
}
