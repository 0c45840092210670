// Random change of brightness, contrast and saturation as three numbers that the resampler applies to every pixel.
// Values are bytes 0..255; luma after ITU-R BT.601.

import type { Random } from "../core/index.ts";

/** value' = gain · (luma + saturation · (value − luma)) + offset, clipped to 0..255. */
export interface ColorChange {
  readonly gain: number;
  readonly offset: number;
  readonly saturation: number;
}

/** At full strength each factor lies in 0.4..1.6. */
const REACH = 0.6;

/** Contrast turns about mid-grey, brightness scales, saturation moves from the luma. null for strength 0; draws in any case. */
export function randomColorChange(strength: number, random: Random): ColorChange | null {
  const [brightness, contrast, saturation] = [
    factor(strength, random),
    factor(strength, random),
    factor(strength, random),
  ];
  if (strength === 0) return null;
  return { gain: contrast * brightness, offset: 127.5 * (1 - contrast), saturation };
}

function factor(strength: number, random: Random): number {
  return 1 + random.range(-REACH, REACH) * strength;
}
