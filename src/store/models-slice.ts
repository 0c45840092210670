// What the screen knows of other models: the one that is open, what it answered, what is being done, and what was taken along. Its
// maps and boxes lie beside the store (fast.ts); `revision` tells that they changed.

import type { Config } from "../config/index.ts";
import type { ErrorData } from "../core/index.ts";
import type { PretrainedName } from "../graph/index.ts";
import type {
  Comparison,
  InferProgress,
  OpenedModel,
  ProviderWish,
  Score,
  SetReading,
} from "../protocol/index.ts";

/** Scores of a general set that is never trained on: what is forgotten shows there. */
export interface GeneralScore {
  readonly label: string;
  readonly cleval: Score;
  readonly icdarIou: Score;
}

export interface ExportedFile {
  readonly fileName: string;
  readonly step: number;
  readonly sizeBytes: number;
  /** null for files that onnxruntime does not read. */
  readonly comparison: Comparison | null;
  /** Whether it may be offered: it answers as the engine does. */
  readonly isGood: boolean;
}

export type ModelsJob = "open" | "run" | "export" | "general";

export interface ModelsSlice {
  readonly pick: PretrainedName | "file";
  /** Of a file of the person's own; "" before one was chosen. */
  readonly fileName: string;
  readonly wish: ProviderWish;
  /** null: as in training. */
  readonly sizePx: number | null;
  readonly job: ModelsJob | null;
  readonly progress: InferProgress | null;
  readonly opened: OpenedModel | null;
  /** Without its pages, which lie in the fast data; null before a run. */
  readonly reading: Omit<SetReading, "pages"> | null;
  /** From a moved threshold to the new boxes of the page that is looked at. */
  readonly refreshMs: number | null;
  readonly revision: number;
  readonly exported: readonly ExportedFile[];
  readonly general: {
    readonly pages: number;
    readonly words: number;
    /** Both scores read their maps with these: the thresholds that the run began with. */
    readonly postprocess: Config["postprocess"];
    readonly before: GeneralScore | null;
    readonly now: GeneralScore | null;
  } | null;
  readonly error: ErrorData | null;
}

export const initialModels: ModelsSlice = {
  pick: "ppocrv3-en",
  fileName: "",
  wish: "auto",
  sizePx: null,
  job: null,
  progress: null,
  opened: null,
  reading: null,
  refreshMs: null,
  revision: 0,
  exported: [],
  general: null,
  error: null,
};
