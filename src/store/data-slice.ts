// What the screen knows of the pages: counts, reports, progress. The pages themselves lie beside the store.

import { type DatasetSummary, summariseDataset } from "../client/index.ts";
import type { Config } from "../config/index.ts";
import type { Dataset, FileReport } from "../protocol/index.ts";

export interface DataSlice {
  /** Of the pages shown; null before the first set. */
  readonly dataset: DatasetSummary | null;
  /** What the newest import had to say, whether its pages are shown, wait, or could not be used. */
  readonly reports: readonly FileReport[];
  /** Raised when another set is shown. */
  readonly revision: number;
  /** The settings the shown set was made with. */
  readonly madeWith: Config["data"] | null;
  readonly progress: { readonly doing: string; readonly done: number; readonly total: number } | null;
  /** Own pages that wait for the running run to end; they are shown at the next reset. */
  readonly waiting: DatasetSummary | null;
}

export const initialData: DataSlice = {
  dataset: null,
  reports: [],
  revision: 0,
  madeWith: null,
  progress: null,
  waiting: null,
};

export function withDataset(data: DataSlice, dataset: Dataset, madeWith: Config["data"]): DataSlice {
  return {
    dataset: summariseDataset(dataset),
    reports: dataset.reports,
    revision: data.revision + 1,
    madeWith,
    progress: null,
    waiting: null,
  };
}

/** Whether two descriptions make the same built-in set, or own pages are split and read the same way. */
export function isSameData(a: Config["data"], b: Config["data"]): boolean {
  const keys = Object.keys(a) as (keyof Config["data"])[];
  return keys.every((key) => a[key] === b[key]);
}
