// The words of inference: a model as it was found, what it answers on pages. protocol/ carries them across threads as they are.

import type { Affine, ErrorData } from "../core/index.ts";
import type { PageId } from "../dataset/index.ts";
import type { Preprocessing, PretrainedName } from "../graph/index.ts";
import type { PageDetections, SetDetections } from "./detect.ts";
import type { ProviderWish } from "./providers.ts";
import type { Provider } from "./runtime.ts";

/** A model that comes along, or the bytes of a file of the person's own. */
export type ModelSource =
  | { readonly kind: "comes along"; readonly name: PretrainedName }
  | { readonly kind: "file"; readonly name: string; readonly file: Blob };

/** What a file holds, as its reader in exchange/ says. */
export interface ModelContents {
  readonly producer: string;
  readonly irVersion: number;
  readonly opset: number;
  readonly inputs: readonly { readonly name: string; readonly dims: readonly (number | string)[] }[];
  readonly outputs: readonly { readonly name: string; readonly dims: readonly (number | string)[] }[];
  readonly operators: readonly { readonly op: string; readonly count: number }[];
  readonly operatorCount: number;
  readonly parameters: number;
  readonly metadata: readonly (readonly [string, string])[];
  readonly preprocessing: Preprocessing;
  /** Where the preparation of pages is known from. */
  readonly preparedAs: "known of this model" | "said by the file" | "assumed, as PaddleOCR";
  /** Why it cannot be trained further, with the operator's name; null where it can. */
  readonly notTrainable: { readonly operator: string; readonly sentence: string } | null;
}

export interface ModelFacts extends ModelContents {
  /** For people: "PP-OCRv3 English", "mine.onnx". */
  readonly label: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** "" where the file does not say. */
  readonly licence: string;
  readonly author: string;
}

export interface OpenedModel {
  readonly facts: ModelFacts;
  readonly session:
    | {
        readonly ok: true;
        readonly provider: Provider;
        readonly why: string;
        readonly threads: number;
        readonly createMs: number;
      }
    | { readonly ok: false; readonly error: ErrorData };
}

export interface OpenRequest {
  readonly source: ModelSource;
  readonly wish: ProviderWish;
}

/** How often things were done since the worker started: by these a person sees that a slider runs no model. */
export interface InferCounters {
  readonly modelRuns: number;
  /** Pages whose map was read into boxes. */
  readonly pagesRead: number;
}

interface RunTimes {
  readonly firstMs: number;
  /** Of the pages after the first; NaN with one page. */
  readonly medianMs: number;
  readonly count: number;
}

export interface SetReading extends SetDetections {
  readonly coverage: { readonly scored: number; readonly asked: number };
  readonly sizePx: number;
  readonly counters: InferCounters;
  /** Pages that could not be run, with the reason. */
  readonly failures: readonly string[];
  readonly times: RunTimes;
}

export interface PageReading {
  readonly page: PageDetections;
  readonly readMs: number;
  readonly counters: InferCounters;
}

/** A page's map as bytes, value·255, and where it lies on the page. */
export interface ModelMap {
  readonly pageId: PageId;
  readonly sizePx: number;
  readonly placement: Affine<"upright", "input">;
  readonly probability: Uint8Array<ArrayBuffer>;
}

/** What a file answers against what an engine answered on the same pages. */
export interface Comparison {
  readonly maxDifference: number;
  /** Of a pixel, over all pages. */
  readonly meanDifference: number;
  readonly pages: number;
  readonly pixels: number;
  readonly sizePx: number;
  readonly provider: Provider;
}

export interface InferProgress {
  readonly doing: string;
  readonly done: number;
  readonly total: number;
}
