// What a report states besides the measurement: which settings, which pages, which machine, and how to open it again.

import type { Config, FieldPath, FieldValue } from "../../config/index.ts";

export interface ReportContext {
  readonly subject: {
    readonly preset: string;
    readonly config: Config;
    /** Settings that differ from the preset, with where each came from. */
    readonly differing: readonly {
      readonly path: FieldPath;
      readonly value: FieldValue;
      readonly presetValue: FieldValue;
      readonly from: string;
    }[];
    readonly dataset: {
      readonly name: string;
      readonly hash: string;
      readonly trainPages: number;
      readonly validationPages: number;
    };
  };
  readonly environment: {
    readonly browser: string;
    readonly cores: number;
    /** Threads and exact clocks are there only in an isolated page. */
    readonly isIsolated: boolean;
    /** Smallest step of the clock that was seen. */
    readonly clockMs: number;
  };
  /** ISO 8601. */
  readonly madeAt: string;
  /** Opens the playground with these settings. */
  readonly link: string;
}

export interface ReportTexts {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
}
