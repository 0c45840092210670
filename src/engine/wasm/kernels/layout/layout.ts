// Images laid out for products: with zeros around, split into planes by stride (spread.as), and which byte offset
// each tap of a kernel then has.

import type { View } from "../../../plan/types.ts";
import type { Record } from "../../program.ts";
import { pageBytes, planeBytes, type Space } from "../../space.ts";

/** Kernels read at most this far behind the last plane. */
const SLACK_BYTES = 64;

/** A batch of images as a kernel reads it. */
export interface Layout {
  readonly address: number;
  readonly pageBytes: number;
  readonly channelBytes: number;
  /** Floats from one row to the next. */
  readonly pitch: number;
  /** What must run before; empty where the tensor can be read as it lies. */
  readonly records: readonly Record[];
}

export interface Spreading {
  readonly area: "planes" | "rows";
  readonly rows: number;
  readonly pitch: number;
  readonly stride: number;
  readonly paddingTop: number;
  readonly paddingLeft: number;
  /** Planes in each direction. */
  readonly phases: number;
}

/** The tensor as it lies in its buffer. */
export function directLayout(view: View, space: Space): Layout {
  return {
    address: space.at(view),
    pageBytes: pageBytes(view),
    channelBytes: planeBytes(view),
    pitch: view.width,
    records: [],
  };
}

export function spreadLayout(view: View, how: Spreading, space: Space): Layout {
  const { rows, pitch, stride, paddingTop, paddingLeft, phases } = how;
  const bytes = planeBytesOf(rows, pitch);
  const channelBytes = phases * phases * bytes;
  const all = view.batch * view.channels * channelBytes;
  const address = space.area(how.area, all + SLACK_BYTES);
  const from = [space.at(view), pageBytes(view), view.channels, view.height, view.width];
  const words = [...from, address, rows, pitch, bytes, stride, paddingTop, paddingLeft, phases, SLACK_BYTES];
  const record: Record = { kind: "spread", tiles: view.batch * view.channels, words };
  return { address, pageBytes: view.channels * channelBytes, channelBytes, pitch, records: [record] };
}

/** Of one plane: whole vectors, so that a row of zeros can be read to its end. */
export function planeBytesOf(rows: number, pitch: number): number {
  return Math.ceil((rows * pitch) / 4) * 16;
}

/** `count` values, each made from its index. */
export function listOf<T>(count: number, value: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => value(index));
}
