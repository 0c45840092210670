// The module: runs a list of records, alone or together with other threads over the same memory. Threads take tiles of one
// record until none is left and meet at a barrier before the next that depends on it.

import { batchNorm, batchNormGradient } from "./batch-norm";
import { channelSum, dot } from "./dot";
import { fold, gemm, pack } from "./gemm";
import { exportMap, importImage } from "./image";
import { lossGradient, lossReport, lossSelect, lossStatistics } from "./loss";
import { clearGradients, move, squareSum } from "./optimizer";
import {
  activation,
  activationGradient,
  addUpsampled,
  affine,
  copy,
  scaleChannels,
  scaleGradient,
  upsample,
  upsampleGradient,
} from "./pointwise";
import { maxPool, maxPoolGradient, meanPool, meanPoolGradient } from "./pooling";
import { Head, Kind, RECORD_BYTES } from "./record";
import { spread } from "./spread";

/** What threads share; the same words as in ../threads.ts. */
@unmanaged
class Control {
  /** Counts programs that were started. */
  generation: i32;
  program: usize;
  count: i32;
  threads: i32;
  /** Of the barrier. */
  arrived: i32;
  phase: i32;
  /** 1: threads go home. */
  isOver: i32;
}

const GENERATION: usize = 0;
const ARRIVED: usize = 16;
const PHASE: usize = 20;

/** Looks at the barrier before a thread goes to sleep. */
const SPINS = 2000;
/** One sleep, in nanoseconds, and how many may pass without anybody coming before a thread is given up. */
const NAP: i64 = 1_000_000_000;
const NAPS = 60;

/** Alone: no thread needs to be waited for. */
export function runAlone(program: usize, count: i32, scratch: usize): void {
  for (let index = 0; index < count; index++) {
    const at = program + <usize>index * RECORD_BYTES;
    const tiles = changetype<Head>(at).tiles;
    for (let tile = 0; tile < tiles; tile++) runTile(at, tile, scratch);
  }
}

/** The leader's part: starts the others and works with them. False when a thread did not come to the barrier. */
export function lead(control: usize, program: usize, count: i32, scratch: usize): bool {
  const shared = changetype<Control>(control);
  for (let index = 0; index < count; index++) {
    changetype<Head>(program + <usize>index * RECORD_BYTES).next = 0;
  }
  shared.program = program;
  shared.count = count;
  atomic.add<i32>(control + GENERATION, 1);
  atomic.notify(control + GENERATION, -1);
  return work(control, program, count, scratch);
}

/** A helper's life: waits for programs and works on them until it is told to go, or nobody comes to a barrier. */
export function follow(control: usize, scratch: usize, start: i32): void {
  let seen = start;
  const shared = changetype<Control>(control);
  while (true) {
    atomic.wait<i32>(control + GENERATION, seen, -1);
    const now = atomic.load<i32>(control + GENERATION);
    if (atomic.load<i32>(control, 24) != 0) return;
    if (now == seen) continue;
    seen = now;
    if (!work(control, shared.program, shared.count, scratch)) return;
  }
}

function work(control: usize, program: usize, count: i32, scratch: usize): bool {
  for (let index = 0; index < count; index++) {
    const at = program + <usize>index * RECORD_BYTES;
    const head = changetype<Head>(at);
    const tiles = head.tiles;
    while (true) {
      const tile = atomic.add<i32>(at + 8, 1);
      if (tile >= tiles) break;
      runTile(at, tile, scratch);
    }
    if ((!head.isFree || index == count - 1) && !barrier(control)) return false;
  }
  return true;
}

function barrier(control: usize): bool {
  const phase = atomic.load<i32>(control + PHASE);
  if (atomic.add<i32>(control + ARRIVED, 1) == changetype<Control>(control).threads - 1) {
    atomic.store<i32>(control + ARRIVED, 0);
    atomic.add<i32>(control + PHASE, 1);
    atomic.notify(control + PHASE, -1);
    return true;
  }
  for (let spin = 0; spin < SPINS; spin++) {
    if (atomic.load<i32>(control + PHASE) != phase) return true;
  }
  for (let nap = 0; nap < NAPS; nap++) {
    atomic.wait<i32>(control + PHASE, phase, NAP);
    if (atomic.load<i32>(control + PHASE) != phase) return true;
  }
  return false;
}

function runTile(at: usize, tile: i32, scratch: usize): void {
  switch (changetype<Head>(at).kind) {
    case Kind.Spread:
      return spread(at, tile);
    case Kind.Pack:
      return pack(at, tile);
    case Kind.Fold:
      return fold(at);
    case Kind.Gemm:
      return gemm(at, tile, scratch);
    case Kind.Dot:
      return dot(at, tile, scratch);
    case Kind.BatchNorm:
      return batchNorm(at, tile);
    case Kind.BatchNormGradient:
      return batchNormGradient(at, tile);
    case Kind.Affine:
      return affine(at, tile);
    case Kind.Activation:
      return activation(at, tile);
    case Kind.ActivationGradient:
      return activationGradient(at, tile);
    case Kind.Upsample:
      return upsample(at, tile);
    case Kind.UpsampleGradient:
      return upsampleGradient(at, tile);
    case Kind.AddUpsampled:
      return addUpsampled(at, tile);
    case Kind.ScaleChannels:
      return scaleChannels(at, tile);
    case Kind.ScaleGradient:
      return scaleGradient(at, tile);
    case Kind.Copy:
      return copy(at, tile);
    case Kind.MaxPool:
      return maxPool(at, tile);
    case Kind.MaxPoolGradient:
      return maxPoolGradient(at, tile);
    case Kind.MeanPool:
      return meanPool(at, tile);
    case Kind.MeanPoolGradient:
      return meanPoolGradient(at, tile);
    case Kind.ChannelSum:
      return channelSum(at, tile);
    case Kind.ImportImage:
      return importImage(at, tile);
    case Kind.ExportMap:
      return exportMap(at, tile);
    case Kind.LossStatistics:
      return lossStatistics(at, tile);
    case Kind.LossSelect:
      return lossSelect(at);
    case Kind.LossGradient:
      return lossGradient(at, tile);
    case Kind.LossReport:
      return lossReport(at);
    case Kind.Clear:
      return clearGradients(at, tile);
    case Kind.SquareSum:
      return squareSum(at, tile);
    case Kind.Move:
      return move(at, tile);
    default:
      unreachable();
  }
}
