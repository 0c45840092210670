// Samples → one training batch, copied into arrays ready to upload.

import type { TrainBatch } from "../core/index.ts";
import type { Sample } from "./types.ts";

/** In the order given. Throws RangeError when a sample has no targets or is not `sizePx` wide and high. */
export function collectBatch(samples: readonly Sample[], sizePx: number): TrainBatch {
  const area = sizePx * sizePx;
  const images = new Uint8Array(samples.length * area * 4);
  const thresholds = new Uint8Array(samples.length * area);
  const flags = new Uint8Array(samples.length * area);
  samples.forEach((sample, n) => {
    if (
      sample.image.length !== area * 4 ||
      sample.thresholds.length !== area ||
      sample.flags.length !== area
    ) {
      const page = sample.request.pageId;
      throw new RangeError(
        `the sample of page "${page}" does not fill ${sizePx}×${sizePx} px with image and targets`,
      );
    }
    images.set(sample.image, n * area * 4);
    thresholds.set(sample.thresholds, n * area);
    flags.set(sample.flags, n * area);
  });
  return { images, thresholds, flags };
}
