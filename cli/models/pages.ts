// Pages from the person's disk for commands that run in Node: the same importers and the same placement as in the browser,
// pictures decoded by a canvas for Node.

import { basename } from "node:path";
import { evaluationPlacement } from "../../src/augment/index.ts";
import { resample } from "../../src/batch/index.ts";
import type { Affine } from "../../src/core/index.ts";
import type { Dataset, Page } from "../../src/dataset/index.ts";
import { collectFiles } from "../train/files.ts";
import { decodePage } from "../train/node/decode.ts";
import { importPages } from "../train/node/pages.ts";

/** Every page of a folder or label file, in the order of their paths; a picture that cannot be decoded is refused in the reports. */
export async function readPages(
  data: string,
  images: string | undefined,
): Promise<{ readonly pages: readonly Page[]; readonly dataset: Dataset }> {
  const whole = { labelSpace: "auto", validationShare: 0, seed: 1 } as const;
  const dataset = await importPages(collectFiles(data, images), basename(data), whole);
  return { pages: [...dataset.train, ...dataset.validation], dataset };
}

export interface PlacedPage {
  /** S·S·4 RGBX. */
  readonly image: Uint8Array<ArrayBuffer>;
  readonly placement: Affine<"upright", "input">;
}

/** The page in the square that networks see, as an evaluation places it. */
export async function placePage(page: Page, sizePx: number): Promise<PlacedPage> {
  const placement = evaluationPlacement(page.size, sizePx);
  return { placement, image: resample(await decodePage(page), placement, sizePx) };
}
