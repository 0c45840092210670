// Fast data beside the store: loss points, the newest maps of each page, the newest evaluation with its polygons, the pages, spans.
// The store holds revisions; whoever draws reads from here.

import type {
  Dataset,
  EvaluationEvent,
  FramesEvent,
  ModelBytes,
  ModelMap,
  PageEvaluation,
  PageFrame,
  PageId,
} from "../protocol/index.ts";
import { type ClockOffset, createRecorder, type Recorder, SpanStore, TRACKS } from "../trace/index.ts";
import { createLossColumns, type LossColumns } from "./loss-columns.ts";

export interface FastData {
  readonly losses: LossColumns;
  /** All threads' spans, on the page's clock. */
  readonly spans: SpanStore;
  /** What this thread records. */
  readonly recorder: Recorder;
  /** From the trainer's clock to the page's. */
  trainerClock: ClockOffset;
  dataset: Dataset | null;
  /** A model of the person's own, for `model.init` "file". */
  modelFile: ModelBytes | null;
  /** What the open model of the Models tab answered: boxes of each page, and maps of those looked at. */
  readonly models: {
    readonly pages: Map<PageId, PageEvaluation>;
    readonly maps: Map<PageId, ModelMap>;
  };
  /** The newest evaluation in full; null before the first. */
  evaluation: EvaluationEvent | null;
  evaluationOf(pageId: PageId): PageEvaluation | undefined;
  frameOf(pageId: PageId): PageFrame | undefined;
  takeEvaluation(event: EvaluationEvent): void;
  /** Latest wins, page by page. */
  takeFrames(event: FramesEvent): void;
  /** Forgets everything that came from a run; the pages stay. */
  clearRun(): void;
}

export function createFastData(): FastData {
  const losses = createLossColumns();
  const frames = new Map<PageId, PageFrame>();
  const pages = new Map<PageId, PageEvaluation>();
  const fast: FastData = {
    losses,
    spans: new SpanStore(),
    recorder: createRecorder(TRACKS.main, 512, 4096),
    trainerClock: { offsetMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY },
    dataset: null,
    modelFile: null,
    models: { pages: new Map(), maps: new Map() },
    evaluation: null,
    evaluationOf: (pageId) => pages.get(pageId),
    frameOf: (pageId) => frames.get(pageId),
    takeEvaluation: (event) => {
      fast.evaluation = event;
      for (const page of event.pages) pages.set(page.pageId, page);
    },
    takeFrames: (event) => {
      for (const frame of event.frames) frames.set(frame.pageId, frame);
    },
    clearRun: () => {
      losses.clear();
      fast.spans.clear();
      frames.clear();
      pages.clear();
      fast.evaluation = null;
    },
  };
  return fast;
}
