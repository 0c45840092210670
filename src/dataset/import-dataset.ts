// A folder of foreign files → a Dataset: opens each file once, pairs labels with pictures, splits, fingerprints, and has
// something to say about every single file. Bad files never stop the good ones, and no content makes it throw.

import { contentHash } from "./content-hash.ts";
import { judgeLabels, judgePicture, type Placement } from "./judge.ts";
import { type ForeignFile, type OpenedLabels, type OpenedPicture, openFile } from "./open-file.ts";
import { uprightSize } from "./orientation.ts";
import { indexPictures } from "./picture-index.ts";
import { draftReport, finishReport, type ReportDraft } from "./report.ts";
import { splitPages } from "./split.ts";
import type { Dataset, Page } from "./types.ts";

export interface ImportOptions {
  readonly files: readonly ForeignFile[];
  /** Name of the set, e.g. the folder. */
  readonly name: string;
  readonly labelSpace: "auto" | "upright" | "stored";
  /** 0..1 */
  readonly validationShare: number;
  readonly seed: number;
  /** Called after each file that was read, then after each page whose picture was decoded. */
  readonly onProgress?: (stage: "reading" | "decoding", done: number, total: number) => void;
  /**
   * Decodes a page's picture; rejects when it cannot be. The header may be right and the rest broken, and a page that fails
   * in the middle of a run would spoil it, so each page is tried once here. Without it pictures are judged by structure alone.
   */
  readonly decode?: (page: Page) => Promise<unknown>;
}

/** `train` and `validation` are empty when no picture has usable labels; the reports say why. Pages are in path order. */
export async function importDataset(options: ImportOptions): Promise<Dataset> {
  const { pictures, labelFiles, duplicates } = await openAll(options);
  const drafts = new Map<string, ReportDraft>(
    pictures.map((picture) => [picture.path, judgePicture(picture)]),
  );
  const index = indexPictures(pictures);
  const placements = new Map<string, Placement & { readonly from: string }>();
  for (const opened of labelFiles) {
    const judged = judgeLabels(opened, index, { labelSpace: options.labelSpace, warnsOfLonelyText: true });
    drafts.set(opened.path, judged.draft);
    for (const placement of judged.placements) {
      const { path } = placement.picture;
      const earlier = placements.get(path);
      if (earlier === undefined) placements.set(path, { ...placement, from: opened.path });
      else
        judged.draft.warnings.push(`${path} has its words from ${earlier.from} already; these were not used`);
    }
  }
  const pages: Page[] = [];
  const hashes = new Map<string, string>();
  let tried = 0;
  for (const picture of pictures) {
    const placement = placements.get(picture.path);
    const draft = drafts.get(picture.path);
    if (placement !== undefined) {
      const page = pageOf(placement);
      const isGood = draft === undefined || (await decodes(page, options.decode, draft));
      tried++;
      options.onProgress?.("decoding", tried, placements.size);
      if (!isGood) continue;
      pages.push(page);
      hashes.set(picture.path, picture.hash);
    } else if (draft?.refusal === null) {
      draft.warnings.push(
        "no label file gives usable labels for it, so it is left out (an empty text file means: no text)",
      );
    }
  }
  const split = splitPages(pages, options.validationShare, options.seed);
  const reports = [...drafts.values(), ...duplicates].map(finishReport);
  return { name: options.name, hash: fingerprint(split, hashes), ...split, reports };
}

/** False, with the refusal noted, when the picture of a page cannot be decoded. */
async function decodes(page: Page, decode: ImportOptions["decode"], draft: ReportDraft): Promise<boolean> {
  try {
    await decode?.(page);
    return true;
  } catch {
    draft.refusal = "its header is right, but the picture cannot be decoded; save it again or leave it out";
    return false;
  }
}

interface Opened {
  readonly pictures: readonly OpenedPicture[];
  readonly labelFiles: readonly OpenedLabels[];
  /** Reports of files whose path came twice. */
  readonly duplicates: readonly ReportDraft[];
}

async function openAll({ files, onProgress }: ImportOptions): Promise<Opened> {
  const pictures: OpenedPicture[] = [];
  const labelFiles: OpenedLabels[] = [];
  const duplicates: ReportDraft[] = [];
  const seen = new Set<string>();
  const inOrder = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (const [i, foreign] of inOrder.entries()) {
    if (seen.has(foreign.path)) {
      const draft = draftReport(foreign.path);
      draft.refusal = "a file of this path came twice; the first is used";
      duplicates.push(draft);
    } else {
      seen.add(foreign.path);
      const opened = await openFile(foreign);
      if (opened.kind === "picture") pictures.push(opened);
      else labelFiles.push(opened);
    }
    onProgress?.("reading", i + 1, inOrder.length);
  }
  return { pictures, labelFiles, duplicates };
}

function pageOf({ picture, facts, words, labelSpace }: Placement): Page {
  const { storedSize, orientation } = facts;
  return {
    id: picture.path,
    name: picture.path.split("/").at(-1) ?? picture.path,
    file: picture.file,
    orientation,
    size: uprightSize(storedSize, orientation),
    words,
    labelSpace,
  };
}

function fingerprint(
  split: { readonly train: readonly Page[]; readonly validation: readonly Page[] },
  pictureHashes: ReadonlyMap<string, string>,
): string {
  const hash = contentHash();
  for (const side of ["train", "validation"] as const) {
    hash.addText(side);
    for (const page of split[side]) {
      hash.addText(page.id);
      hash.addText(pictureHashes.get(page.id) ?? "");
      for (const word of page.words) {
        hash.addBytes(new Uint8Array(word.polygon.buffer, word.polygon.byteOffset, word.polygon.byteLength));
        hash.addText(word.ignore ? "ignore" : "read");
        hash.addText(word.text ?? "\0");
      }
    }
  }
  return hash.hex();
}
