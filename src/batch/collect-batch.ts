// Samples → one training batch, copied into arrays ready to upload.

import type { TrainBatch } from "../core/index.ts";
import type { Sample } from "./types.ts";

/**
 * In the order given. A former batch of the same size is written again: fresh memory costs many times the copying.
 * Throws RangeError when a sample has no targets or is not `sizePx` wide and high.
 */
export function collectBatch(samples: readonly Sample[], sizePx: number, former?: TrainBatch): TrainBatch {
  const area = sizePx * sizePx;
  const pixels = samples.length * area;
  const batch = former?.flags.length === pixels ? former : emptyBatch(pixels);
  const { images, thresholds, flags } = batch;
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
  return batch;
}

function emptyBatch(pixels: number): TrainBatch {
  return {
    images: new Uint8Array(pixels * 4),
    thresholds: new Uint8Array(pixels),
    flags: new Uint8Array(pixels),
  };
}
