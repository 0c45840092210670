// Draws a whole built-in set: plans it, draws and encodes page after page, and names the result by a hash over every byte
// and label. Waits for each page to be encoded before the next is drawn, so that memory stays at one page.

import type { Config } from "../../config/index.ts";
import { PlaygroundError } from "../../core/index.ts";
import { contentHash } from "../content-hash.ts";
import type { Dataset, Page, PageFile } from "../types.ts";
import type { CanvasProvider, DrawCanvas } from "./canvas.ts";
import { drawPage } from "./draw-page.ts";
import { type PageSpec, synthPlan } from "./plan.ts";

export interface SetTools<C extends DrawCanvas> {
  readonly createCanvas: CanvasProvider<C>;
  /** Encodes a page; JPEG at quality 0.92 is meant. */
  readonly encode: (canvas: C) => Promise<PageFile>;
  /** Called after every page. */
  readonly onProgress: (done: number, total: number) => void;
  /** Asked before every page: true stops with error "cancelled". */
  readonly isCancelled: () => boolean;
}

export async function drawSet<C extends DrawCanvas>(
  data: Config["data"],
  tools: SetTools<C>,
): Promise<Dataset> {
  const plan = synthPlan(data);
  const total = plan.train.length + plan.validation.length;
  const hash = contentHash();
  let done = 0;
  const draw = async (spec: PageSpec): Promise<Page> => {
    if (tools.isCancelled()) {
      throw new PlaygroundError({
        code: "cancelled",
        message: "Drawing the built-in pages was stopped.",
        doing: `drawing ${data.set}`,
        kept: `${done} of ${total} pages were drawn and are dropped.`,
      });
    }
    const drawn = drawPage(spec, tools.createCanvas);
    const file = await tools.encode(drawn.canvas);
    hash.addText(spec.id);
    hash.addBytes(new Uint8Array(await file.arrayBuffer()));
    for (const word of drawn.words) {
      hash.addText(`${word.ignore ? "-" : "+"}${word.text ?? ""}`);
      hash.addBytes(new Uint8Array(word.polygon.buffer));
    }
    done++;
    tools.onProgress(done, total);
    return {
      id: spec.id,
      name: spec.name,
      file,
      orientation: 1,
      size: drawn.size,
      words: drawn.words,
      labelSpace: "either",
    };
  };
  const drawAll = async (specs: readonly PageSpec[]): Promise<Page[]> => {
    const pages: Page[] = [];
    for (const spec of specs) pages.push(await draw(spec));
    return pages;
  };
  const train = await drawAll(plan.train);
  const validation = await drawAll(plan.validation);
  return { name: data.set, hash: hash.hex(), train, validation, reports: [] };
}
