// Judges files one by one, without making a dataset of them: what `npm run check-data` prints.

import { judgeLabels, judgePicture } from "./judge.ts";
import { type ForeignFile, type OpenedPicture, openFile } from "./open-file.ts";
import { indexPictures, type PictureIndex } from "./picture-index.ts";
import { finishReport } from "./report.ts";
import type { FileReport } from "./types.ts";

export interface JudgeFilesOptions {
  readonly files: readonly ForeignFile[];
  /** Files among which a label file's pictures are looked up. The same array for two label files is opened once. */
  readonly picturesFor: (labelPath: string) => Promise<readonly ForeignFile[]>;
  readonly labelSpace: "auto" | "upright" | "stored";
}

/** One report for each file, in the order given. */
export async function judgeFiles({
  files,
  picturesFor,
  labelSpace,
}: JudgeFilesOptions): Promise<FileReport[]> {
  const indexes = new Map<readonly ForeignFile[], Promise<PictureIndex<OpenedPicture>>>();
  const indexOf = (pool: readonly ForeignFile[]): Promise<PictureIndex<OpenedPicture>> => {
    const index = indexes.get(pool) ?? openPictures(pool).then(indexPictures);
    indexes.set(pool, index);
    return index;
  };
  const reports: FileReport[] = [];
  for (const foreign of files) {
    const file = await openFile(foreign);
    if (file.kind === "picture") {
      reports.push(finishReport(judgePicture(file)));
      continue;
    }
    const nearby = await indexOf(await picturesFor(file.path));
    reports.push(finishReport(judgeLabels(file, nearby, { labelSpace, warnsOfLonelyText: false }).draft));
  }
  return reports;
}

/** One after another, so that a large folder is never in memory as a whole. */
async function openPictures(pool: readonly ForeignFile[]): Promise<OpenedPicture[]> {
  const pictures: OpenedPicture[] = [];
  for (const foreign of pool) {
    const opened = await openFile(foreign);
    if (opened.kind === "picture") pictures.push(opened);
  }
  return pictures;
}
