// Where pages and their words come from.

export { contentHash } from "./content-hash.ts";
export { type ImportOptions, importDataset } from "./import-dataset.ts";
export { type JudgeFilesOptions, judgeFiles } from "./judge-files.ts";
export type { ForeignFile } from "./open-file.ts";
export { orientPolygon, storedToUpright, swapsSides, uprightSize } from "./orientation.ts";
export { splitPages } from "./split.ts";
export {
  type CanvasProvider,
  type DrawCanvas,
  type DrawnPage,
  drawPage,
  drawSet,
  type Face,
  HANGUL_RANGE,
  type PageSpec,
  type SetTools,
  type SynthPlan,
  synthFaces,
  synthPlan,
  synthSetSizes,
} from "./synth/index.ts";
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
