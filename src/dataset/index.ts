// Where pages and their words come from.

export type {
  Dataset,
  FileReport,
  LabelSpace,
  Orientation,
  Page,
  PageFile,
  PageId,
  Pixels,
  Verdict,
  Word,
} from "./types.ts";
