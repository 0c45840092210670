// A placement that is the same every time. Only such a one may be part of what is kept finished: a function that keeps maps or
// inputs asks for this type, and nothing random can be turned into it, so no cache can freeze augmentation.

import type { Config } from "../config/index.ts";
import type { Affine } from "../core/index.ts";
import type { Augmentation } from "./augmentation.ts";

declare const fixed: unique symbol;

export interface FixedPlacement {
  readonly [fixed]: true;
  readonly placement: Affine<"upright", "input">;
  /** Whether the colours stay as well, so that the picture too is the same every time. */
  readonly hasFixedColor: boolean;
}

const DIALS: readonly [string, (settings: Config["augment"]) => boolean][] = [
  ["flip", ({ flip }) => flip > 0 && flip < 1],
  ["rotation", ({ rotateDeg }) => rotateDeg > 0],
  ["scale", ({ scaleMin, scaleMax }) => scaleMin !== scaleMax],
  ["crop", ({ crop }) => crop],
];

/** Of a page that is evaluated: never random. `placement` must come from `evaluationPlacement`. */
export function fixedForEvaluation(placement: Affine<"upright", "input">): FixedPlacement {
  return { placement, hasFixedColor: true } as FixedPlacement;
}

/** Of a training page; null as soon as one dial makes its placement random. */
export function fixedForTraining(
  { placement }: Augmentation,
  settings: Config["augment"],
): FixedPlacement | null {
  if (DIALS.some(([, isRandom]) => isRandom(settings))) return null;
  return { placement, hasFixedColor: settings.color === 0 } as FixedPlacement;
}

/** The dials that make placements random, by their names on the screen. */
export function randomDials(settings: Config["augment"]): string[] {
  return DIALS.filter(([, isRandom]) => isRandom(settings)).map(([name]) => name);
}
