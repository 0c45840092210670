// What happens to one training page in one epoch: follows from seed, page and epoch alone, whoever prepares it and when.

import type { Config } from "../config/index.ts";
import { type Affine, type Polygon, randomFrom, type Size } from "../core/index.ts";
import { type ColorChange, randomColorChange } from "./color.ts";
import { trainPlacement } from "./train-placement.ts";

export interface Augmentation {
  readonly placement: Affine<"upright", "input">;
  /** null: colours stay. */
  readonly color: ColorChange | null;
}

/** What this room needs of a page. */
export interface AugmentedPage {
  readonly id: string;
  readonly size: Size<"upright">;
  readonly words: readonly { readonly polygon: Polygon<"upright">; readonly ignore: boolean }[];
}

/** Deterministic in its arguments. */
export function augmentationOf(
  page: AugmentedPage,
  settings: Config["augment"],
  inputSizePx: number,
  seed: number,
  epoch: number,
): Augmentation {
  const random = randomFrom(seed, "augment", page.id, epoch);
  const words = page.words.filter((word) => !word.ignore).map((word) => word.polygon);
  const color = randomColorChange(settings.color, random);
  return { placement: trainPlacement({ size: page.size, words }, settings, inputSizePx, random), color };
}
