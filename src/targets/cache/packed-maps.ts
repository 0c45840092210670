// Finished target maps as the map tier keeps them: three bits a pixel for text and masks, a byte for the threshold. Packing
// loses nothing, because the generator itself writes bytes and bits.

import { bytesIn } from "../../core/index.ts";
import type { RenderedTargets } from "../render.ts";

export interface PackedMaps {
  /** One plane of S·S bits for each flag bit, lowest first. */
  readonly planes: Uint8Array<ArrayBuffer>;
  readonly thresholds: Uint8Array<ArrayBuffer>;
}

const PLANES = 3;
/** The eight pixels of one byte of a plane, as the bytes 0 and 1 of two words, lowest bit first. */
const SPREAD = spreadTable();

/** S·S must be a multiple of 8, as every input size is. */
export function packMaps({ flags, thresholds }: RenderedTargets): PackedMaps {
  const planeBytes = flags.length >> 3;
  const planes = new Uint8Array(PLANES * planeBytes);
  for (let byte = 0, at = 0; byte < planeBytes; byte++) {
    let [p0, p1, p2] = [0, 0, 0];
    for (let bit = 0; bit < 8; bit++, at++) {
      const flag = flags[at] as number;
      p0 |= (flag & 1) << bit;
      p1 |= ((flag >> 1) & 1) << bit;
      p2 |= ((flag >> 2) & 1) << bit;
    }
    planes[byte] = p0;
    planes[planeBytes + byte] = p1;
    planes[2 * planeBytes + byte] = p2;
  }
  return { planes, thresholds: thresholds.slice() };
}

/** In `into` where that has the length. */
export function unpackMaps({ planes, thresholds }: PackedMaps, into?: RenderedTargets): RenderedTargets {
  const planeBytes = planes.length / PLANES;
  const flags = bytesIn(into?.flags, planeBytes * 8);
  const levels = bytesIn(into?.thresholds, thresholds.length);
  levels.set(thresholds);
  const words = new Uint32Array(flags.buffer);
  for (let byte = 0; byte < planeBytes; byte++) {
    const p0 = 2 * (planes[byte] as number);
    const p1 = 2 * (planes[planeBytes + byte] as number);
    const p2 = 2 * (planes[2 * planeBytes + byte] as number);
    for (let half = 0; half < 2; half++) {
      words[2 * byte + half] =
        (SPREAD[p0 + half] as number) |
        ((SPREAD[p1 + half] as number) << 1) |
        ((SPREAD[p2 + half] as number) << 2);
    }
  }
  return { flags, thresholds: levels };
}

/** What maps take once they are packed. */
export function packedBytes({ flags, thresholds }: RenderedTargets): number {
  return PLANES * (flags.length >> 3) + thresholds.length;
}

function spreadTable(): Uint32Array {
  const bytes = new Uint8Array(256 * 8);
  for (let value = 0; value < 256; value++) {
    for (let bit = 0; bit < 8; bit++) bytes[8 * value + bit] = (value >> bit) & 1;
  }
  return new Uint32Array(bytes.buffer);
}
