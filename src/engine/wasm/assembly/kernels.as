// The module: runs a list of records, alone or together with other threads over the same memory. Threads take parts of a
// record until none is left, and go on to what depends on it when all parts are finished.

import { batchNorm, batchNormGradient } from "../kernels/batch-norm/batch-norm";
import { channelSum, dot } from "../kernels/product/dot";
import { fold, gemm, pack } from "../kernels/product/gemm";
import { exportMap, importImage } from "../kernels/image/image";
import { lossGradient, lossReport, lossSelect, lossStatistics } from "../kernels/loss/loss";
import { average, clearGradients, move, squareSum } from "../kernels/optimizer/optimizer";
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
} from "../kernels/pointwise/pointwise";
import { maxPool, maxPoolGradient, meanPool, meanPoolGradient } from "../kernels/pooling/pooling";
import { Head, Kind, RECORD_BYTES } from "./record";
import { spread } from "../kernels/layout/spread";

/** What threads share; the same words as in ../crew.ts. */
@unmanaged
class Control {
  /** Counts runs. */
  generation: i32;
  program: usize;
  count: i32;
  /** 1: helpers go home. */
  isOver: i32;
  /** 1: a helper has failed, and what it had taken will not be finished. */
  isBroken: i32;
  /** Naps without any progress after which a helper counts as dead. */
  patience: i32;
}

const IS_OVER: usize = 12;
const IS_BROKEN: usize = 16;
const TICKET: usize = 8;
const UNFINISHED: usize = 20;

/** Looks at a record before a thread goes to sleep. */
const SPINS = 2000;
/** One sleep, in nanoseconds; ../crew.ts counts patience in it. */
const NAP: i64 = 50_000_000;

/** Alone: no thread needs to be waited for. */
export function runAlone(program: usize, count: i32, scratch: usize): void {
  for (let index = 0; index < count; index++) {
    const at = program + <usize>index * RECORD_BYTES;
    const tiles = changetype<Head>(at).tiles;
    for (let tile = 0; tile < tiles; tile++) runTile(at, tile, scratch);
  }
}

/**
 * The leader's part: starts a run and works on it. Helpers may come late or not at all; only parts that they have taken
 * are waited for. False when one was never finished.
 */
export function lead(control: usize, program: usize, count: i32, scratch: usize): bool {
  const shared = changetype<Control>(control);
  const generation = shared.generation + 1;
  for (let index = 0; index < count; index++) {
    const at = program + <usize>index * RECORD_BYTES;
    const tiles = changetype<Head>(at).tiles;
    atomic.store<i32>(at + UNFINISHED, tiles);
    atomic.store<i64>(at + TICKET, (<i64>generation << 32) | <i64>tiles);
  }
  shared.program = program;
  shared.count = count;
  atomic.store<i32>(control, generation);
  atomic.notify(control, -1);
  return work(generation, control, program, count, scratch);
}

/** A helper's life: waits for runs and works on them until it is told to go. */
export function follow(control: usize, scratch: usize): void {
  let seen = 0;
  const shared = changetype<Control>(control);
  while (true) {
    atomic.wait<i32>(control, seen, -1);
    const now = atomic.load<i32>(control);
    if (atomic.load<i32>(control + IS_OVER) != 0) return;
    if (now == seen) continue;
    seen = now;
    work(now, control, shared.program, shared.count, scratch);
  }
}

/** Goes through the records of one run; a helper that is late finds everything taken, or another run and leaves. */
function work(generation: i32, control: usize, program: usize, count: i32, scratch: usize): bool {
  let group = 0;
  for (let index = 0; index < count; index++) {
    const at = program + <usize>index * RECORD_BYTES;
    while (true) {
      const tile = take(at, generation);
      if (tile == NOTHING) break;
      if (tile == STALE) return true;
      runTile(at, tile, scratch);
      if (atomic.sub<i32>(at + UNFINISHED, 1) == 1) atomic.notify(at + UNFINISHED, -1);
    }
    if (changetype<Head>(at).isFree && index < count - 1) continue;
    for (; group <= index; group++) {
      if (!finished(control, program + <usize>group * RECORD_BYTES)) return false;
    }
  }
  return true;
}

const NOTHING = -1;
const STALE = -2;

/** A part of this record in this run. */
function take(at: usize, generation: i32): i32 {
  while (true) {
    const ticket = atomic.load<i64>(at + TICKET);
    if (<i32>(ticket >> 32) != generation) return STALE;
    if (<i32>ticket == 0) return NOTHING;
    if (atomic.cmpxchg<i64>(at + TICKET, ticket, ticket - 1) == ticket) return <i32>ticket - 1;
  }
}

/** Waits until all parts are finished; false when that does not happen: a helper failed, or none makes progress any more. */
function finished(control: usize, at: usize): bool {
  for (let spin = 0; spin < SPINS; spin++) {
    if (atomic.load<i32>(at + UNFINISHED) == 0) return true;
  }
  const patience = changetype<Control>(control).patience;
  let seen = 0;
  for (let nap = 0; nap < patience; nap++) {
    const open = atomic.load<i32>(at + UNFINISHED);
    if (open == 0) return true;
    if (atomic.load<i32>(control + IS_BROKEN) != 0) return false;
    if (open != seen) nap = 0;
    seen = open;
    atomic.wait<i32>(at + UNFINISHED, open, NAP);
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
    case Kind.Average:
      return average(at, tile);
    default:
      unreachable();
  }
}
